import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyDirectory } from '../../../main/audit/disk/verify-directory.ts';
import { readTrust } from '../../../main/audit/keychain/kept-trust.ts';
import { CompanionError } from '../../../preload/contract/failure.ts';
import { UNSIGNED } from '../../../main/audit/uncovered.ts';
import { faultyIo } from '../disk/faulty-io.ts';
import { filesOf, recordsOf, tempHome } from '../disk/temp.ts';
import { event, intent } from '../records.ts';
import { keychain, sealedHome, vaultOver } from './rig.ts';

const home = tempHome();
const FIRST_LOOK = 2000;
const MINUTE = 60_000;
const kinds = (directory: string) => recordsOf(directory).map(({ kind }) => kind);
const cuts = (directory: string) =>
  recordsOf(directory).filter((record) => record.kind === 'event' && record.detail['reason'] === 'tail_cut');

/** A journal of four calls, a stop, and what its keychain knows. */
async function stopped(calls = 4) {
  const store = keychain();
  const run = await sealedHome(home, { store });
  for (let n = 0; n < calls; n += 1) run.journal.append(intent(n));
  await run.pass(FIRST_LOOK);
  await run.seal.close();
  await run.journal.close();
  const again = () => sealedHome(home, { store, directory: run.directory, entries: run.index.entries });
  const trust = () => readTrust(vaultOver(store, run.index.entries).vault);
  return { ...run, store, again, trust, file: join(run.directory, filesOf(run.directory)[0] ?? '') };
}

describe('the seal', () => {
  it('makes a key once, signs from then on, and tells the keychain how far it came', async () => {
    const { journal, pass, seal, directory, vault, index } = await sealedHome(home, { store: keychain() });
    journal.append(event());
    expect(seal.keyId).toBeUndefined();
    await pass(FIRST_LOOK);
    expect(seal.keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(kinds(directory)).toEqual(['event', 'event', 'checkpoint']);
    expect(recordsOf(directory)[1]).toMatchObject({ event: 'secret_changed', detail: { name: 'audit.signing-key' } });
    const trust = await readTrust(vault);
    expect(trust).toMatchObject({ heads: [journal.head] });
    expect(await verifyDirectory(directory, trust)).toMatchObject({
      ok: true,
      signed: true,
      note: `signed up to record 1 of chain ${journal.head.chainId}`,
    });
    // Both items are new, so both are in the settings; after that none is written for it.
    expect(index.writes).toBe(2);
    journal.append(event());
    await pass(MINUTE);
    expect(index.writes).toBe(2);
    expect(kinds(directory)).toEqual(['event', 'event', 'checkpoint', 'event', 'checkpoint']);
    expect((await readTrust(vault))?.heads).toEqual([journal.head]);
  });

  it('signs nothing before the keychain knows whose signature that is', async () => {
    const store = keychain();
    const { journal, pass, directory } = await sealedHome(home, { store });
    const signedAt: boolean[] = [];
    store.before = (call, account) => {
      if (call === 'set' && account.endsWith('audit.head')) signedAt.push(kinds(directory).includes('checkpoint'));
    };
    journal.append(event());
    await pass(FIRST_LOOK);
    expect(signedAt).toEqual([false, true]);
  });

  it('does nothing while nothing happens', async () => {
    const store = keychain();
    const { journal, pass, directory } = await sealedHome(home, { store });
    journal.append(event());
    await pass(FIRST_LOOK);
    const calls = store.calls.length;
    const { length } = recordsOf(directory);
    for (let minute = 0; minute < 10; minute += 1) await pass(MINUTE);
    expect(store.calls).toHaveLength(calls);
    expect(recordsOf(directory)).toHaveLength(length);
  });

  it('signs the end, and uses the same key in the next run', async () => {
    const { again, trust, journal, directory, seal } = await stopped();
    expect(recordsOf(directory).at(-1)?.kind).toBe('checkpoint');
    expect((await trust())?.heads).toEqual([journal.head]);
    const next = await again();
    next.journal.append(event());
    await next.pass(FIRST_LOOK);
    expect(next.seal.keyId).toBe(seal.keyId);
    expect(recordsOf(directory).filter(({ kind }) => kind === 'event')).toHaveLength(2);
    expect((await trust())?.keys).toHaveLength(1);
    expect(await verifyDirectory(directory, await trust())).toMatchObject({ ok: true, signed: true });
  });

  it('keeps the key out of files, and redacts it', async () => {
    const { store, directory, live } = await stopped();
    const d = /"d":"([^"]+)"/.exec(store.items.get('inst/audit.signing-key') ?? '')?.[1] ?? '';
    expect(d).toHaveLength(43);
    for (const file of filesOf(directory)) expect(readFileSync(join(directory, file), 'utf8')).not.toContain(d);
    expect(live.redact(`x ${d} x`)).toBe('x [redacted] x');
    expect(store.items.get('inst/audit.head')).not.toContain(d);
  });
});

