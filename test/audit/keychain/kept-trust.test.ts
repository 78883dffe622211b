import { describe, expect, it } from 'vitest';
import { keepTrust, readTrust } from '../../../main/audit/keychain/kept-trust.ts';
import { keychain, vaultOver } from './rig.ts';

const KEY = 'A'.repeat(43);
const head = (n: number) => ({ chainId: `c${n}`, seq: n, hash: n.toString(16).padStart(64, '0') });
const ITEM = 'inst/audit.head';

describe('what the keychain knows', () => {
  it('is nothing before it was told', async () => {
    expect(await readTrust(vaultOver(keychain()).vault)).toBeUndefined();
    expect(await readTrust(vaultOver(undefined).vault)).toBeUndefined();
  });

  it('are the eight newest chains, and those of other hosts', async () => {
    const { vault, index } = vaultOver(keychain());
    for (let n = 0; n < 12; n += 1) await keepTrust(vault, KEY, head(n));
    expect((await readTrust(vault))?.heads).toEqual([11, 10, 9, 8, 7, 6, 5, 4].map(head));
    await keepTrust(vault, KEY, { ...head(6), seq: 60 });
    expect((await readTrust(vault))?.heads.map(({ seq }) => seq)).toEqual([60, 11, 10, 9, 8, 7, 5, 4]);
    await keepTrust(vault, KEY, undefined, new Set(['c11', 'c9']));
    expect((await readTrust(vault))?.heads.map(({ seq }) => seq)).toEqual([60, 10, 8, 7, 5, 4]);
    expect(index.writes).toBe(1);
  });

  it('are the keys, the newest first', async () => {
    const { vault } = vaultOver(keychain());
    const keys = Array.from({ length: 10 }, (_, n) => String(n).repeat(43));
    for (const key of [...keys, keys[5]!]) await keepTrust(vault, key, head(1));
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
    await keepTrust(vault, KEY, head(1));
    store.items.set(ITEM, text);
    expect(await readTrust(vault)).toBeUndefined();
    await keepTrust(vault, KEY, head(2));
    expect(await readTrust(vault)).toEqual({ keys: [KEY], heads: [head(2)] });
  });

  it('is not believed to be nothing where the keychain is locked', async () => {
    const store = keychain();
    const { vault } = vaultOver(store);
    await keepTrust(vault, KEY, head(1));
    store.locked = true;
    await expect(readTrust(vault)).rejects.toMatchObject({ code: 'E_KEYCHAIN_LOCKED' });
    await expect(keepTrust(vault, KEY, head(2))).rejects.toMatchObject({ code: 'E_KEYCHAIN_LOCKED' });
  });
});
