import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openIndex } from '../../../main/audit/disk/index-client.ts';
import type { AuditIndex } from '../../../main/audit/disk/index-client.ts';
import { unknownOutcome } from '../../../main/audit/unknown-outcome.ts';
import type { LogEntry } from '../../../preload/contract/audit.ts';
import { callId, event, intent, outcome } from '../records.ts';
import { filesOf, tempHome } from './temp.ts';

const home = tempHome();

async function setUp(segmentBytes = 32 * 1024 * 1024) {
  const folder = home.folder();
  const auditDirectory = join(folder, 'audit');
  const databasePath = join(folder, 'companion.db');
  const journal = await home.journal(auditDirectory, { segmentBytes });
  const problems: string[] = [];
  const open = (): AuditIndex =>
    home.closing(
      // Only a worker that hangs may be cut off: a loaded machine must not be taken for one.
      openIndex({ databasePath, auditDirectory, closeMs: 60_000, onProblem: (text) => problems.push(text) }),
    );
  const lastSegment = (): string => join(auditDirectory, filesOf(auditDirectory).at(-1) ?? '');
  return { folder, auditDirectory, databasePath, journal, problems, open, lastSegment };
}
const idsOf = (entries: readonly LogEntry[]): string[] => entries.map(({ id }) => id);
const ids = (...numbers: number[]): string[] => numbers.map(callId);
const all = { limit: 10_000 };

describe('query', () => {
  it('joins intent and outcome, newest first, and reads what was just written', async () => {
    const { journal, open, problems } = await setUp();
    const index = open();
    expect(await index.query(all)).toEqual([]);
    journal.append(intent(101));
    expect(await index.query(all)).toMatchObject([{ id: callId(101), tool: 'read_file', effect: 'allow' }]);
    journal.append(intent(102));
    journal.append(outcome(101, { outcome: 'tool_error', 'error.type': 'x' }));
    const entries = await index.query(all);
    expect(idsOf(entries)).toEqual(ids(102, 101));
    expect(entries[0]).not.toHaveProperty('outcome');
    expect(entries[1]).toMatchObject({ outcome: 'tool_error', errorType: 'x', durationMs: 1.5 });
    expect(problems).toEqual([]);
  });

  it('filters', async () => {
    const { journal, open } = await setUp();
    const deny = { effect: 'deny', decidedBy: 'local', code: 'rule_deny', reason: 'no' } as const;
    journal.append(event({}, { connector: 'files' }));
    journal.append(intent(101, { 'gen_ai.tool.name': 'write_file' }));
    journal.append(outcome(101, { 'gen_ai.tool.name': 'write_file' }));
    journal.append(intent(102, { connector: 'git' }));
    journal.append(outcome(102, { connector: 'git', outcome: 'failed' }));
    journal.append(intent(103, { decision: deny }));
    journal.append(intent(104));
    const last = journal.append(outcome(104, { outcome: 'refused' }));
    const index = open();
    const query = async (filter: object): Promise<string[]> => idsOf(await index.query({ ...all, ...filter }));
    expect(await query({})).toEqual(ids(104, 103, 102, 101));
    expect(await query({ limit: 2 })).toEqual(ids(104, 103));
    expect(await query({ connector: 'git' })).toEqual(ids(102));
    expect(await query({ connector: `git' OR 1=1 --` })).toEqual([]);
    expect(await query({ tool: 'write_file' })).toEqual(ids(101));
    expect(await query({ tool: 'WRITE_FILE' })).toEqual([]);
    expect(await query({ blocked: true })).toEqual(ids(104, 103, 102));
    expect(await query({ blocked: true, events: true, connector: 'files' })).toEqual(ids(104, 103));
    expect(await query({ events: true })).toHaveLength(5);
    expect(await query({ events: true, connector: 'files' })).toHaveLength(4);
    expect(await query({ events: true, tool: 'write_file' })).toEqual(ids(101));
    expect(await query({ since: last.time })).toEqual([]);
    const time = (await index.query({ limit: 1 }))[0]!.time;
    expect(await query({ since: time })).toEqual(ids(104));
    expect(await query({ since: `${time.slice(0, -1)}000Z` })).toEqual(ids(104));
    // All of this happens within one second of the stepping clock.
    expect(await query({ since: `${time.slice(0, 19)}Z` })).toHaveLength(4);
    expect(await query({ since: '2000-01-01T00:00:00Z' })).toHaveLength(4);
  });

  it('sees the segments of all chains, and the outcome that a later chain gave a call of an earlier one', async () => {
    const { journal, open, auditDirectory } = await setUp(1500);
    for (let n = 101; n < 120; n += 1) journal.append(intent(n));
    const second = await home.journal(auditDirectory, { otherLiveChains: [journal.head.chainId] });
    second.append(outcome(101, { outcome: 'unknown' }));
    second.append(outcome(102, { outcome: 'unknown' }));
    journal.append(outcome(102, { outcome: 'ok' }));
    second.append(outcome(103, { outcome: 'ok' }));
    second.append(outcome(103, { outcome: 'unknown' }));
    const entries = new Map((await open().query(all)).map((entry) => [entry.id, entry.outcome]));
    expect(entries.size).toBe(19);
    expect([101, 102, 103, 104].map((n) => entries.get(callId(n)))).toEqual(['unknown', 'ok', 'ok', undefined]);
  });

  it('shows an outcome whose intent is gone', async () => {
    const { journal, open } = await setUp();
    journal.append(outcome(101));
    const entries = await open().query(all);
    expect(entries).toMatchObject([{ id: callId(101), outcome: 'ok' }]);
    expect(entries[0]).not.toHaveProperty('effect');
    expect(await open().unfinished()).toEqual([]);
  });

  it('takes 10,000 records and hostile text', async () => {
    const { journal, open } = await setUp(256 * 1024);
    const hostile = `'; DROP TABLE entry; -- \u0000 \u202e 😀`;
    for (let n = 0; n < 5000; n += 1) {
      journal.append(intent(1000 + n, { 'gen_ai.tool.name': hostile }));
      journal.append(outcome(1000 + n));
    }
    const index = open();
    const entries = await index.query(all);
    expect(entries).toHaveLength(5000);
    expect(entries[0]).toMatchObject({ tool: hostile, outcome: 'ok' });
    expect(await index.query({ limit: 10, tool: hostile })).toHaveLength(10);
  });

  it('answers many at once', async () => {
    const { journal, open } = await setUp();
    const index = open();
    const answers = Array.from({ length: 50 }, async (_, n) => {
      journal.append(intent(100 + n));
      return index.query(all);
    });
    for (const [n, entries] of (await Promise.all(answers)).entries()) expect(entries.length).toBeGreaterThan(n);
  });
});