describe('without a keychain', () => {
  it('nothing is signed, nothing is told, and everything else goes on', async () => {
    const { journal, pass, directory, warnings, seal } = await sealedHome(home);
    for (let n = 0; n < 300; n += 1) journal.append(intent(n));
    await pass(FIRST_LOOK);
    await pass(MINUTE);
    await seal.close();
    expect(warnings).toEqual([]);
    expect(new Set(kinds(directory))).toEqual(new Set(['intent']));
    expect(await verifyDirectory(directory)).toMatchObject({ ok: true, signed: false, note: UNSIGNED });
  });

  it('that is locked is asked once, and signs once somebody has unlocked it', async () => {
    const store = keychain();
    store.locked = true;
    const { journal, pass, directory, vault, seal, warnings } = await sealedHome(home, { store });
    journal.append(event());
    await pass(FIRST_LOOK);
    const { length } = store.calls;
    for (let minute = 0; minute < 5; minute += 1) await pass(MINUTE);
    expect(store.calls).toHaveLength(length);
    store.locked = false;
    await vault.state({ again: true });
    await pass(MINUTE);
    expect(seal.keyId).toBeDefined();
    expect(kinds(directory)).toContain('checkpoint');
    expect(warnings).toEqual([]);
  });

  it('that is locked later is asked once more, and told once somebody has unlocked it', async () => {
    const store = keychain();
    const { journal, pass, vault, warnings } = await sealedHome(home, { store });
    journal.append(event());
    await pass(FIRST_LOOK);
    store.locked = true;
    journal.append(event());
    await pass(MINUTE);
    const { length } = store.calls;
    for (let minute = 0; minute < 5; minute += 1) {
      journal.append(event());
      await pass(MINUTE);
    }
    expect(store.calls).toHaveLength(length);
    store.locked = false;
    await vault.state({ again: true });
    await pass(MINUTE);
    expect((await readTrust(vault))?.heads).toEqual([journal.head]);
    expect(warnings).toEqual([]);
  });

  it('that refuses what the vault takes for ready is asked once, too', async () => {
    let asked = 0;
    const entry = { name: 'audit.signing-key', backend: 'keytar', redactable: true, updatedAt: '' } as const;
    const ready = { backend: 'vault', state: 'ready', detail: '' } as const;
    const refuse = async (): Promise<never> => {
      asked += 1;
      throw new CompanionError('E_KEYCHAIN_LOCKED', 'It is locked.', 'Unlock it.');
    };
    const vault = {
      list: () => [entry],
      state: async () => ready,
      peekState: () => ready,
      own: refuse,
      set: refuse,
      rewrite: refuse,
    };
    const { journal, pass, warnings } = await sealedHome(home, { vault });
    journal.append(event());
    await pass(FIRST_LOOK);
    for (let minute = 0; minute < 5; minute += 1) await pass(MINUTE);
    expect([asked, warnings]).toEqual([1, []]);
  });

  it('that is locked keeps old segments, too: nobody could be told of chains that end', async () => {
    const store = keychain();
    const DAY = 24 * 60 * MINUTE;
    const { journal, pass, directory } = await sealedHome(home, { store, segmentBytes: 3000, keepMs: DAY / 2 });
    for (let n = 0; n < 40; n += 1) journal.append(intent(n));
    await pass(FIRST_LOOK);
    const files = filesOf(directory);
    store.locked = true;
    journal.append(event());
    await pass(2 * MINUTE);
    for (let day = 0; day < 3; day += 1) await pass(DAY);
    expect(filesOf(directory)).toEqual(expect.arrayContaining(files));
    expect(kinds(directory).filter((kind) => kind === 'event')).toHaveLength(2);
  });

  it('is told nothing that is not on the disk', async () => {
    const io = faultyIo();
    const { journal, pass, vault, warnings } = await sealedHome(home, { store: keychain(), io });
    journal.append(event());
    await pass(FIRST_LOOK);
    const before = await readTrust(vault);
    io.faults.sync = 'EIO';
    journal.append(event());
    await pass(MINUTE);
    expect(await readTrust(vault)).toEqual(before);
    expect(warnings).toEqual([expect.stringContaining('could not be told')]);
    delete io.faults.sync;
    await pass(MINUTE);
    expect((await readTrust(vault))?.heads).toEqual([journal.head]);
  });

  it('a key that is there is never replaced because the keychain does not answer', async () => {
    const { again, store, trust } = await stopped();
    const key = store.items.get('inst/audit.signing-key');
    store.locked = true;
    const next = await again();
    next.journal.append(event());
    await next.pass(FIRST_LOOK);
    await next.seal.close();
    store.locked = false;
    expect(store.items.get('inst/audit.signing-key')).toBe(key);
    expect((await trust())?.keys).toHaveLength(1);
  });

  it('that fails later warns once, and tells again by itself', async () => {
    const store = keychain();
    const { journal, pass, vault, warnings } = await sealedHome(home, { store });
    journal.append(event());
    await pass(FIRST_LOOK);
    const told = await readTrust(vault);
    store.before = (call, account) => {
      if (call === 'get' && account.endsWith('audit.head')) store.items.set(account, 'garbage');
    };
    for (let minute = 0; minute < 3; minute += 1) {
      journal.append(event());
      await pass(MINUTE);
    }
    expect(warnings).toEqual([expect.stringContaining('could not be told')]);
    store.before = () => undefined;
    journal.append(event());
    await pass(MINUTE);
    expect((await readTrust(vault))?.heads[0]?.seq).toBeGreaterThan(told?.heads[0]?.seq ?? 0);
  });
});

