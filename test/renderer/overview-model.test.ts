import { describe, expect, it } from 'vitest';
import { durationText, headlineOf, statsOf, targetText } from '../../renderer/features/overview/overview-model.ts';
import { clockText, momentText } from '../../renderer/ui/time.ts';
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

describe('statsOf', () => {
  it('says what is wrong where something is', () => {
    const now = Date.parse('2026-11-21T10:00:00Z');
    const stats = statsOf(
      {
        companion: {
          running: true,
          version: '0.1.0',
          kind: 'app',
          pid: 7,
          startedAt: '2026-11-21T09:00:00Z',
          home: '/h',
          draining: true,
          sessions: 1,
          connectors: 1,
          waitingApprovals: 0,
          keychain: { backend: null, state: 'absent', detail: 'no service' },
          audit: { state: 'unavailable', detail: 'disk full', seq: 12_345 },
          ...NO_TENANT,
          warnings: [],
        },
      },
      now,
    );
    expect(stats.map(({ value, note }) => `${value}: ${note}`)).toEqual([
      'Stopping: 1 h 0 min, process 7',
      '1: 1 connector',
      'Absent: no service',
      'Unavailable: disk full',
    ]);
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