describe('single answers', () => {
  it('give one call, and nothing else of that id', async () => {
    const { journal, open } = await setUp();
    const { id } = journal.append(event({}, { connector: 'files' }));
    journal.append(intent(101));
    journal.append(outcome(101));
    const index = open();
    expect(await index.call(callId(101))).toMatchObject({ id: callId(101), outcome: 'ok' });
    expect(await index.call(callId(102))).toBeUndefined();
    expect(await index.call(id)).toBeUndefined();
    expect(await index.call(`' OR 1=1 --`)).toBeUndefined();
  });

  it('count which rules had the last word, of the newest calls', async () => {
    const { journal, open } = await setUp();
    const by = (ruleId: string | undefined) => ({
      decision: {
        effect: 'deny',
        decidedBy: 'local',
        code: 'rule_deny',
        reason: 'no',
        ...(ruleId === undefined ? {} : { ruleId }),
      } as const,
    });
    for (const [n, rule] of ['r1', 'r2', undefined, 'r1', 'r1'].entries()) journal.append(intent(101 + n, by(rule)));
    // The last attempt counts.
    journal.append(intent(102, { ...by('r3'), attempt: 2, 'jsonrpc.request.id': '102-2' }));
    const index = open();
    const since = '2000-01-01T00:00:00Z';
    const whole = await index.decided({ since, limit: 10 });
    expect(whole).toMatchObject({ calls: 5, isCut: false });
    expect(whole.rules.map(({ id, times }) => [id, times])).toEqual([
      ['r1', 3],
      ['r3', 1],
    ]);
    const [newest] = await index.query({ limit: 1 });
    expect(whole.rules[0]?.last).toBe(newest?.time);
    expect(await index.decided({ since, limit: 2 })).toMatchObject({
      calls: 2,
      isCut: true,
      rules: [{ id: 'r1', times: 2 }],
    });
    expect(await index.decided({ since: '2100-01-01T00:00:00Z', limit: 2 })).toEqual({
      calls: 0,
      isCut: false,
      rules: [],
    });
  });
});

