import { describe, expect, it } from 'vitest';
import { keepTrust, readTrust } from '../../../main/audit/keychain/kept-trust.ts';
import { keychain, vaultOver } from './rig.ts';

const KEY = 'A'.repeat(43);
const head = (n: number) => ({ chainId: `c${n}`, seq: n, hash: n.toString(16).padStart(64, '0') });
const ITEM = 'inst/audit.head';

describe('what the keychain knows', () => {
  it('is nothing before it was told', async () => {
    expect(await readTrust(vaultOver(keychain()).vault)).toBeUndefined();
    await expect(readTrust(vaultOver(undefined).vault)).rejects.toMatchObject({ code: 'E_KEYCHAIN_ABSENT' });
  });

  it('are all chains, the one that was kept last in front', async () => {
    const { vault, index } = vaultOver(keychain());
    for (let n = 0; n < 12; n += 1) await keepTrust(vault, { key: KEY, head: head(n) });
    expect((await readTrust(vault))?.heads).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map(head));
    await keepTrust(vault, { key: KEY, head: { ...head(6), seq: 60 } });
    expect((await readTrust(vault))?.heads.map(({ seq }) => seq)).toEqual([60, 11, 10, 9, 8, 7, 5, 4, 3, 2, 1, 0]);
    await keepTrust(vault, { key: KEY, head: undefined, without: new Set(['c11', 'c9']) });
    expect((await readTrust(vault))?.heads.map(({ seq }) => seq)).toEqual([60, 10, 8, 7, 5, 4, 3, 2, 1, 0]);
    expect(index.writes).toBe(1);
  });

  it('lose the chains that were kept longest ago where an item takes no more', async () => {
    const store = keychain();
    const { vault } = vaultOver(store);
    const ends = Array.from({ length: 900 }, (_, n) => head(n));
    await keepTrust(vault, { key: KEY, head: head(999), ends });
    const kept = (await readTrust(vault))?.heads ?? [];
    expect(Buffer.byteLength(store.items.get(ITEM) ?? '')).toBeLessThanOrEqual(32 * 1024);
    expect(kept.slice(0, 3)).toEqual([head(999), head(0), head(1)]);
    expect(kept.length).toBeGreaterThan(100);
  });

  it('are found whatever the settings say, which are put right', async () => {
    const store = keychain();
    await keepTrust(vaultOver(store).vault, { key: KEY, head: head(1) });
    const { vault, index } = vaultOver(store, []);
    expect(await readTrust(vault)).toEqual({ keys: [KEY], heads: [head(1)] });
    expect(index.entries).toMatchObject([{ name: 'audit.head', backend: 'keytar' }]);
    await keepTrust(vault, { key: KEY, head: head(2) });
    expect(store.items.size).toBe(1);
    expect((await readTrust(vaultOver(store, []).vault))?.heads).toEqual([head(2), head(1)]);
  });

  it('are the keys, the newest first', async () => {
    const { vault } = vaultOver(keychain());
    const keys = Array.from({ length: 10 }, (_, n) => String(n).repeat(43));
    for (const key of [...keys, keys[5]!]) await keepTrust(vault, { key, head: head(1) });
    expect((await readTrust(vault))?.keys).toEqual([5, 9, 8, 7, 6, 4, 3, 2].map((n) => keys[n]));
  });

  it.each([
    ['not JSON', 'garbage'],
    ['another version', '{"version":2,"keys":[],"heads":[]}'],
    ['too many heads', JSON.stringify({ version: 1, keys: [], heads: Array.from({ length: 9 }, (_, n) => head(n)) })],
    ['a key that is none', JSON.stringify({ version: 1, keys: ['x'], heads: [] })],
  ])('is nothing where the item is %s, and is made anew', async (_, text) => {
    const store = keychain();
    const { vault } = vaultOver(store);
    await keepTrust(vault, { key: KEY, head: head(1) });
    store.items.set(ITEM, text);
    expect(await readTrust(vault)).toBeUndefined();
    await keepTrust(vault, { key: KEY, head: head(2) });
    expect(await readTrust(vault)).toEqual({ keys: [KEY], heads: [head(2)] });
  });

  it('is not believed to be nothing where the keychain is locked', async () => {
    const store = keychain();
    const { vault } = vaultOver(store);
    await keepTrust(vault, { key: KEY, head: head(1) });
    store.locked = true;
    await expect(readTrust(vault)).rejects.toMatchObject({ code: 'E_KEYCHAIN_LOCKED' });
    await expect(keepTrust(vault, { key: KEY, head: head(2) })).rejects.toMatchObject({ code: 'E_KEYCHAIN_LOCKED' });
  });
});
