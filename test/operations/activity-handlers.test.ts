import { describe, expect, it } from 'vitest';
import type { ActivityRequest } from '../../main/audit/disk/activity-protocol.ts';
import { activityHandlers, jobHandlers, type ActivityParts } from '../../main/operations/activity-handlers.ts';
import { createJobs } from '../../main/operations/jobs.ts';
import { toLogEntry } from '../../main/audit/log-entry.ts';
import type { IntentRecord } from '../../preload/contract/index.ts';
import { intent } from '../audit/records.ts';

const filter = { text: '', show: 'all', events: false } as const;
const context = { caller: 'ui', confirmed: false, tty: false, by: 'test' } as const;
const stamp = { v: 1, id: 'x', chain_id: 'c', seq: 0, time: '2026-01-02T03:04:05.000Z' } as const;
const asked: IntentRecord = { ...intent(1), ...stamp };
const rule = { id: 'r1', effect: 'allow', connector: 'files', tool: 'read_*' };

function setUp(answers: (request: ActivityRequest) => unknown, rules: unknown[] = [rule]) {
  let at = Date.parse('2026-01-02T03:04:05.000Z');
  const clock = (): Date => new Date(at);
  const jobs = createJobs({ clock, newId: () => `job-${(at += 1)}`, announce: () => undefined });
  const seen: unknown[] = [];
  const parts = {
    settings: { read: () => ({ rules, chains: [] }) },
    index: {
      activity: async (request: ActivityRequest, slot?: string) => (seen.push([request, slot]), answers(request)),
    },
    jobs,
    clock,
    userHome: '/nowhere/at/all',
  } as unknown as ActivityParts;
  return { handlers: activityHandlers(parts), jobs, seen, pass: (ms: number) => (at += ms) };
}

describe('activity', () => {
  it('searches in the name of whoever asks', async () => {
    const { handlers, seen } = setUp(() => ({ op: 'window', rows: [], total: 3, of: 3 }));
    const window = await handlers['activity.search']({ filter, offset: 5, limit: 10, of: 20, slot: 'page' }, context);
    expect(window).toEqual({ rows: [], total: 3, of: 3 });
    expect(seen).toEqual([[{ op: 'window', filter, offset: 5, limit: 10, of: 20 }, 'page']]);
  });

  it('tells the story of a call with the rule as it is now', async () => {
    const kept = { entry: toLogEntry(asked), intent: asked, latest: undefined, outcome: undefined, event: undefined };
    const { handlers } = setUp(() => ({ op: 'entry', kept }));
    const story = await handlers['activity.call']({ id: asked.call }, context);
    expect(story).toMatchObject({
      decision: 'allowed',
      about: 'notes.txt',
      arguments: '{"path":"notes.txt"}',
      argumentBytes: 20,
      rule: { id: 'r1', sentence: 'Allow the tool "read_*" on the connector "files".' },
    });
    const gone = await setUp(() => ({ op: 'entry', kept }), []).handlers['activity.call']({ id: 'x' }, context);
    expect(gone).not.toHaveProperty('rule');
    expect(JSON.stringify(gone.steps)).toContain('Rule r1 is not among the rules any more.');
  });

  it('gives no arguments that were not kept whole', async () => {
    const cut = { ...asked, arguments: { path: { $bytes: 900 } } };
    const kept = { entry: toLogEntry(cut), intent: cut, latest: undefined, outcome: undefined, event: undefined };
    const { handlers } = setUp(() => ({ op: 'entry', kept }));
    expect(await handlers['activity.call']({ id: 'x' }, context)).not.toHaveProperty('arguments');
  });

  it('says so where there is no such call', async () => {
    const { handlers } = setUp(() => ({ op: 'entry', kept: undefined }));
    await expect(handlers['activity.call']({ id: 'x' }, context)).rejects.toMatchObject({ code: 'E_CALL_UNKNOWN' });
  });

  it('tells a task', async () => {
    const { handlers } = setUp(() => ({ op: 'session', entries: [toLogEntry(asked)], before: 2, after: 1 }));
    expect(await handlers['activity.task']({ session: 's' }, context)).toMatchObject({
      session: 's',
      client: 'claude-ai',
      connectors: ['files'],
      total: 4,
      before: 2,
      after: 1,
      summary: '1 call, none was stopped.',
    });
  });

  it('exports one at a time, and not for ever', async () => {
    const { handlers, jobs, pass } = setUp(() => new Promise(() => undefined));
    const start = () => handlers['activity.export']({ format: 'csv', filter }, context);
    const { job } = await start();
    await expect(async () => start()).rejects.toMatchObject({ code: 'E_EXPORT_REFUSED' });
    const ended = jobHandlers(jobs);
    // Nothing can be written there.
    await jobs.close();
    expect(await ended['jobs.get']({ id: job }, context)).toMatchObject({ state: 'cancelled' });
    for (let n = 0; n < 19; n += 1) {
      await start();
      await jobs.close();
    }
    await expect(async () => start()).rejects.toMatchObject({ message: 'There were 20 exports in the last hour.' });
    pass(3_600_001);
    await start();
    await jobs.close();
    expect(await ended['jobs.list']({}, context)).toHaveLength(21);
  });
});