describe('a call that was tried more than once', () => {
  const deny = { effect: 'deny', decidedBy: 'local', code: 'rule_deny', reason: 'no' } as const;
  const again = (n: number, attempt: number, extra: Parameters<typeof intent>[1] = {}) =>
    intent(n, { attempt, 'jsonrpc.request.id': `${n}-${attempt}`, input_responses: { name: 'x' }, ...extra });

  it('is one entry, at its own place, and counts as what became of it', async () => {
    const { journal, open } = await setUp();
    const index = open();
    journal.append(intent(101));
    expect((await index.query(all))[0]).not.toHaveProperty('attempts');
    journal.append(intent(102));
    journal.append(again(101, 2));
    expect(await index.query(all)).toMatchObject([{ id: callId(102) }, { id: callId(101), attempts: 2 }]);
    journal.append(again(101, 3, { decision: deny, arguments: { path: 'notes.txt' } }));
    journal.append(outcome(101, { outcome: 'refused', 'error.type': 'rule_deny', duration_ms: 9000 }));
    const [, entry, ...none] = await index.query(all);
    expect(none).toEqual([]);
    expect(entry).toEqual({
      id: callId(101),
      time: expect.any(String) as string,
      kind: 'call',
      connector: 'files',
      client: 'claude-ai',
      session: 'session-1',
      method: 'tools/call',
      tool: 'read_file',
      ...deny,
      arguments: { path: 'notes.txt' },
      attempts: 3,
      outcome: 'refused',
      errorType: 'rule_deny',
      durationMs: 9000,
    });
    expect(idsOf(await index.query({ ...all, blocked: true }))).toEqual(ids(101));
    await index.rebuild();
    expect((await index.query(all))[1]).toEqual(entry);
  });

  it('is not blocked once a later attempt was let through', async () => {
    const { journal, open } = await setUp();
    journal.append(intent(101, { decision: deny }));
    journal.append(again(101, 2));
    expect(await open().query({ ...all, blocked: true })).toEqual([]);
  });

  it('is shown with what is left of it', async () => {
    const { journal, open } = await setUp();
    journal.append(again(101, 2, { decision: deny }));
    journal.append(outcome(102));
    journal.append(again(102, 2));
    journal.append(again(102, 3));
    const entries = await open().query(all);
    expect(entries).toMatchObject([
      { id: callId(102), attempts: 3, outcome: 'ok' },
      { id: callId(101), attempts: 2, effect: 'deny' },
    ]);
  });

  it('does not go back to an attempt that a damaged journal shows again', async () => {
    const { journal, open } = await setUp();
    journal.append(intent(101));
    journal.append(again(101, 3));
    journal.append(again(101, 2, { decision: deny }));
    journal.append(again(101, 3, { decision: deny }));
    journal.append(intent(101, { decision: deny }));
    expect(await open().query(all)).toMatchObject([{ attempts: 3, effect: 'allow' }]);
  });

  it('is unfinished once, and what a restart says of it ends it', async () => {
    const { journal, open } = await setUp();
    journal.append(intent(101));
    journal.append(again(101, 2));
    journal.append(again(101, 3));
    const index = open();
    const unfinished = await index.unfinished();
    expect(unfinished).toHaveLength(1);
    expect(unfinished[0]).toMatchObject({ call: callId(101), 'jsonrpc.request.id': '101' });
    for (const one of unfinished) journal.append(unknownOutcome(one));
    expect(await index.unfinished()).toEqual([]);
    expect(await index.query(all)).toMatchObject([{ id: callId(101), outcome: 'unknown', attempts: 3 }]);
  });
});

