import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { buildRecord, type ChainHead } from '../../../main/audit/build-record.ts';
import { GENESIS } from '../../../main/audit/chain.ts';
import { classOf, wasAsked } from '../../../main/audit/decision-class.ts';
import { createActivity } from '../../../main/audit/disk/index-activity.ts';
import { openDatabase, recreate } from '../../../main/audit/disk/index-schema.ts';
import { createIndexWriter } from '../../../main/audit/disk/index-write.ts';
import { fold, wordsOf } from '../../../main/audit/search-text.ts';
import type { ActivityFilter } from '../../../preload/contract/activity.ts';
import type { LogEntry, NewAuditRecord } from '../../../preload/contract/audit.ts';
import { asIs, callId, countingIds, event, intent, outcome } from '../records.ts';

const open: { close(): void }[] = [];
const folders: string[] = [];
afterEach(() => {
  for (const item of open.splice(0)) item.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const base: ActivityFilter = { text: '', show: 'all', events: false };
const START = Date.parse('2026-01-02T03:04:05.000Z');

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'rl-activity-'));
  folders.push(folder);
  const path = join(folder, 'companion.db');
  const newId = countingIds(1_000_000);
  let at = START;
  let head: ChainHead = { chainId: 'a', seq: -1, hash: GENESIS };
  const connect = () => {
    const database = openDatabase(path, () => undefined);
    open.push(database);
    const writer = createIndexWriter(database);
    const ask = createActivity(database);
    /** Each a second after the one before, unless `atMs` says otherwise. */
    const insert = (records: readonly NewAuditRecord[], options: { atMs?: number; chain?: string } = {}): void => {
      database.exec('BEGIN IMMEDIATE');
      writer.begin();
      for (const record of records) {
        at += 1000;
        const clock = (): Date => new Date(options.atMs ?? at);
        const built = buildRecord(record, { ...head, chainId: options.chain ?? 'a' }, { clock, newId, redact: asIs });
        head = { ...head, seq: head.seq + 1 };
        writer.insert(built.record);
      }
      database.exec('COMMIT');
      writer.committed();
    };
    const window = (filter: Partial<ActivityFilter> = {}, offset = 0, limit = 200, of?: number) => {
      const answer = ask({ op: 'window', filter: { ...base, ...filter }, offset, limit, of });
      if (answer.op !== 'window') throw new Error('another answer');
      return answer;
    };
    const ids = (filter: Partial<ActivityFilter> = {}): string[] => window(filter).rows.map(({ id }) => id);
    return { database, writer, ask, insert, window, ids };
  };
  return { connect, ...connect() };
}

const numbers = (...list: number[]): string[] => list.map(callId);
const deny = {
  effect: 'deny',
  decidedBy: 'local',
  code: 'rule_deny',
  reason: 'Rule r9 denies it.',
  ruleId: 'r9',
} as const;

function sample(insert: (records: readonly NewAuditRecord[]) => void): void {
  insert([
    intent(1),
    outcome(1),
    intent(2, { connector: 'git', 'gen_ai.tool.name': 'push', claimed: { client: 'Cursor' } }),
    outcome(2, { connector: 'git', outcome: 'failed', 'error.type': 'server_ended' }),
    intent(3, { decision: deny, 'mcp.session.id': 'session-2' }),
    outcome(3, { outcome: 'refused', 'error.type': 'rule_deny', 'mcp.session.id': 'session-2' }),
    event({}, { event: 'pin_drift', connector: 'git' }),
    intent(4, { decision: { ...deny, effect: 'ask', code: 'rule_ask', reason: 'Asks.' } }),
    intent(5, {
      'mcp.method.name': 'resources/read',
      'gen_ai.tool.name': undefined,
      'mcp.resource.uri': 'file:///Straße/x',
    }),
    outcome(5, { outcome: 'withheld' }),
  ]);
}