describe('what is said of the signatures', () => {
  it('is why there are none, then with which key', async () => {
    const store = keychain();
    store.locked = true;
    const { journal, pass, seal, vault } = await sealedHome(home, { store });
    journal.append(event());
    expect(seal.state()).toEqual({ signed: false, detail: 'The keychain was not looked at yet.' });
    await pass(FIRST_LOOK);
    expect(seal.state()).toMatchObject({ signed: false, detail: expect.stringContaining('locked') });
    store.locked = false;
    await vault.state({ again: true });
    await pass(MINUTE);
    expect(seal.state()).toEqual({ signed: true, detail: `with the key ${seal.keyId}` });
  });
});

describe('chains from before the first key', () => {
  it('are kept as they are once; one that appears later is nobody\u2019s', async () => {
    const store = keychain();
    const before = await sealedHome(home);
    before.journal.append(intent(1));
    await before.seal.close();
    await before.journal.close();
    const { directory } = before;
    const otherLiveChains = [before.journal.head.chainId];
    const first = await sealedHome(home, { store, directory, otherLiveChains });
    first.journal.append(event());
    await first.pass(FIRST_LOOK);
    const trust = () => readTrust(vaultOver(store).vault);
    expect((await trust())?.heads).toEqual([first.journal.head, before.journal.head]);
    expect(await verifyDirectory(directory, await trust())).toMatchObject({ ok: true, signed: true });
    const stranger = await home.journal(directory, {
      otherLiveChains: [...otherLiveChains, first.journal.head.chainId],
    });
    stranger.append(intent(2));
    await stranger.close();
    first.journal.append(event());
    await first.pass(MINUTE);
    expect((await verifyDirectory(directory, await trust())).problems).toMatchObject([{ code: 'unsigned_chain' }]);
  });
});