describe('what was pruned', () => {
  const prune = (chain: string, first_seq: number) =>
    event({ chain, first_seq, prev: '0'.repeat(64) }, { event: 'journal_pruned' });

  it('leaves the log when the journal says so, and only that', async () => {
    const { journal, open, auditDirectory } = await setUp(1500);
    for (let n = 101; n < 110; n += 1) journal.append(intent(n));
    const second = await home.journal(auditDirectory, { otherLiveChains: [journal.head.chainId] });
    second.append(intent(120));
    const index = open();
    expect(await index.query(all)).toHaveLength(10);
    journal.append(prune(journal.head.chainId, 3));
    journal.append(prune(journal.head.chainId, 6));
    journal.append(prune('abc', 9000));
    // Its file is there: whoever appended the line did not prune.
    expect(await index.query(all)).toHaveLength(10);
    const [first = '', next = ''] = filesOf(auditDirectory).filter((file) => file.startsWith(journal.head.chainId));
    rmSync(join(auditDirectory, first));
    journal.append(event());
    const left = await index.query(all);
    const gone = Math.min(6, Number(next.slice(-18, -6)));
    expect(idsOf(left).sort()).toEqual([
      ...ids(...[101, 102, 103, 104, 105, 106, 107, 108, 109].slice(gone)),
      ...ids(120),
    ]);
    expect(gone).toBeGreaterThan(0);
  });

  it('leaves none of its texts behind', async () => {
    const { journal, open, auditDirectory, databasePath } = await setUp(1500);
    for (let n = 101; n < 110; n += 1)
      journal.append(intent(n, { connector: `connector-${n}`, 'gen_ai.tool.name': `tool-${n}` }));
    const index = open();
    await index.query(all);
    const [first = '', next = ''] = filesOf(auditDirectory);
    const start = Number(next.slice(-18, -6));
    journal.append(prune(journal.head.chainId, start));
    rmSync(join(auditDirectory, first));
    const { values } = await index.activity({ op: 'values' });
    const gone = [101, 102, 103, 104, 105, 106, 107, 108, 109].slice(0, start);
    expect(gone.length).toBeGreaterThan(0);
    expect(values.connectors).toHaveLength(9 - gone.length);
    const database = new DatabaseSync(databasePath);
    const texts = JSON.stringify(database.prepare('SELECT text FROM term').all());
    database.close();
    expect(gone.filter((n) => texts.includes(`tool-${n}`) || texts.includes(`connector-${n}`))).toEqual([]);
    expect(texts).toContain('tool-109');
  });

  it('stays in the log where a file is gone and nothing tells of it', async () => {
    const { journal, open, auditDirectory } = await setUp(1500);
    for (let n = 101; n < 110; n += 1) journal.append(intent(n));
    const index = open();
    expect(await index.query(all)).toHaveLength(9);
    rmSync(join(auditDirectory, filesOf(auditDirectory)[0] ?? ''));
    journal.append(event());
    expect(await index.query(all)).toHaveLength(9);
  });

  it('takes its files along without a rebuild', async () => {
    const { journal, open, auditDirectory, problems } = await setUp(1500);
    for (let n = 101; n < 110; n += 1) journal.append(intent(n));
    const index = open();
    await index.query(all);
    const [, next = ''] = filesOf(auditDirectory);
    journal.append(prune(journal.head.chainId, Number(next.slice(-18, -6))));
    rmSync(join(auditDirectory, filesOf(auditDirectory)[0] ?? ''));
    journal.append(intent(110));
    const left = idsOf(await index.query(all));
    expect(left.length).toBeLessThan(10);
    expect(problems).toEqual([]);
    await index.rebuild();
    expect(idsOf(await index.query(all))).toEqual(left);
  });
});

