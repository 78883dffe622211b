import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyDirectory } from '../../../main/audit/disk/verify-directory.ts';
import { keepTrust, readTrust } from '../../../main/audit/keychain/kept-trust.ts';
import type { Journal } from '../../../main/audit/journal.ts';
import { filesOf, tempHome } from '../disk/temp.ts';
import { event, intent } from '../records.ts';
import { keychain, sealedHome, vaultOver } from './rig.ts';

const home = tempHome();
const FIRST_LOOK = 2000;
const MINUTE = 60_000;

/** A headless host that handed over to the app; with a keychain of its own, or with one that is locked in its session. */
async function handedOver(hasKeychain: boolean) {
  const store = keychain();
  const first = await sealedHome(home, { store });
  first.journal.append(event());
  await first.pass(FIRST_LOOK);
  await first.seal.close();
  await first.journal.close();
  const { directory, index } = first;
  const trust = () => readTrust(vaultOver(store, index.entries).vault);
  let owner = true;
  const old = await sealedHome(home, {
    directory,
    entries: index.entries,
    isOwner: () => owner,
    ...(hasKeychain ? { store } : {}),
  });
  for (let n = 0; n < 3; n += 1) old.journal.append(intent(n));
  await old.pass(FIRST_LOOK);
  owner = false;
  const { chainId } = old.journal.head;
  let lives = true;
  const app = await sealedHome(home, {
    store,
    directory,
    entries: index.entries,
    otherLiveChains: [chainId],
    isLive: (chain) => chain === chainId,
    liveChains: () => (lives ? [chainId] : []),
  });
  app.journal.append(event());
  await app.pass(FIRST_LOOK);
  const verified = async () => (await verifyDirectory(directory, await trust())).problems;
  const close = async (host: { seal: { close(): Promise<void> }; journal: Journal }): Promise<void> => {
    await host.seal.close();
    await host.journal.close();
  };
  const ends = (): void => {
    lives = false;
  };
  return { store, directory, old, app, chainId, trust, verified, close, ends };
}

describe.each([
  ['with a keychain', true],
  ['whose keychain is locked', false],
])('the chain of a host that handed over, %s', (_, hasKeychain) => {
  it('is never accused: while its sessions last, and once they ended', async () => {
    const { old, app, trust, verified, close, ends, chainId } = await handedOver(hasKeychain);
    expect((await trust())?.heads[0]).toEqual(app.journal.head);
    expect((await trust())?.live).toEqual([chainId]);
    for (let n = 10; n < 13; n += 1) {
      old.journal.append(intent(n));
      app.journal.append(intent(n));
      expect(await verified()).toEqual([]);
      await old.pass(MINUTE);
      app.journal.append(event());
      expect(await verified()).toEqual([]);
      await app.pass(MINUTE);
    }
    old.journal.append(intent(20));
    await close(old);
    ends();
    expect(await verified()).toEqual([]);
    await app.pass(MINUTE);
    expect((await trust())?.live).toBeUndefined();
    expect((await trust())?.heads.slice(0, 2)).toEqual([app.journal.head, old.journal.head]);
    await close(app);
    expect(await verified()).toEqual([]);
  });

  it('nor where it was ended by force', async () => {
    const { old, app, verified, close, ends } = await handedOver(hasKeychain);
    old.journal.append(intent(20));
    await old.journal.close();
    ends();
    expect(await verified()).toEqual([]);
    await app.pass(MINUTE);
    await close(app);
    expect(await verified()).toEqual([]);
  });

  it('nor where the app stops before it: the next run sees to its end', async () => {
    const { old, app, verified, close, store, directory, trust } = await handedOver(hasKeychain);
    await close(app);
    old.journal.append(intent(20));
    await old.journal.close();
    expect(await verified()).toEqual([]);
    const next = await sealedHome(home, { store, directory, otherLiveChains: [old.journal.head.chainId] });
    next.journal.append(event());
    await next.pass(FIRST_LOOK);
    expect((await trust())?.live).toBeUndefined();
    expect(await verified()).toEqual([]);
  });

  it('is told once: nothing happens while nothing happens', async () => {
    const { app, store } = await handedOver(hasKeychain);
    await app.pass(MINUTE);
    const { length } = store.calls;
    for (let minute = 0; minute < 5; minute += 1) await app.pass(MINUTE);
    expect(store.calls).toHaveLength(length);
  });

  it('is accused once more of what is added after its end', async () => {
    const { old, app, verified, close, ends, directory, chainId } = await handedOver(hasKeychain);
    await close(old);
    ends();
    await app.pass(MINUTE);
    const file = join(directory, filesOf(directory).find((name) => name.startsWith(chainId)) ?? '');
    utimesSync(file, Date.now() / 1000 + 60, Date.now() / 1000 + 60);
    const again = await home.journal(directory, { otherLiveChains: [app.journal.head.chainId] });
    expect(again.head.chainId).toBe(chainId);
    again.append(intent(99));
    await again.flush();
    app.journal.append(event());
    await app.pass(MINUTE);
    expect(await verified()).toMatchObject([{ code: 'unsigned_tail' }]);
  });

  it('is not told anew where its files were cut or exchanged', async () => {
    const { old, app, verified, trust, chainId, directory } = await handedOver(hasKeychain);
    const before = (await trust())?.heads.find((head) => head.chainId === chainId);
    const file = join(directory, filesOf(directory).find((name) => name.startsWith(chainId)) ?? '');
    await old.journal.close();
    writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(0, 1).join('') + '\n');
    app.journal.append(event());
    await app.pass(MINUTE);
    expect((await trust())?.heads).toContainEqual(before);
    expect(await verified()).toMatchObject([{ code: 'tail_cut' }]);
  });
});

describe('ends of other chains', () => {
  const KEY = 'A'.repeat(43);
  const head = (chainId: string, seq: number) => ({ chainId, seq, hash: seq.toString(16).padStart(64, '0') });
  const own = head('aa', 1);

  it.each<[string, number, boolean, number]>([
    ['a later one', 9, true, 9],
    ['an earlier one', 3, true, 5],
    ['the same', 5, true, 5],
    ['a later one that does not lead on from it', 9, false, 5],
  ])('%s is kept where it goes on from what is known', async (_, seq, leadsOn, kept) => {
    const { vault } = vaultOver(keychain());
    await keepTrust(vault, { key: KEY, head: head('bb', 5) });
    await keepTrust(vault, { key: KEY, head: own, ends: [head('bb', seq)], stands: async () => leadsOn, live: ['bb'] });
    expect((await readTrust(vault))?.heads).toEqual([own, head('bb', kept)]);
    await keepTrust(vault, { key: KEY, head: own, without: new Set(['bb']), ends: [head('bb', seq)] });
    expect((await readTrust(vault))?.heads).toEqual([own, head('bb', seq)]);
  });

  it('of a name that is none do not make the item unreadable', async () => {
    const { vault } = vaultOver(keychain());
    await keepTrust(vault, { key: KEY, head: own, live: ['../x', 'bb'] });
    expect(await readTrust(vault)).toEqual({ keys: [KEY], heads: [own], live: ['bb'] });
  });
});