describe('a key that is lost', () => {
  it('is made anew where its item is gone; what the first one signed is still proved', async () => {
    const { again, store, trust, seal, directory } = await stopped();
    store.items.delete('inst/audit.signing-key');
    const next = await again();
    next.journal.append(event());
    await next.pass(FIRST_LOOK);
    expect(next.seal.keyId).not.toBe(seal.keyId);
    expect((await trust())?.keys).toHaveLength(2);
    expect(await verifyDirectory(directory, await trust())).toMatchObject({ ok: true, signed: true });
  });

  it('or damaged is not used, which is told without repeating it', async () => {
    const { again, store, directory } = await stopped();
    store.items.set('inst/audit.signing-key', '{"version":1,"d":"not-a-key-at-all","x":""}');
    const before = recordsOf(directory).length;
    const next = await again();
    next.journal.append(event());
    await next.pass(FIRST_LOOK);
    expect(next.seal.keyId).toBeUndefined();
    expect(next.warnings).toEqual([expect.stringContaining('is not the key that signs')]);
    expect(next.warnings.join()).not.toContain('not-a-key');
    expect(recordsOf(directory)).toHaveLength(before + 1);
  });

  it('is not made by a host that handed over', async () => {
    const store = keychain();
    const { journal, pass, seal } = await sealedHome(home, { store, isOwner: () => false });
    journal.append(event());
    await pass(FIRST_LOOK);
    expect(seal.keyId).toBeUndefined();
    expect(store.items.size).toBe(0);
  });
});

describe('a journal that ends before what the keychain knows', () => {
  const cut: [string, (file: string) => void][] = [
    ['lost its last record', (file) => truncateSync(file, readFileSync(file).lastIndexOf(10, -2) + 1)],
    ['was emptied', (file) => truncateSync(file, 0)],
    ['is gone', (file) => rmSync(file)],
  ];
  it.each(cut)('because it %s: verify says so, and so does the next run, for ever', async (_, change) => {
    const { again, trust, file, directory, journal } = await stopped();
    const { head } = journal;
    change(file);
    expect(await verifyDirectory(directory, await trust())).toMatchObject({
      ok: false,
      problems: [{ code: 'tail_cut' }],
    });
    for (let run = 0; run < 2; run += 1) {
      const next = await again();
      for (let n = 0; n < 10; n += 1) next.journal.append(event({ n }));
      await next.pass(FIRST_LOOK);
      expect(next.warnings).toHaveLength(run === 0 ? 1 : 0);
      await next.seal.close();
      await next.journal.close();
    }
    expect(cuts(directory)).toMatchObject([{ detail: { chain: head.chainId, seq: head.seq, hash: head.hash } }]);
    expect(await verifyDirectory(directory, await trust())).toMatchObject({
      ok: false,
      signed: true,
      problems: [{ code: 'tail_cut', text: expect.stringContaining(`record ${head.seq} of chain`) }],
    });
  });

  it('also where the settings name neither key nor head any more: no second key is made', async () => {
    const { store, trust, file, directory, seal, journal } = await stopped();
    const key = store.items.get('inst/audit.signing-key');
    truncateSync(file, readFileSync(file, 'utf8').indexOf('\n') + 1);
    const next = await sealedHome(home, { store, directory, entries: [] });
    next.journal.append(event());
    await next.pass(FIRST_LOOK);
    expect(store.items.get('inst/audit.signing-key')).toBe(key);
    expect(next.seal.keyId).toBe(seal.keyId);
    expect(cuts(directory)).toMatchObject([{ detail: { chain: journal.head.chainId, seq: journal.head.seq } }]);
    expect(await verifyDirectory(directory, await trust())).toMatchObject({ ok: false, signed: true });
  });

  it('because a damaged segment was set aside is told by that alone', async () => {
    const { again, trust, file, directory } = await stopped();
    const bytes = readFileSync(file);
    bytes[bytes.length - 10]! ^= 1;
    writeFileSync(file, bytes);
    const next = await again();
    next.journal.append(event());
    await next.pass(FIRST_LOOK);
    expect(cuts(directory)).toEqual([]);
    const report = await verifyDirectory(directory, await trust());
    expect(report.problems.map(({ code }) => code)).toEqual(['set_aside']);
    const aside = filesOf(directory).find((name) => name.endsWith('.corrupt')) ?? '';
    renameSync(join(directory, aside), join(home.folder(), aside));
    expect(await verifyDirectory(directory, await trust())).toMatchObject({ ok: true, signed: true });
  });

  it('is no problem where the crash came before the keychain was told', async () => {
    const { again, trust, directory } = await stopped();
    const crashed = await again();
    crashed.journal.append(event());
    await crashed.pass(FIRST_LOOK);
    for (let n = 0; n < 5; n += 1) crashed.journal.append(event());
    await crashed.journal.close();
    expect(await verifyDirectory(directory, await trust())).toMatchObject({ ok: true });
    const next = await again();
    next.journal.append(event());
    await next.pass(FIRST_LOOK);
    expect(cuts(directory)).toEqual([]);
  });
});