describe('a search', () => {
  it.each<[Partial<ActivityFilter>, number[]]>([
    [{}, [5, 4, 3, 2, 1]],
    [{ show: 'denied' }, [5, 3]],
    [{ show: 'asked' }, [4]],
    [{ show: 'failed' }, [2]],
    [{ connector: 'git' }, [2]],
    [{ client: 'Cursor' }, [2]],
    [{ tool: 'read_file' }, [4, 3, 1]],
    [{ tool: 'nothing' }, []],
    [{ session: 'session-2' }, [3]],
    [{ session: 'session-9' }, []],
    [{ text: 'r' }, [5, 4, 3, 2, 1]],
    [{ text: 'PUSH cursor' }, [2]],
    [{ text: 'denied' }, [3]],
    [{ text: 'withheld' }, [5]],
    [{ text: 'server_ended' }, [2]],
    [{ text: 'r9' }, [4, 3]],
    [{ text: 'straße' }, [5]],
    [{ text: 'r9 denies' }, [3]],
    [{ text: 'pin_drift' }, []],
    [{ text: 'notes.txt' }, []],
    [{ text: 'session-2' }, []],
    [{ since: new Date(START + 5000).toISOString() }, [5, 4, 3]],
    [{ until: new Date(START + 5000).toISOString() }, [2, 1]],
    [{ since: '2030-01-01T00:00:00Z' }, []],
    [{ since: '2026-01-03T00:00:00Z', until: '2026-01-02T00:00:00Z' }, []],
  ])('%j', (filter, expected) => {
    const { insert, ids, window } = setUp();
    sample(insert);
    expect(ids(filter)).toEqual(numbers(...expected));
    expect(window(filter).total).toBe(expected.length);
  });

  it('finds events where they are asked for', () => {
    const { insert, window } = setUp();
    sample(insert);
    expect(window({ events: true }).total).toBe(6);
    expect(window({ events: true, text: 'pin_drift' }).rows).toMatchObject([{ event: 'pin_drift', decision: 'event' }]);
    expect(window({ events: true, show: 'denied' }).total).toBe(2);
    expect(window({ events: true, tool: 'read_file' }).total).toBe(3);
  });

  it('gives rows without arguments, with what they were about', () => {
    const { insert, window } = setUp();
    sample(insert);
    const row = window().rows.at(-1);
    expect(row).toMatchObject({
      about: 'notes.txt',
      decision: 'allowed',
      tool: 'read_file',
      reason: 'A rule allows it.',
    });
    expect(row).not.toHaveProperty('arguments');
  });

  it('takes any text for words', () => {
    const { insert, window } = setUp();
    sample(insert);
    for (const text of [
      `"`,
      `'`,
      `" OR 1=1 --`,
      'NEAR(a b)',
      'a*',
      '-read',
      '^x',
      'col:x',
      '%',
      '_',
      '\u0000',
      '😀',
      '\ud800',
      ')('.repeat(99),
      'é\u0301',
    ]) {
      expect(window({ text }).total, text).toBeLessThanOrEqual(5);
    }
    expect(window({ text: '%' }).total).toBe(0);
    expect(window({ text: '_' }).total).toBe(5);
    expect(window({ text: 'x'.repeat(10_240) }).total).toBe(0);
    expect(window({ text: ' '.repeat(10_240) }).total).toBe(5);
    expect(window({ text: Array.from({ length: 3000 }, () => 'r').join(' ') }).total).toBe(5);
  });
});

describe('windows', () => {
  it('are counted from where the first one was', () => {
    const { insert, window } = setUp();
    insert(Array.from({ length: 50 }, (_, n) => intent(n + 1)));
    const first = window({}, 0, 10);
    expect(first).toMatchObject({ total: 50, of: 50 });
    insert(Array.from({ length: 7 }, (_, n) => intent(n + 51)));
    const second = window({}, 10, 10, first.of);
    expect(second).toMatchObject({ total: 57, of: 50 });
    expect(second.rows.map(({ id }) => id)).toEqual(numbers(40, 39, 38, 37, 36, 35, 34, 33, 32, 31));
    expect(window({}, 45, 10, 50).rows).toHaveLength(5);
    expect(window({}, 60, 10, 50).rows).toEqual([]);
    expect(window({}, 0, 1, 1000)).toMatchObject({ of: 57, rows: [{ id: callId(57) }] });
  });
});