describe('unfinished', () => {
  it('is every intent without outcome, oldest first, but for hosts that live', async () => {
    const { journal, open, auditDirectory } = await setUp();
    journal.append(intent(101));
    journal.append(intent(102));
    journal.append(intent(103));
    journal.append(outcome(102));
    const second = await home.journal(auditDirectory, { otherLiveChains: [journal.head.chainId] });
    second.append(intent(104));
    const index = open();
    const unfinished = await index.unfinished();
    expect(unfinished.map(({ call }) => call)).toEqual(ids(101, 103, 104));
    expect(unfinished[0]).toMatchObject({ ...intent(101), kind: 'intent' });
    const others = await index.unfinished([
      { chain: second.head.chainId, seq: 0 },
      { chain: 'none', seq: 0 },
    ]);
    expect(others.map(({ call }) => call)).toEqual(ids(101, 103));
  });

  it('leaves out what a chain that is continued holds from now on', async () => {
    const { journal, open, auditDirectory } = await setUp();
    journal.append(intent(101));
    const { chainId: chain, seq } = journal.head;
    journal.append(intent(102));
    const second = await home.journal(auditDirectory, { otherLiveChains: [chain] });
    for (const n of [103, 104, 105]) second.append(intent(n));
    const unfinished = await open().unfinished([{ chain, seq: seq + 1 }]);
    expect(unfinished.map(({ call }) => call)).toEqual(ids(101, 103, 104, 105));
  });
});