describe('retention', () => {
  const DAY = 24 * 60 * MINUTE;
  const many = async (options: Parameters<typeof sealedHome>[1]) => {
    const run = await sealedHome(home, { segmentBytes: 3000, keepMs: 30 * DAY, ...options });
    for (let n = 0; n < 40; n += 1) run.journal.append(intent(n));
    return run;
  };

  it('runs once a day, and what is left is what the keychain knows', async () => {
    const { journal, pass, directory, vault } = await many({ store: keychain() });
    await pass(FIRST_LOOK);
    const files = filesOf(directory);
    await pass(29 * DAY);
    expect(filesOf(directory)).toEqual(files);
    await pass(2 * DAY);
    const left = filesOf(directory);
    expect(left.length).toBeLessThan(files.length);
    expect(left).toContain(files.at(-1));
    expect(await verifyDirectory(directory, await readTrust(vault))).toMatchObject({
      ok: true,
      signed: true,
      chains: [{ chainId: journal.head.chainId, lastSeq: journal.head.seq }],
    });
  });

  it('is done as soon as somebody has unlocked the keychain', async () => {
    const store = keychain();
    store.locked = true;
    const { pass, directory, vault } = await many({ store, keepBytes: 10_000 });
    await pass(FIRST_LOOK);
    const { length } = filesOf(directory);
    store.locked = false;
    await vault.state({ again: true });
    await pass(MINUTE);
    expect(filesOf(directory).length).toBeLessThan(length);
  });

  it('waits for a keychain, and warns once of a journal that grows', async () => {
    const { pass, directory, warnings } = await many({ keepBytes: 1000 });
    const files = filesOf(directory);
    for (let day = 0; day < 3; day += 1) await pass(DAY);
    expect(filesOf(directory)).toEqual(files);
    expect(warnings).toEqual([expect.stringContaining('keychain')]);
  });

  it('is not for a host that handed over', async () => {
    let owner = true;
    const { pass, directory } = await many({ store: keychain(), isOwner: () => owner });
    await pass(FIRST_LOOK);
    owner = false;
    const files = filesOf(directory);
    await pass(100 * DAY);
    expect(filesOf(directory)).toEqual(files);
  });

  it('forgets chains that are gone, so that nobody misses them', async () => {
    const { directory, trust, index, store } = await stopped();
    const next = await sealedHome(home, {
      store,
      directory,
      entries: index.entries,
      otherLiveChains: recordsOf(directory).map(({ chain_id }) => chain_id),
      keepBytes: 0,
    });
    next.journal.append(event());
    await next.pass(FIRST_LOOK);
    expect((await trust())?.heads.map(({ chainId }) => chainId)).toEqual([next.journal.head.chainId]);
    expect(await verifyDirectory(directory, await trust())).toMatchObject({ ok: true, chains: { length: 1 } });
  });
});

describe('the end', () => {
  it('does not wait for a keychain that does not answer', async () => {
    const store = keychain();
    const { journal, pass, seal, directory } = await sealedHome(home, { store });
    journal.append(event());
    await pass(FIRST_LOOK);
    store.before = () => new Promise<never>(() => undefined);
    journal.append(event());
    const closed = seal.close();
    // `idle` never comes here: the keychain holds it.
    void pass(2000);
    await closed;
    expect(recordsOf(directory).at(-1)?.kind).toBe('checkpoint');
    await seal.close();
  });

  it('before the first look leaves nothing behind', async () => {
    const store = keychain();
    const { journal, pass, seal } = await sealedHome(home, { store });
    journal.append(event());
    await seal.close();
    await pass(MINUTE);
    expect(store.calls).toEqual([]);
  });
});