describe('what comes in', () => {
  it('changes what is found: outcomes, attempts, and records of earlier times', () => {
    const { insert, ids } = setUp();
    insert([intent(1), intent(2)]);
    expect(ids({ show: 'failed' })).toEqual([]);
    insert([outcome(1, { outcome: 'unknown' })]);
    expect(ids({ show: 'failed' })).toEqual(numbers(1));
    insert([outcome(1, { outcome: 'ok' }), intent(2, { attempt: 2, decision: deny })]);
    expect(ids({ show: 'failed' })).toEqual([]);
    expect(ids({ text: 'r9' })).toEqual(numbers(2));
    insert([intent(3)], { atMs: START - 5000, chain: 'b' });
    insert([intent(4), intent(5)], { atMs: START + 1500, chain: 'b' });
    expect(ids()).toEqual(numbers(2, 5, 4, 1, 3));
    insert([outcome(9)]);
    expect(ids()).toEqual(numbers(9, 2, 5, 4, 1, 3));
    insert([intent(9)], { atMs: START + 1 });
    expect(ids()).toEqual(numbers(2, 5, 4, 1, 9, 3));
  });

  it('is seen whoever wrote it, and what went is gone', () => {
    const { connect, insert, ids, database } = setUp();
    insert([intent(1), intent(2)]);
    expect(ids()).toEqual(numbers(2, 1));
    const other = connect();
    other.insert([intent(3), outcome(1, { outcome: 'failed' })]);
    expect(ids()).toEqual(numbers(3, 2, 1));
    expect(ids({ show: 'failed' })).toEqual(numbers(1));
    other.writer.prune(new Map([['a', 1]]));
    expect(ids()).toEqual(numbers(3, 2));
    recreate(other.database);
    expect(ids()).toEqual([]);
    insert([intent(4, { 'gen_ai.tool.name': 'new_tool' })]);
    expect(ids({ text: 'new_tool' })).toEqual(numbers(4));
    expect(database.prepare('SELECT count(*) AS n FROM term').get()?.['n']).toBe(4);
  });

  it('forgets the texts of what went, and only those', () => {
    const { connect, insert, ids, ask, database, writer } = setUp();
    const old = { connector: 'old', 'gen_ai.tool.name': 'old_tool', 'mcp.session.id': 'old-session' };
    const failed = { ...old, outcome: 'failed', 'error.type': 'old_error' } as const;
    const shared = [intent(2), outcome(2), event({}, { connector: 'git' })];
    insert([intent(1, { ...old, decision: deny }), outcome(1, failed), ...shared]);
    const other = connect();
    other.insert([intent(3, { decision: { ...deny, reason: 'Also.' } })]);
    expect(ids({ text: 'old' })).toEqual(numbers(1));

    writer.prune(new Map([['a', 2]]));
    expect(ids()).toEqual(numbers(3, 2));
    const left = JSON.stringify(database.prepare('SELECT text FROM term').all());
    expect(left).not.toContain('old');
    expect(left).not.toContain(deny.reason);
    expect(ask({ op: 'values' })).toMatchObject({ values: { connectors: ['files', 'git'] } });

    // Both writers knew the numbers, and those may stand for other texts now.
    other.insert([intent(4, { 'gen_ai.tool.name': 'new_tool', connector: 'new' })]);
    insert([intent(5, old)]);
    expect(ids({ text: 'new_tool' })).toEqual(numbers(4));
    expect(ids({ text: 'old_tool' })).toEqual(numbers(5));
    expect(ids({ session: 'old-session' })).toEqual(numbers(5));
    expect(ids({ text: 'read_file' })).toEqual(numbers(3, 2));
  });

  it('makes no term of what was rolled back', () => {
    const { database, writer, insert, ids } = setUp();
    insert([intent(1)]);
    database.exec('BEGIN IMMEDIATE');
    writer.begin();
    const stamps = { clock: () => new Date(START), newId: countingIds(5), redact: asIs };
    const { record } = buildRecord(
      intent(2, { 'gen_ai.tool.name': 'gone' }),
      { chainId: 'a', seq: 7, hash: GENESIS },
      stamps,
    );
    writer.insert(record);
    database.exec('ROLLBACK');
    insert([intent(3, { 'gen_ai.tool.name': 'other' }), intent(4, { 'gen_ai.tool.name': 'gone' })]);
    expect(ids({ text: 'gone' })).toEqual(numbers(4));
    expect(ids({ text: 'other' })).toEqual(numbers(3));
  });
});

