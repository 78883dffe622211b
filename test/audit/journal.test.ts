import { beforeEach, describe, expect, it } from 'vitest';
import { GENESIS } from '../../main/audit/chain.ts';
import { createJournal } from '../../main/audit/journal.ts';
import type { Journal, JournalOptions } from '../../main/audit/journal.ts';
import { parseLine } from '../../main/audit/line.ts';
import { verify } from '../../main/audit/verify.ts';
import type { AuditRecord, NewAuditRecord } from '../../preload/contract/audit.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { memoryStore, systemError } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';
import { asIs, countingIds, event, intent, outcome, segments, seqsOf, steppingClock } from './records.ts';

const START = { chainId: 'c0ffee', seq: -1, hash: GENESIS };
let store: MemoryStore;
let journal: Journal;

const open = (options: Partial<JournalOptions> = {}): Journal =>
  createJournal({ store, clock: steppingClock(), newId: countingIds(), redact: asIs, start: START, ...options });

const failureOf = (work: () => unknown): CompanionError => {
  try {
    work();
  } catch (error) {
    if (error instanceof CompanionError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

/** A record that the types would not let through, as a mistake elsewhere could. */
const unchecked = (record: object): NewAuditRecord => JSON.parse(JSON.stringify(record));

const verifyStore = async () => verify(segments({ 'c0ffee-000000000000.jsonl': Buffer.concat(store.lines) }));

beforeEach(() => {
  store = memoryStore();
  journal = open();
});

describe('append', () => {
  it('stamps a record with its place, writes it, and returns it', async () => {
    const first = journal.append(event({ version: '1' }));
    const second = journal.append(intent(1));
    expect(first).toEqual({
      ...event({ version: '1' }),
      v: 1,
      id: '01990000-0000-7000-8000-000000000001',
      chain_id: 'c0ffee',
      seq: 0,
      time: '2026-01-02T03:04:05.000Z',
    });
    expect(second).toMatchObject({ seq: 1, time: '2026-01-02T03:04:05.001Z' });
    expect(await verifyStore()).toMatchObject({
      ok: true,
      records: 2,
      chains: [{ lastSeq: 1, head: journal.head.hash }],
    });
    const line = parseLine(store.lines[1]!.subarray(0, -1));
    expect(line).toMatchObject({ record: second, hash: journal.head.hash });
  });

  it('continues the chain that it was given', () => {
    const start = { chainId: 'c0ffee', seq: 41, hash: 'ab'.repeat(32) };
    expect(open({ start }).append(event()).seq).toBe(42);
    expect(parseLine(store.lines[0]!.subarray(0, -1))).toMatchObject({ prev: 'ab'.repeat(32), fits: true });
  });

  it('redacts before it hashes', async () => {
    journal = open({ redact: (text) => text.replaceAll('hunter2-hunter2', '[secret]') });
    const record = journal.append(intent(1, { arguments: { 'hunter2-hunter2': 'x hunter2-hunter2' } }));
    expect(record).toMatchObject({ arguments: { '[secret]': 'x [secret]' } });
    expect(String(store.lines[0])).not.toContain('hunter2');
    expect((await verifyStore()).ok).toBe(true);
  });

  it('writes lone surrogates as U+FFFD, so that every line is plain RFC 8785', async () => {
    journal.append(intent(1, { arguments: { 'k\ud800': 'v\udfff' } }));
    expect(String(store.lines[0])).toContain('"arguments":{"k\ufffd":"v\ufffd"}');
    expect((await verifyStore()).ok).toBe(true);
  });

  it('keeps arguments by their size when they make the record too long', async () => {
    const record = journal.append(intent(1, { arguments: Array.from({ length: 300 }).fill('x'.repeat(4000)) }));
    expect(record).toMatchObject({ arguments: { $bytes: 1_200_901 } });
    expect(record).not.toHaveProperty('input_responses');
    const answers = Array.from({ length: 300 }).fill('y'.repeat(4000));
    expect(journal.append(intent(1, { attempt: 2, input_responses: answers }))).toMatchObject({
      arguments: { $bytes: 20 },
      input_responses: { $bytes: 1_200_901 },
    });
    expect((await verifyStore()).ok).toBe(true);
  });
});

describe('what cannot be recorded', () => {
  it.each<[string, () => unknown]>([
    ['a record that does not fit the schema', () => journal.append(outcome(1, { duration_ms: -1 }))],
    ['a number that is not one', () => journal.append(outcome(1, { duration_ms: Number.NaN }))],
    ['a first attempt that is called one', () => journal.append(intent(1, { attempt: 1 }))],
    ['an infinite argument', () => journal.append(intent(1, { arguments: [Infinity] }))],
    ['an unknown member', () => journal.append(unchecked({ ...event(), secret: 'hunter2' }))],
    ['a word that is not in the list', () => journal.append(unchecked({ ...event(), event: 'hunter2' }))],
    [
      'a record over 512 KiB',
      () => journal.append(event(Object.fromEntries(many(200).map((i) => [`k${i}`, 'x'.repeat(4000)])))),
    ],
    [
      'a redactor that throws',
      () =>
        open({
          redact: () => {
            throw new Error('hunter2');
          },
        }).append(event({ a: 'b' })),
    ],
    ['a clock that is broken', () => open({ clock: () => new Date(Number.NaN) }).append(event())],
  ])('is refused and leaves the journal well: %s', (_, append) => {
    const error = failureOf(append);
    expect(error.code).toBe('E_AUDIT_UNAVAILABLE');
    expect(error.next).not.toBe('');
    expect(`${error.message}${error.next}`).not.toContain('hunter2');
    expect(store.lines).toHaveLength(0);
    expect(journal.state).toEqual({ state: 'ok', detail: '' });
    expect(journal.append(event()).seq).toBe(0);
  });
});

const many = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('a store that fails', () => {
  it('denies, keeps the head, and recovers by itself', async () => {
    journal.append(event());
    const { head } = journal;
    store.failure = systemError('ENOSPC');
    const error = failureOf(() => journal.append(intent(1)));
    expect(error.toFailure()).toMatchObject({
      code: 'E_AUDIT_UNAVAILABLE',
      next: expect.stringContaining('disk space'),
    });
    expect(error.cause).toBe(store.failure);
    expect(journal.state).toEqual({ state: 'unavailable', detail: 'ENOSPC (ENOSPC: a system error)' });
    expect(journal.head).toEqual(head);
    store.failure = undefined;
    expect(journal.append(intent(2)).seq).toBe(1);
    expect(journal.state.state).toBe('ok');
    expect(await verifyStore()).toMatchObject({ ok: true, records: 2 });
  });

  it('that cannot sync: no new call leaves, but the outcome of one that left is written', () => {
    journal.append(intent(1));
    store.problem = 'EIO';
    expect(journal.state).toEqual({ state: 'unavailable', detail: 'EIO' });
    expect(failureOf(() => journal.append(intent(2))).code).toBe('E_AUDIT_UNAVAILABLE');
    expect(journal.append(outcome(1)).seq).toBe(1);
    store.problem = undefined;
    expect(journal.append(intent(2)).seq).toBe(2);
  });

  it('makes flush reject with what to do', async () => {
    store.problem = 'EIO';
    await expect(journal.flush()).rejects.toMatchObject({ code: 'E_AUDIT_UNAVAILABLE' });
  });
});

describe('records that must come first', () => {
  it('are written at once where they can be', () => {
    journal = open({ first: [event({ a: 1 }), event({ a: 2 })] });
    expect(journal.append(event({ a: 3 })).seq).toBe(2);
    expect(store.lines.map((line) => /"a":(\d)/.exec(String(line))?.[1])).toEqual(['1', '2', '3']);
  });

  it('wait for a store that fails, and come before anything else', () => {
    store.failure = systemError('EIO');
    journal = open({ first: [event({ a: 1 }), event({ a: 2 })] });
    expect(journal.state.state).toBe('unavailable');
    expect(failureOf(() => journal.append(event({ a: 3 }))).code).toBe('E_AUDIT_UNAVAILABLE');
    store.failure = undefined;
    journal.append(event({ a: 4 }));
    journal.append(event({ a: 5 }));
    expect(store.lines.map((line) => /"a":(\d)/.exec(String(line))?.[1])).toEqual(['1', '2', '4', '5']);
  });
});

describe('listeners', () => {
  it('are told each record, after it is written, until they leave', () => {
    const seen: AuditRecord[] = [];
    const stop = journal.onAppend((record) => {
      expect(store.lines).toHaveLength(record.seq + 1);
      seen.push(record);
    });
    journal.append(event());
    journal.append(event());
    stop();
    stop();
    journal.append(event());
    expect(seqsOf(seen)).toEqual([0, 1]);
  });

  it('cannot break an append, and do not hear of one that failed', () => {
    const seen: AuditRecord[] = [];
    journal.onAppend(() => {
      throw new Error('broken listener');
    });
    journal.onAppend((record) => seen.push(record));
    journal.append(event());
    store.failure = systemError('EIO');
    failureOf(() => journal.append(event()));
    expect(seqsOf(seen)).toEqual([0]);
  });

  it('may append in turn', async () => {
    journal.onAppend((record) => {
      if (record.seq < 5) journal.append(event());
    });
    journal.append(event());
    expect(await verifyStore()).toMatchObject({ ok: true, records: 6 });
  });

  it('added twice are two', () => {
    let count = 0;
    const listener = (): void => {
      count += 1;
    };
    const stop = journal.onAppend(listener);
    journal.onAppend(listener);
    journal.append(event());
    stop();
    journal.append(event());
    expect(count).toBe(3);
  });
});

describe('close', () => {
  it('refuses everything after it and may be called twice', async () => {
    await journal.close();
    await journal.close();
    expect(failureOf(() => journal.append(event())).message).toContain('closed');
    expect(journal.state.state).toBe('unavailable');
  });
});