describe('the index is only an index', () => {
  it('goes on where it was, without losing or doubling', async () => {
    const { journal, open } = await setUp(1500);
    for (let n = 100; n < 106; n += 1) {
      journal.append(intent(n));
      const index = open();
      expect(await index.query(all)).toHaveLength(n - 99);
      await index.close();
    }
  });

  it('has no half batch after a crash in the middle of one', async () => {
    const { journal, open, databasePath } = await setUp();
    for (let n = 100; n < 120; n += 1) journal.append(intent(n));
    const first = open();
    expect(await first.query(all)).toHaveLength(20);
    await first.close();
    for (let n = 120; n < 140; n += 1) journal.append(intent(n));
    // The 11th insert of the batch fails, as a full disk would make it.
    const database = new DatabaseSync(databasePath);
    database.exec(`CREATE TRIGGER crash BEFORE INSERT ON entry WHEN NEW.id = '${callId(130)}'
      BEGIN SELECT RAISE(ABORT, 'crash'); END`);
    const second = open();
    await expect(second.query(all)).rejects.toMatchObject({
      code: 'E_INDEX_FAILED',
      next: expect.stringContaining('journal'),
    });
    expect(database.prepare('SELECT count(*) AS n FROM entry').get()).toMatchObject({ n: 20 });
    database.exec('DROP TRIGGER crash');
    database.close();
    expect(idsOf(await second.query(all))).toHaveLength(40);
  });

  it('is made again when it was deleted', async () => {
    const { journal, open, databasePath, folder } = await setUp();
    journal.append(intent(101));
    const first = open();
    await first.query(all);
    await first.close();
    rmSync(databasePath);
    expect(readdirSync(folder)).toEqual(['audit']);
    expect(await open().query(all)).toHaveLength(1);
  });

  it.each<[string, (path: string) => void]>([
    ['is not a database', (path) => writeFileSync(path, 'x'.repeat(10_000))],
    [
      'has a damaged page',
      (path) => {
        const bytes = readFileSync(path);
        bytes.fill(0xff, 4096);
        writeFileSync(path, bytes);
      },
    ],
    ['is cut', (path) => truncateSync(path, 5000)],
  ])('is set aside and made again when it %s', async (_, damage) => {
    const { journal, open, databasePath, problems } = await setUp();
    for (let n = 100; n < 400; n += 1) journal.append(intent(n));
    const first = open();
    await first.query(all);
    await first.close();
    damage(databasePath);
    const damaged = readFileSync(databasePath);
    const second = open();
    expect(await second.query(all)).toHaveLength(300);
    expect(problems).toEqual(['the log index was damaged; it was set aside and is rebuilt from the journal']);
    expect(readFileSync(`${databasePath}.corrupt`).length).toBe(damaged.length);
  });

  it('refuses the file of a newer version and leaves it as it is', async () => {
    const { journal, open, databasePath } = await setUp();
    journal.append(intent(101));
    const database = new DatabaseSync(databasePath);
    database.exec('CREATE TABLE future (x); PRAGMA user_version = 99');
    database.close();
    await expect(open().query(all)).rejects.toMatchObject({
      code: 'E_INDEX_NEWER',
      next: expect.stringContaining('Update'),
    });
    const after = new DatabaseSync(databasePath);
    expect(after.prepare('SELECT count(*) AS n FROM future').get()).toMatchObject({ n: 0 });
    after.close();
  });

  it('of an earlier version is made anew', async () => {
    const { journal, open, databasePath, problems } = await setUp();
    journal.append(intent(101));
    const database = new DatabaseSync(databasePath);
    database.exec(`CREATE TABLE entry (id TEXT PRIMARY KEY, kind TEXT NOT NULL, record TEXT);
      INSERT INTO entry VALUES ('old', 'call', '{}');
      CREATE TABLE position (file TEXT PRIMARY KEY, bytes INTEGER NOT NULL, hash TEXT); PRAGMA user_version = 1`);
    database.close();
    expect(idsOf(await open().query(all))).toEqual(ids(101));
    expect(problems).toEqual([]);
  });

  it('rebuilds on demand', async () => {
    const { journal, open, databasePath } = await setUp();
    journal.append(intent(101));
    const index = open();
    await index.query(all);
    const database = new DatabaseSync(databasePath);
    database.exec('DELETE FROM entry');
    database.close();
    expect(await index.query(all)).toEqual([]);
    await index.rebuild();
    expect(await index.query(all)).toHaveLength(1);
  });

  it('follows a journal that lost its last lines to a power cut', async () => {
    const { journal, open, problems, lastSegment, auditDirectory } = await setUp();
    journal.append(intent(101));
    const { size } = statSync(lastSegment());
    journal.append(intent(102));
    await journal.close();
    const index = open();
    expect(await index.query(all)).toHaveLength(2);
    truncateSync(lastSegment(), size);
    expect(idsOf(await index.query(all))).toEqual(ids(101));
    expect(problems).toHaveLength(1);
    // The same size again, but another history.
    const again = await home.journal(auditDirectory);
    again.append(intent(103));
    expect(idsOf(await index.query(all))).toEqual(ids(103, 101));
    expect(problems).toHaveLength(1);
  });

  it('notices another history behind the same position', async () => {
    const { journal, open, problems, lastSegment, auditDirectory } = await setUp();
    journal.append(intent(101));
    const { size } = statSync(lastSegment());
    journal.append(intent(102));
    await journal.close();
    const index = open();
    expect(await index.query(all)).toHaveLength(2);
    truncateSync(lastSegment(), size);
    const again = await home.journal(auditDirectory);
    again.append(intent(103));
    again.append(intent(104));
    expect(idsOf(await index.query(all))).toEqual(ids(104, 103, 101));
    expect(problems).toEqual([expect.stringContaining('rebuilt')]);
  });

  it('leaves a half-written line for later and shows what it can of a damaged journal', async () => {
    const { journal, open, problems, lastSegment } = await setUp();
    journal.append(intent(101));
    await journal.close();
    const line = readFileSync(lastSegment(), 'utf8').replaceAll(callId(101), callId(102));
    const index = open();
    appendFileSync(lastSegment(), line.slice(0, 100));
    expect(await index.query(all)).toHaveLength(1);
    appendFileSync(lastSegment(), 'garbage\n\n{"hash":1}\n');
    expect(await index.query(all)).toHaveLength(1);
    appendFileSync(lastSegment(), `${line}${line.replace('"kind":"intent"', '"kind":"other"')}`);
    expect(idsOf(await index.query(all)).sort()).toEqual(ids(101, 102));
    expect(problems).toEqual([expect.stringContaining('audit verify')]);
  });

  it('stops reading a file at a line that has no end', async () => {
    const { journal, open, problems, lastSegment } = await setUp();
    journal.append(intent(101));
    appendFileSync(lastSegment(), Buffer.alloc(1_500_000, 0x20));
    expect(await open().query(all)).toHaveLength(1);
    expect(problems).toEqual([expect.stringContaining('longer than any record')]);
  });

  it.skipIf(process.platform === 'win32')('is readable by its owner only [skipped: Windows has no modes]', async () => {
    const { journal, open, folder } = await setUp();
    journal.append(intent(101));
    await open().query(all);
    for (const file of readdirSync(folder).filter((name) => name.startsWith('companion.db'))) {
      expect([file, statSync(join(folder, file)).mode & 0o777]).toEqual([file, 0o600]);
    }
  });

  it('reports a journal folder that is not there, and reads it once it is', async () => {
    const { journal, open, auditDirectory } = await setUp();
    rmSync(auditDirectory, { recursive: true });
    const index = open();
    await expect(index.query(all)).rejects.toMatchObject({ code: 'E_INDEX_FAILED' });
    await journal.close();
    (await home.journal(auditDirectory)).append(intent(101));
    expect(await index.query(all)).toHaveLength(1);
  });
});