describe('the chart', () => {
  it('counts each call once, within its bounds', () => {
    const { insert, ask } = setUp();
    sample(insert);
    const histogram = (buckets: number, from?: string, to?: string, filter: Partial<ActivityFilter> = {}) => {
      const answer = ask({ op: 'histogram', filter: { ...base, ...filter }, from, to, buckets });
      if (answer.op !== 'histogram') throw new Error('another answer');
      return answer.histogram;
    };
    const whole = histogram(4);
    expect(whole.counts).toEqual({ allowed: 1, denied: 2, asked: 1, failed: 1 });
    expect(whole.from).toBe('2026-01-02T03:04:06.000Z');
    const sum = whole.buckets.flatMap((bucket) => Object.values(bucket)).reduce((a, b) => a + b, 0);
    expect(sum).toBe(5);
    expect(whole.buckets).toHaveLength(4);
    const part = histogram(1, '2026-01-02T03:04:07.000Z', '2026-01-02T03:04:09.000Z');
    expect(part).toMatchObject({ counts: { allowed: 0, denied: 0, asked: 0, failed: 1 } });
    expect(histogram(10, undefined, undefined, { text: 'zzz' })).toEqual({
      from: null,
      to: null,
      buckets: [],
      counts: { allowed: 0, denied: 0, asked: 0, failed: 0 },
    });
    expect(histogram(3, '2030-01-01T00:00:00Z', '2030-01-02T00:00:00Z', { events: true }).buckets).toHaveLength(3);
    expect(histogram(3, '2030-01-02T00:00:00Z', '2030-01-01T00:00:00Z').buckets).toEqual([]);
  });
});

describe('single entries and sessions', () => {
  it('hold everything that the journal has', () => {
    const { insert, ask } = setUp();
    sample(insert);
    insert([intent(2, { attempt: 2, connector: 'git' })]);
    expect(ask({ op: 'entry', id: callId(2) })).toMatchObject({
      kept: {
        entry: { id: callId(2), attempts: 2 },
        intent: { call: callId(2) },
        latest: { attempt: 2 },
        outcome: { outcome: 'failed' },
      },
    });
    expect(ask({ op: 'entry', id: 'x' })).toEqual({ op: 'entry', kept: undefined });
  });

  it('are told in order, around one call', () => {
    const { insert, ask } = setUp();
    insert(Array.from({ length: 30 }, (_, n) => intent(n + 1, { 'mcp.session.id': n % 3 === 0 ? 'b' : 'a' })));
    const session = (around: string | undefined, limit: number) => {
      const answer = ask({ op: 'session', session: 'a', around, limit });
      if (answer.op !== 'session') throw new Error('another answer');
      return { ...answer, entries: answer.entries.map(({ id }) => id) };
    };
    expect(session(undefined, 4)).toEqual({ op: 'session', entries: numbers(2, 3, 5, 6), before: 0, after: 16 });
    expect(session(callId(17), 4)).toEqual({ op: 'session', entries: numbers(12, 14, 15, 17), before: 7, after: 9 });
    expect(session(callId(30), 4)).toMatchObject({ entries: numbers(26, 27, 29, 30), after: 0 });
    expect(session('unknown', 50)).toMatchObject({ before: 0, after: 0 });
    expect(session(undefined, 50).entries).toHaveLength(20);
  });

  it('name what a filter can', () => {
    const { insert, ask } = setUp();
    sample(insert);
    expect(ask({ op: 'values' })).toEqual({
      op: 'values',
      values: { connectors: ['files', 'git'], clients: ['Cursor', 'claude-ai'] },
    });
  });
});

describe('an export', () => {
  it('comes in parts, each entry once, whatever comes in meanwhile', () => {
    const { insert, ask } = setUp();
    insert(Array.from({ length: 25 }, (_, n) => intent(n + 1)));
    const ids: string[] = [];
    let after: Parameters<typeof ask>[0] extends infer R
      ? R extends { op: 'export'; after: infer A }
        ? A
        : never
      : never;
    after = undefined;
    do {
      const part = ask({ op: 'export', filter: base, format: 'json', after, limit: 10 });
      if (part.op !== 'export') throw new Error('another answer');
      const lines = Buffer.from(part.bytes).toString('utf8').split('\n').slice(0, -1);
      expect(lines).toHaveLength(part.rows);
      ids.push(...lines.map((line) => (JSON.parse(line) as LogEntry).id));
      insert([intent(1000 + ids.length)]);
      after = part.next;
    } while (after !== undefined);
    expect(ids).toEqual(Array.from({ length: 25 }, (_, n) => callId(25 - n)));
  });
});

