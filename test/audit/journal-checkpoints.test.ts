import { beforeEach, describe, expect, it } from 'vitest';
import { verifyCheckpoint } from '../../main/audit/checkpoint.ts';
import type { Signer } from '../../main/audit/checkpoint.ts';
import { GENESIS } from '../../main/audit/chain.ts';
import { CHECKPOINT_RECORDS, createJournal } from '../../main/audit/journal.ts';
import type { Journal } from '../../main/audit/journal.ts';
import { AuditRecord } from '../../preload/contract/audit.ts';
import { memoryStore, systemError } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';
import { asIs, countingIds, event, intent, outcome, steppingClock } from './records.ts';
import { testSigner } from './signers.ts';

let store: MemoryStore;
let journal: Journal;
let signatures: number;

const counted: Signer = {
  ...testSigner,
  sign: (text) => {
    signatures += 1;
    return testSigner.sign(text);
  },
};

beforeEach(() => {
  store = memoryStore();
  signatures = 0;
  const start = { chainId: 'c0ffee', seq: -1, hash: GENESIS };
  journal = createJournal({ store, clock: steppingClock(), newId: countingIds(), redact: asIs, start });
});

/** Everything written, line by line, also where several came in one write. */
const lines = () =>
  Buffer.concat(store.lines)
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line): { hash: string; prev: string; record: unknown } => JSON.parse(line));
const records = () => lines().map(({ record }) => AuditRecord.parse(record));
const checkpoints = () => records().filter(({ kind }) => kind === 'checkpoint');
const append = (count: number) => {
  for (let n = 0; n < count; n += 1) journal.append(n % 2 === 0 ? intent(n) : outcome(n - 1));
};

describe('checkpoints', () => {
  it('are none without a signer', () => {
    append(500);
    expect(journal.checkpoint()).toBe(false);
    expect(checkpoints()).toEqual([]);
  });

  it('sign the record before them, and are records of the chain', () => {
    append(3);
    journal.signWith(testSigner);
    expect(journal.checkpoint()).toBe(true);
    const [, , , line] = lines();
    const record = AuditRecord.parse(line?.record);
    expect(record).toMatchObject({ kind: 'checkpoint', seq: 3, head: line?.prev, key_id: testSigner.keyId });
    expect(record.kind === 'checkpoint' && verifyCheckpoint(record, line?.prev ?? '')).toBe(true);
    expect(journal.head).toEqual({ chainId: 'c0ffee', seq: 3, hash: line?.hash });
    append(1);
    expect(lines().at(-1)?.prev).toBe(line?.hash);
  });

  it('are told to whoever watches, like any record', () => {
    const seen: string[] = [];
    journal.onAppend(({ kind }) => seen.push(kind));
    journal.signWith(testSigner);
    append(1);
    journal.checkpoint();
    expect(seen).toEqual(['intent', 'checkpoint']);
  });

  it('are not repeated while nothing is new', () => {
    journal.signWith(counted);
    append(1);
    for (let n = 0; n < 5; n += 1) expect(journal.checkpoint()).toBe(true);
    expect(signatures).toBe(1);
    append(1);
    expect(journal.checkpoint()).toBe(true);
    expect(checkpoints()).toHaveLength(2);
  });

  it('do not sign what another run left before this one wrote something', () => {
    const start = { chainId: 'c0ffee', seq: 41, hash: 'ab'.repeat(32) };
    journal = createJournal({ store, clock: steppingClock(), newId: countingIds(), redact: asIs, start });
    journal.signWith(testSigner);
    expect(journal.checkpoint()).toBe(false);
    append(1);
    expect(journal.checkpoint()).toBe(true);
  });

  it('come by themselves every 100 records, after the record that fills them up', () => {
    journal.signWith(counted);
    append(CHECKPOINT_RECORDS - 1);
    expect(signatures).toBe(0);
    append(CHECKPOINT_RECORDS * 5);
    expect(signatures).toBe(5);
    expect(checkpoints().map(({ seq }) => seq)).toEqual([100, 201, 302, 403, 504]);
  });

  it('come once behind a batch, however long', () => {
    journal.signWith(counted);
    journal.appendAll(Array.from({ length: 350 }, (_, n) => event({ n })));
    expect(checkpoints().map(({ seq }) => seq)).toEqual([350]);
  });

  it('that cannot be written change nothing, and are not tried again with each record', () => {
    journal.signWith(counted);
    append(99);
    const { head } = journal;
    store.failure = systemError('ENOSPC');
    expect(journal.checkpoint()).toBe(false);
    expect(journal.head).toEqual(head);
    expect(journal.state).toEqual({ state: 'ok', detail: '' });
    store.failure = undefined;
    append(50);
    expect(signatures).toBe(1);
    append(50);
    expect(signatures).toBe(2);
    expect(journal.head.seq).toBe(199);
  });

  it('of a signer that fails change nothing', () => {
    const broken = (): never => {
      throw new Error('the key is gone');
    };
    journal.signWith({ ...testSigner, sign: broken });
    append(250);
    expect(journal.checkpoint()).toBe(false);
    journal.signWith({ ...testSigner, sign: () => 'short' });
    expect(journal.checkpoint()).toBe(false);
    expect(records()).toHaveLength(250);
    expect(journal.state.state).toBe('ok');
  });

  it('are none once the journal is closed', async () => {
    journal.signWith(testSigner);
    append(1);
    await journal.close();
    expect(journal.checkpoint()).toBe(false);
  });
});