describe('the worker', () => {
  it('brings the index up to date when it is poked', async () => {
    const { journal, open, databasePath } = await setUp();
    journal.append(intent(101));
    const index = open();
    await index.query(all);
    journal.append(intent(102));
    for (let n = 0; n < 1000; n += 1) index.poke();
    const database = new DatabaseSync(databasePath, { readOnly: true });
    const count = () => database.prepare('SELECT count(*) AS n FROM entry').get()?.['n'];
    await expect.poll(count, { timeout: 5000, interval: 20 }).toBe(2);
    database.close();
  });

  it('that cannot start rejects, and says so', async () => {
    const { folder, auditDirectory, databasePath } = await setUp();
    const problems: string[] = [];
    const workerUrl = new URL(`file://${folder}/none.js`);
    const index = home.closing(
      openIndex({ databasePath, auditDirectory, workerUrl, onProblem: (text) => problems.push(text) }),
    );
    await expect(index.query(all)).rejects.toMatchObject({ code: 'E_INDEX_STOPPED' });
    expect(problems).toHaveLength(1);
    await expect(index.query(all)).rejects.toMatchObject({ code: 'E_INDEX_STOPPED' });
  });

  it('is cut off where it is at something long when it is closed', async () => {
    const { auditDirectory, databasePath } = await setUp();
    const workerUrl = new URL('data:text/javascript,for(;;);');
    const index = openIndex({ databasePath, auditDirectory, workerUrl, closeMs: 1, onProblem: () => undefined });
    const entries = expect(index.query(all)).rejects.toMatchObject({ code: 'E_INDEX_STOPPED' });
    await index.close();
    await entries;
  });

  it('is gone after close, which may be called twice and while a call is under way', async () => {
    const { journal, open } = await setUp();
    journal.append(intent(101));
    const index = open();
    const entries = index.query(all);
    await Promise.all([index.close(), index.close()]);
    expect(await entries).toHaveLength(1);
    index.poke();
    await expect(index.query(all)).rejects.toMatchObject({ code: 'E_INDEX_CLOSED' });
    await open().close();
  });
});

describe('calls page by page', () => {
  it('are each there once, the newest first, whatever comes in meanwhile', async () => {
    const { journal, open } = await setUp();
    for (let number = 101; number <= 107; number++) {
      journal.append(intent(number));
      journal.append(event({}, { connector: 'files' }));
    }
    const index = open();
    const since = '2000-01-01T00:00:00.000Z';
    const found: string[] = [];
    let after: Awaited<ReturnType<AuditIndex['calls']>>['next'];
    do {
      const page = await index.calls({ since, after, limit: 3 });
      expect(page.entries.length).toBeLessThanOrEqual(3);
      found.push(...idsOf(page.entries));
      journal.append(intent(200 + found.length));
      after = page.next;
    } while (after !== undefined);
    expect(found).toEqual(ids(107, 106, 105, 104, 103, 102, 101));
    const last = (await index.query({ limit: 1 }))[0]?.time ?? '';
    expect((await index.calls({ since: last, after: undefined, limit: 3 })).entries[0]?.time).toBe(last);
    expect(await index.calls({ since: '2100-01-01T00:00:00.000Z', after: undefined, limit: 3 })).toEqual({
      entries: [],
      next: undefined,
    });
  });
});
