import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prune } from '../../../main/audit/disk/retention.ts';
import { verifyDirectory } from '../../../main/audit/disk/verify-directory.ts';
import { keepTrust, readTrust } from '../../../main/audit/keychain/kept-trust.ts';
import { filesOf, tempHome } from '../disk/temp.ts';
import { event, intent } from '../records.ts';
import { keychain, sealedHome, vaultOver } from './rig.ts';

const home = tempHome();
const FIRST_LOOK = 2000;
const MINUTE = 60_000;

/** A folder with unsigned chains of before, and a keychain that knows nothing. */
async function withOldChains(count: number) {
  const directory = join(home.folder(), 'audit');
  const otherLiveChains: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const old = await home.journal(directory, { otherLiveChains });
    old.append(intent(n));
    await old.close();
    otherLiveChains.push(old.head.chainId);
  }
  const store = keychain();
  const trust = () => readTrust(vaultOver(store).vault);
  const report = async () => verifyDirectory(directory, await trust());
  return { directory, otherLiveChains, store, trust, report };
}

describe('chains from before the first key', () => {
  it('are kept although the keychain refused at first', async () => {
    const { directory, otherLiveChains, store, report } = await withOldChains(2);
    store.before = (call, account) => {
      if (call === 'set' && account.endsWith('audit.head')) throw new Error('prompt dismissed');
    };
    const run = await sealedHome(home, { store, directory, otherLiveChains });
    run.journal.append(event());
    await run.pass(FIRST_LOOK);
    expect(store.items.has('inst/audit.head')).toBe(false);
    store.before = () => undefined;
    await run.vault.state({ again: true });
    await run.pass(MINUTE);
    expect(await report()).toMatchObject({ ok: true, signed: true });
  });

  it('are kept although the first run ended between key and head', async () => {
    const { directory, otherLiveChains, store, report } = await withOldChains(2);
    const run = await sealedHome(home, { store, directory, otherLiveChains });
    run.journal.append(event());
    await run.pass(FIRST_LOOK);
    await run.journal.close();
    store.items.delete('inst/audit.head');
    const next = await sealedHome(home, { store, directory, otherLiveChains });
    next.journal.append(event());
    await next.pass(FIRST_LOOK);
    expect(next.seal.keyId).toBe(run.seal.keyId);
    expect(await report()).toMatchObject({ ok: true, signed: true });
  });

  it('for which there is no room are a note, with their number; one more is a problem', async () => {
    const { directory, otherLiveChains, store, trust, report } = await withOldChains(320);
    const run = await sealedHome(home, { store, directory, otherLiveChains });
    run.journal.append(event());
    await run.pass(FIRST_LOOK);
    const dropped = 321 - ((await trust())?.heads.length ?? 0);
    expect(dropped).toBeGreaterThan(0);
    expect(await trust()).toMatchObject({ dropped });
    expect(await report()).toMatchObject({ ok: true, note: expect.stringContaining(`${dropped} older chain`) });
    const stranger = await home.journal(directory, {
      otherLiveChains: [...otherLiveChains, run.journal.head.chainId],
    });
    stranger.append(intent(2));
    await stranger.close();
    const { problems } = await report();
    expect(problems).toHaveLength(dropped + 1);
    expect(problems).toContainEqual(
      expect.objectContaining({ code: 'unsigned_chain', file: expect.stringContaining(stranger.head.chainId) }),
    );
  }, 60_000);
});

it('a chain that was about to be removed is no stranger where the removal was cut short', async () => {
  const { directory, otherLiveChains, store, report } = await withOldChains(1);
  const file = filesOf(directory)[0] ?? '';
  const run = await sealedHome(home, { store, directory, otherLiveChains });
  run.journal.append(event());
  await run.pass(FIRST_LOOK);
  const forget = async (chains: readonly string[]): Promise<void> => {
    const { keys } = (await readTrust(run.vault)) ?? { keys: [] };
    await keepTrust(run.vault, { key: keys[0] ?? '', head: run.journal.head, without: new Set(chains) });
    throw new Error('killed');
  };
  const pruning = prune({
    directory,
    journal: run.journal,
    now: () => Date.now() + 100 * 24 * 60 * MINUTE,
    isDelivered: () => true,
    isLive: () => false,
    forget,
    warn: () => undefined,
  });
  await expect(pruning).rejects.toThrow('killed');
  expect(existsSync(join(directory, file))).toBe(true);
  expect(await report()).toMatchObject({ ok: true });
});

describe('a damaged end that was set aside', () => {
  it.each([
    ['behind what the keychain knew', 0],
    ['where the keychain was not told of the end', 12],
  ])('leaves what is left known, %s, once a person has moved it away', async (_, untold) => {
    const store = keychain();
    const run = await sealedHome(home, { store, segmentBytes: 3000 });
    const { directory, index } = run;
    for (let n = 0; n < 20; n += 1) run.journal.append(intent(n));
    await run.pass(FIRST_LOOK);
    for (let n = 0; n < 12 - untold; n += 1) run.journal.append(intent(100 + n));
    await run.pass(MINUTE);
    for (let n = 0; n < untold; n += 1) run.journal.append(intent(200 + n));
    await run.journal.close();
    const last = join(directory, filesOf(directory).at(-1) ?? '');
    const text = readFileSync(last, 'utf8');
    writeFileSync(last, `${text.slice(0, -20)}${'x'.repeat(19)}\n`);
    const next = await sealedHome(home, { store, directory, entries: index.entries });
    next.journal.append(event());
    await next.pass(FIRST_LOOK);
    const problems = async () =>
      (await verifyDirectory(directory, await readTrust(vaultOver(store, index.entries).vault))).problems;
    expect((await problems()).map(({ code }) => code)).toEqual(['set_aside']);
    rmSync(join(directory, filesOf(directory).find((file) => file.endsWith('.corrupt')) ?? ''));
    next.journal.append(event());
    await next.pass(MINUTE);
    expect(await problems()).toEqual([]);
  });
});
