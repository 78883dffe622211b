import { describe, expect, it } from 'vitest';
import { parseRequirements, worstOfEach, type Check } from './suite.ts';
import { tabulate, type Column, type Line } from './tables.ts';

const line = (passed: number, failed = 0, warned = 0): Line => ({
  passed,
  failed,
  warned,
  problems: failed > 0 ? ['failure check: because'] : [],
});
const column = (name: string, lines: Record<string, Line>, explained?: Record<string, string>): Column => ({
  name,
  lines: new Map(Object.entries(lines)),
  ...(explained === undefined ? {} : { explained }),
});
const rows = [
  { scenario: 'ping', unscored: undefined },
  { scenario: 'tasks', unscored: 'extension' },
];

describe('a table', () => {
  it('has no problems where every leg is as the direct one, unscored failures included', () => {
    const direct = { ping: line(2), tasks: line(1, 3) };
    const table = tabulate('2025', rows, [column('direct', direct), column('hub', direct)]);
    expect(table.problems).toEqual([]);
    expect(table.scores).toEqual(['1/1', '1/1']);
    expect(table.text).toBe(
      [
        '2025               direct   hub',
        'ping                    2     2',
        'tasks (extension)    1 ✗3  1 ✗3',
        'scored                1/1   1/1',
      ].join('\n'),
    );
  });

  it('tells a scored scenario that fails, with its reasons, also where it fails directly', () => {
    const table = tabulate('x', rows.slice(0, 1), [column('direct', { ping: line(1, 1) })]);
    expect(table.problems).toEqual(['direct: ping fails\n    failure check: because']);
    expect(table.scores).toEqual(['0/1']);
  });

  it('takes a scenario without a result for failed', () => {
    const table = tabulate('x', rows.slice(0, 1), [column('direct', { ping: line(2) }), column('hub', {})]);
    expect(table.problems).toEqual(['hub: ping fails\n    it did not finish', 'hub: ping is —, direct is 2']);
    expect(table.scores).toEqual(['1/1', '0/1']);
  });

  it.each([
    ['fewer checks', line(1)],
    ['a warning', line(2, 0, 1)],
  ])('marks what differs: %s', (_, other) => {
    const table = tabulate('x', rows.slice(0, 1), [
      column('direct', { ping: line(2) }),
      column('hub', { ping: other }),
    ]);
    expect(table.problems).toHaveLength(1);
    expect(table.text).toContain('≠');
  });

  it('lets a stated difference pass and says it, but not a scored failure', () => {
    const direct = column('direct', { ping: line(2), tasks: line(3) });
    const other = column('hub', { ping: line(1, 1), tasks: line(0) }, { ping: 'reason one', tasks: 'reason two' });
    const table = tabulate('x', rows, [direct, other]);
    expect(table.problems).toEqual(['hub: ping fails\n    failure check: because']);
    expect(table.text).toContain('~ hub: tasks: reason two');
  });

  it('refuses a stated difference that is none', () => {
    const lines = { ping: line(2), tasks: line(3) };
    const table = tabulate('x', rows, [column('direct', lines), column('hub', lines, { tasks: 'reason' })]);
    expect(table.problems).toEqual(['hub: tasks is explained as different and is not']);
  });
});

it('reads what a revision requires', () => {
  const listing = `
Required for 2025-11-25 (3 scenarios, frozen; run at the 2025-11-25 wire):

Server scenarios (test against a server):
  - ping

Client scenarios (test against a client):
  - auth/basic-cimd

Run and reported, but never scored:
  extension (1):
    - auth/dpop [client]
  pending (1):
    - json-schema-2020-12 [server]
`;
  expect(parseRequirements(listing, 'server')).toEqual([
    { scenario: 'ping', unscored: undefined },
    { scenario: 'json-schema-2020-12', unscored: 'pending' },
  ]);
  expect(parseRequirements(listing, 'client')).toEqual([
    { scenario: 'auth/basic-cimd', unscored: undefined },
    { scenario: 'auth/dpop', unscored: 'extension' },
  ]);
});

it('counts a check of a sign-in once, with the worst that came of it', () => {
  const made = (id: string, ...statuses: Check['status'][]): Check[] => statuses.map((status) => ({ id, status }));
  const checks = [
    ...made('read', 'SUCCESS', 'SUCCESS'),
    ...made('scope', 'SUCCESS', 'WARNING', 'SUCCESS'),
    ...made('token', 'INFO', 'SUCCESS', 'FAILURE', 'WARNING'),
    ...made('request', 'INFO', 'INFO'),
    ...made('none', 'SKIPPED', 'INFO'),
  ];
  expect(Object.fromEntries(worstOfEach(checks).map(({ id, status }) => [id, status]))).toEqual({
    read: 'SUCCESS',
    scope: 'WARNING',
    token: 'FAILURE',
    request: 'INFO',
    none: 'INFO',
  });
  expect(worstOfEach(checks)).toHaveLength(5);
});
