import { describe, expect, it } from 'vitest';
import type { ClientView } from '../../preload/contract/client.ts';
import type { Status } from '../../preload/contract/status.ts';
import {
  blockedStat,
  clientsStat,
  durationText,
  factsOf,
  headlineOf,
  remedyOf,
  startOfDay,
  targetText,
  tenantStat,
} from '../../renderer/features/overview/overview-model.ts';
import { clockText, momentText } from '../../renderer/ui/time.ts';
import { aClientView } from '../fixtures/a-client-view.ts';
import { NO_TENANT } from '../fixtures/quiet-status.ts';

describe('headlineOf', () => {
  it.each([
    ['protected', [], 'You are protected', 'Every call through the companion is decided and recorded.'],
    [
      'attention',
      [
        { text: 'One.', next: 'x' },
        { text: 'Two.', next: 'x' },
      ],
      'Something needs you',
      'One.',
    ],
    ['not_enforcing', [{ text: 'It stopped.', next: 'x' }], 'Not enforcing', 'It stopped.'],
  ] as const)('%s', (state, concerns, title, text) => {
    expect(headlineOf({ state, concerns })).toMatchObject({ title, text });
  });
});

describe('durationText', () => {
  it.each([
    [-5, 'just started'],
    [59_000, 'just started'],
    [60_000, '1 min'],
    [3_599_000, '59 min'],
    [7_500_000, '2 h 5 min'],
    [200_000_000, '2 days'],
  ])('%s ms', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('figures', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  const status = (change: Partial<Status['companion']> = {}): Status => ({
    companion: {
      running: true,
      version: '0.1.0',
      kind: 'app',
      pid: 7,
      startedAt: '2026-11-21T09:00:00Z',
      home: '/h',
      draining: false,
      sessions: 1,
      connectors: 1,
      waitingApprovals: 0,
      keychain: { backend: null, state: 'absent', detail: 'no service' },
      audit: { state: 'ok', detail: '', seq: 12_345, signing: { signed: true, detail: '' } },
      ...NO_TENANT,
      warnings: [],
      ...change,
    },
  });
  const tenant = (host: string, state: 'ok' | 'unreachable'): Status['companion']['tenants'][number] => ({
    host,
    state,
    credential: 'ok',
    isDefault: true,
    signedInAt: '2026-11-21T09:00:00Z',
    problem: '',
  });
  const client = (connectors: string[], state: ClientView['state'] = 'ok'): ClientView =>
    aClientView({ connectors, state });

  it('of clients count those that are here', () => {
    expect(clientsStat([client(['a']), client([]), client([], 'absent')]).value).toBe('1 of 2');
    expect(clientsStat([]).note).toBe('None was found on this machine');
    expect(clientsStat(undefined).value).toBe('–');
  });

  it.each([
    [undefined, '–'],
    [0, '0'],
    [37, '37'],
    [1000, '1,000+'],
  ])('of blocked calls: %s', (count, value) => {
    expect(blockedStat(count).value).toBe(value);
  });

  it('of tenants name the one that is in trouble', () => {
    expect(tenantStat(status())).toMatchObject({ value: 'None', note: 'Local rules decide alone' });
    const tenants = [tenant('https://a.example', 'ok'), tenant('https://b.example', 'unreachable')];
    expect(tenantStat(status({ tenants }))).toMatchObject({ value: 'Away', note: 'https://b.example and 1 more' });
  });

  it('of the companion say what is wrong where something is', () => {
    expect(factsOf(status(), now)).toEqual(['Running, 1 h 0 min', 'Keychain: absent', 'Audit: 12,345 records, signed']);
    const full = status({ draining: true, audit: { state: 'unavailable', detail: 'disk full', seq: 1 } });
    expect(factsOf(full, now)).toEqual(['Stopping', 'Keychain: absent', 'Audit unavailable: disk full']);
  });

  it('of today begin at midnight of the person', () => {
    expect(Date.parse(startOfDay(now))).toBe(new Date(2026, 10, new Date(now).getDate()).getTime());
  });
});

describe('remedyOf', () => {
  it.each([
    ['runlayer approvals list', '/approvals'],
    ['runlayer connectors logs files', '/connectors/files'],
    ['runlayer connectors accept abc --host https://x.example', '/settings/tenant'],
    ['runlayer setup install --help', '/clients'],
    ['runlayer pins list', '/policy/changed'],
    ['runlayer serve', undefined],
    ['runlayer connectors logs ../x', undefined],
    [undefined, undefined],
  ])('%s: %s', (command, path) => {
    expect(remedyOf({ text: '', next: '', ...(command === undefined ? {} : { command }) })?.path).toBe(path);
  });
});

describe('times', () => {
  it('show the day only where it is another', () => {
    const now = Date.parse('2026-11-21T12:00:00');
    expect(momentText('2026-11-21T09:08:07', now)).toBe('09:08:07');
    expect(momentText('2026-11-20T09:08:07', now)).toBe('20 Nov, 09:08:07');
  });

  it('leave a text alone that is no time', () => {
    expect(clockText('soon')).toBe('soon');
  });
});

describe('targetText', () => {
  it('is the command line of a program, the address of a server', () => {
    expect(targetText({ kind: 'program', argv: ['npx', "'a b'"], envNames: [], secrets: {} })).toBe("npx 'a b'");
    const url = 'https://mcp.example.com/mcp';
    expect(targetText({ kind: 'http', url, transport: 'sse', headerNames: [], secrets: {}, oauth: false })).toBe(url);
  });
});
