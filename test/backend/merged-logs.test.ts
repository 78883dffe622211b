import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogEntry, type LogFilter } from '../../preload/contract/index.ts';
import { createMergedLogs } from '../../main/backend/merged-logs.ts';
import type { TenantLogRow } from '../../main/backend/wire.ts';
import {
  ACME,
  failure,
  HOSTILE,
  logRow,
  OTHER,
  scriptedApi,
  scriptedTenants,
  tenantView,
  UNSEEN,
} from './scripted-tenants.ts';

const SERVER = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const NOW = '2026-11-21T09:00:00.000Z';
const at = (minute: number): string => `2026-11-21T08:${String(minute).padStart(2, '0')}:00.000Z`;

function call(id: string, minute: number, correlation?: string, over: Partial<LogEntry> = {}): LogEntry {
  const tenant = { host: ACME, server: SERVER, ...(correlation === undefined ? {} : { correlation_id: correlation }) };
  return { id, time: at(minute), kind: 'call', connector: 'github', tool: 'merge', outcome: 'ok', tenant, ...over };
}

interface World {
  readonly local?: readonly LogEntry[];
  readonly rows?: Readonly<Record<string, readonly TenantLogRow[] | Error>>;
}

function world({ local = [], rows = {} }: World) {
  const asked: unknown[] = [];
  const apis = Object.entries(rows).map(([host, answer]) =>
    scriptedApi(host, {
      auditLogs: (query) => {
        asked.push(query);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    }),
  );
  const logs = createMergedLogs({
    ...scriptedTenants(apis),
    // As the index does it: newest first.
    index: {
      query: (filter) =>
        Promise.resolve(
          local
            .filter((entry) => filter.connector === undefined || entry.connector === filter.connector)
            .filter((entry) => filter.blocked !== true || entry.outcome === 'refused')
            .toSorted((a, b) => (a.time < b.time ? 1 : -1))
            .slice(0, filter.limit),
        ),
    },
    connectorOf: (host, server) => (host === ACME && server === SERVER ? 'github' : undefined),
    clock: () => new Date(NOW),
    limit: () => new AbortController().signal,
  });
  return { asked, query: (filter: Partial<LogFilter> = {}) => logs.query({ limit: 100, tenant: true, ...filter }) };
}

describe('the merged log', () => {
  it('is our own, and nobody is asked, where nobody wants the tenant', async () => {
    const local = [call('a', 1, 'c1')];
    const one = world({ local, rows: { [ACME]: [logRow(at(1), { correlation_id: 'c1' })] } });
    expect(await one.query({ tenant: false })).toEqual(local);
    expect(one.asked).toEqual([]);
    expect(await world({ local }).query({ tenant: false })).toEqual(local);
  });

  it('says that nobody is signed in, before our own', async () => {
    const local = [call('a', 1, 'c1')];
    const [first, ...rest] = await world({ local }).query();
    expect(LogEntry.parse(first)).toMatchObject({
      id: 'missing:',
      origin: 'tenant',
      reason: expect.stringContaining('Nobody is signed in') as string,
    });
    expect(rest).toEqual(local);
  });

  it('finds what is shown under the name of the tenant, however many others it holds', async () => {
    const rows = {
      [ACME]: [
        logRow(at(3), { server_id: 'unknown', server_name: 'Notion' }),
        logRow(at(2), { server_id: SERVER, server_name: 'GitHub' }),
        logRow(at(1), { server_id: 'another', server_name: 'GitHub' }),
      ],
    };
    const one = world({ rows });
    for (const connector of ['Notion', 'GitHub', 'github']) {
      const entries = await one.query({ connector, limit: 1 });
      expect(entries.map((entry) => entry.connector)).toEqual([connector]);
    }
    expect(one.asked).toEqual([{ limit: 1000 }, { limit: 1000 }, { limit: 1000 }]);
  });

  it('joins a row with our call, adds one that is not ours, newest first', async () => {
    const entries = await world({
      local: [call('a', 1, 'c1'), call('b', 3), { id: 'd', time: at(4), kind: 'event', event: 'session_started' }],
      rows: {
        [ACME]: [
          logRow(at(1), { correlation_id: 'c1', reason: 'allowed by rule 7', outcome: 'allowed' }),
          logRow(at(1), { correlation_id: 'c1', event_type: 'post' }),
          logRow(at(2), { correlation_id: 'foreign', server_id: SERVER, client_name: 'cursor', reason: 'no' }),
        ],
      },
    }).query();
    expect(entries.map(({ id }) => id)).toEqual(['d', 'b', expect.stringMatching(/^tenant:[0-9a-f]{16}$/), 'a']);
    expect(entries[3]?.detail).toEqual({
      tenant: [
        {
          time: at(1),
          host: ACME,
          action: 'tool_call',
          outcome: 'allowed',
          reason: 'allowed by rule 7',
          by: 'ada@acme.com',
        },
        { time: at(1), host: ACME, action: 'tool_call', event: 'post', by: 'ada@acme.com' },
      ],
    });
    expect(entries[2]).toMatchObject({
      origin: 'tenant',
      kind: 'call',
      time: at(2),
      connector: 'github',
      tool: 'merge',
      client: 'cursor',
      decidedBy: 'tenant',
      reason: 'no',
      detail: { host: ACME, correlation_id: 'foreign' },
    });
    for (const entry of entries.slice(1)) expect(LogEntry.parse(entry)).toEqual(entry);
  });

  it('does not take a row of one tenant for a call of another', async () => {
    const entries = await world({
      local: [call('a', 1, 'c1')],
      rows: { [OTHER]: [logRow(at(1), { correlation_id: 'c1' })] },
    }).query();
    expect(entries.map(({ origin }) => origin)).toEqual([undefined, 'tenant']);
    expect(entries[0]?.detail).toBeUndefined();
  });

  it('does not show a row by itself because its call was filtered out or is too old for the list', async () => {
    const local = [call('old', 1, 'c1'), call('new', 5, 'c2'), call('else', 6, 'c3', { connector: 'other' })];
    const rows = { [ACME]: local.map(({ time, tenant }) => logRow(time, { ...tenant, server_id: SERVER })) };
    const ids = async (filter: Partial<LogFilter>): Promise<string[]> =>
      (await world({ local, rows }).query(filter)).map(({ id }) => id);
    expect(await ids({ limit: 1 })).toEqual(['else']);
    expect(await ids({ connector: 'github' })).toEqual(['new', 'old']);
    expect(await ids({ blocked: true })).toEqual([]);
  });

  it('filters rows that stand by themselves as it does calls', async () => {
    const rows = {
      [ACME]: [
        logRow(at(1), { server_id: SERVER, outcome: 'denied' }),
        logRow(at(2), { server_id: SERVER }, { action_type: 'tool_call_allowed' }),
        logRow(at(3), { server_id: 'unknown', server_name: 'Notion', tool_name: 'search' }),
      ],
    };
    const times = async (filter: Partial<LogFilter>): Promise<string[]> =>
      (await world({ rows }).query(filter)).map(({ time }) => time);
    expect(await times({})).toEqual([at(3), at(2), at(1)]);
    expect(await times({ blocked: true })).toEqual([at(1)]);
    expect(await times({ connector: 'github' })).toEqual([at(2), at(1)]);
    expect(await times({ tool: 'search' })).toEqual([at(3)]);
    expect(await times({ since: '2026-11-21T08:02:00Z' })).toEqual([at(3), at(2)]);
    expect(await times({ limit: 2 })).toEqual([at(3), at(2)]);
  });

  it('passes on from when and how many, within bounds', async () => {
    const one = world({ rows: { [ACME]: [] } });
    await one.query({ limit: 10_000, since: at(1) });
    expect(one.asked).toEqual([{ limit: 1000, since: at(1) }]);
  });

  it('names a tenant that does not answer, and goes on with the others', async () => {
    const entries = await world({
      local: [call('a', 1, 'c1')],
      rows: { [ACME]: failure('unreachable'), [OTHER]: [logRow(at(2))] },
    }).query();
    expect(entries[0]).toEqual({
      id: `missing:${ACME}`,
      time: NOW,
      kind: 'event',
      event: 'tenant_log_missing',
      reason: 'The tenant: unreachable.',
      detail: { host: ACME },
      origin: 'tenant',
    });
    expect(entries.slice(1).map(({ origin }) => origin)).toEqual(['tenant', undefined]);
  });

  it('waits for no tenant longer than its limit', async () => {
    const stop = new AbortController();
    const forever = (): Promise<never> => {
      stop.abort();
      return new Promise(() => {});
    };
    const logs = createMergedLogs({
      ...scriptedTenants([scriptedApi(ACME, { auditLogs: forever })], [tenantView(ACME)]),
      index: { query: () => Promise.resolve([call('a', 1)]) },
      connectorOf: () => undefined,
      clock: () => new Date(NOW),
      limit: () => stop.signal,
    });
    expect((await logs.query({ limit: 5, tenant: true })).map(({ id }) => id)).toEqual([`missing:${ACME}`, 'a']);
  });

  it.each([
    ['2026-11-21T08:05:00Z', at(5)],
    ['2026-11-21T08:05:00.123456+00:00', '2026-11-21T08:05:00.123Z'],
    ['2026-11-21T08:05:00', at(5)],
    ['2026-11-21T10:05:00+0200', at(5)],
    ['soon', undefined],
    ['', undefined],
  ])('reads the time "%s"', async (timestamp, time) => {
    const entries = await world({ rows: { [ACME]: [logRow(timestamp)] } }).query();
    expect(entries.map((entry) => entry.time)).toEqual(time === undefined ? [] : [time]);
  });

  it('takes whatever a tenant writes, bounded and safe to show', async () => {
    const row = fc.record({
      timestamp: fc.constantFrom(at(1), at(2), 'x'),
      action_type: fc.string(),
      resource_info: fc.anything(),
      actor_info: fc.anything(),
      details: fc.dictionary(
        fc.constantFrom(
          'correlation_id',
          'reason',
          'server_name',
          'tool_name',
          'client_name',
          'event_type',
          '__proto__',
        ),
        fc.oneof(fc.anything(), fc.constant(HOSTILE), fc.constant('y'.repeat(5000))),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 5 }), async (rows) => {
        for (const entry of await world({ rows: { [ACME]: rows } }).query()) {
          expect(LogEntry.safeParse(entry).success).toBe(true);
          expect(JSON.stringify(entry).length).toBeLessThan(12_000);
          for (const text of [entry.reason, entry.tool, entry.client, entry.connector, entry.event])
            if (text !== undefined) expect(text).not.toMatch(UNSEEN);
          for (const text of Object.values(entry.detail ?? {})) expect(String(text)).not.toMatch(UNSEEN);
        }
      }),
      { numRuns: 60 },
    );
  });
});