describe('any entries and any filter', () => {
  const words = ['read', 'file', 'Write', 'x_y', 'ß', '😀', 'a"b', "o'c", '*', 'NEAR', '%'];
  const name = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 2 }).map((list) => list.join('_'));
  const call = fc.record({
    connector: fc.constantFrom('files', 'git', 'Ärger'),
    client: fc.constantFrom('Cursor', 'claude', undefined),
    tool: name,
    session: fc.constantFrom('s1', 's2'),
    effect: fc.constantFrom('allow', 'ask', 'deny'),
    reason: name,
    outcome: fc.constantFrom('ok', 'failed', 'withheld', 'refused', 'cancelled', undefined),
    jump: fc.integer({ min: -3000, max: 3000 }),
  });
  const filterOf = fc.record({
    text: fc
      .array(fc.constantFrom('re', 'file', 'x', 'ß', 'denied', 'failed', 'e', '"', '*', 'local', 'ÄRGER'), {
        maxLength: 3,
      })
      .map((list) => list.join(' ')),
    show: fc.constantFrom('all', 'denied', 'asked', 'failed'),
    connector: fc.constantFrom('files', undefined),
    client: fc.constantFrom('Cursor', undefined),
    session: fc.constantFrom('s1', undefined),
    since: fc.constantFrom(new Date(START + 2000).toISOString(), undefined),
  });

  function naive(entries: readonly LogEntry[], filter: Partial<ActivityFilter>): string[] {
    return entries
      .filter((entry) => {
        const { kind, effect = null, code = null, outcome } = entry;
        const decision = classOf({ kind, effect, code }, outcome);
        const fields = [
          entry.connector,
          entry.client,
          entry.tool,
          entry.method,
          effect,
          entry.decidedBy,
          code,
          entry.ruleId,
          entry.reason,
          outcome,
          entry.errorType,
          decision,
        ];
        const has = wordsOf(filter.text ?? '').every((word) =>
          fields.some((field) => fold(field ?? '').includes(word)),
        );
        const shows =
          filter.show === 'denied'
            ? decision === 'denied' || decision === 'withheld'
            : filter.show === 'asked'
              ? wasAsked({ effect, code })
              : filter.show !== 'failed' || decision === 'failed';
        return (
          has &&
          shows &&
          (filter.connector === undefined || entry.connector === filter.connector) &&
          (filter.client === undefined || entry.client === filter.client) &&
          (filter.session === undefined || entry.session === filter.session) &&
          (filter.since === undefined || entry.time >= filter.since)
        );
      })
      .map(({ id }) => id);
  }

  it('find what looking at each entry would', () => {
    fc.assert(
      fc.property(
        fc.array(call, { maxLength: 40 }),
        fc.array(filterOf, { minLength: 1, maxLength: 6 }),
        (calls, filters) => {
          const { insert, window, ids } = setUp();
          let at = START;
          for (const [n, one] of calls.entries()) {
            at += one.jump;
            const shared = {
              connector: one.connector,
              claimed: one.client === undefined ? {} : { client: one.client },
              'gen_ai.tool.name': one.tool,
              'mcp.session.id': one.session,
            };
            const decision = {
              effect: one.effect,
              decidedBy: 'local',
              code: `rule_${one.effect}`,
              reason: one.reason,
            } as NonNullable<Parameters<typeof intent>[1]>['decision'];
            insert([intent(n + 1, { ...shared, ...(decision === undefined ? {} : { decision }) })], { atMs: at });
            // The columns are read between, so that what changes later is a change to them.
            if (n % 7 === 0) ids();
            if (one.outcome !== undefined) insert([outcome(n + 1, { ...shared, outcome: one.outcome })]);
          }
          const entries = window({}).rows;
          expect(entries).toHaveLength(calls.length);
          for (let n = 1; n < entries.length; n += 1)
            expect((entries[n - 1]?.time ?? '') >= (entries[n]?.time ?? '')).toBe(true);
          for (const { connector, client, session, since, ...rest } of filters) {
            const filter = {
              ...rest,
              ...(connector === undefined ? {} : { connector }),
              ...(client === undefined ? {} : { client }),
              ...(session === undefined ? {} : { session }),
              ...(since === undefined ? {} : { since }),
            } as Partial<ActivityFilter>;
            expect(ids(filter), JSON.stringify(filter)).toEqual(naive(entries, filter));
          }
          for (const item of open.splice(0)) item.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});
