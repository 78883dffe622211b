import { describe, expect, it } from 'vitest';
import { stoppedCall } from '../../main/shell/stopped-call.ts';
import type { LogEntry } from '../../preload/contract/audit.ts';

const entry = (change: Partial<LogEntry>): LogEntry => ({
  id: 'c1',
  time: '2026-11-21T08:00:00.000Z',
  kind: 'call',
  client: 'Cursor',
  connector: 'shell',
  method: 'tools/call',
  tool: 'exec',
  ...change,
});

describe('stoppedCall', () => {
  it.each<[Partial<LogEntry>, string | undefined]>([
    [{ effect: 'deny' }, 'blocked'],
    [{ effect: 'deny', outcome: 'refused' }, 'blocked'],
    [{ effect: 'ask', outcome: 'refused' }, 'blocked'],
    [{ effect: 'allow', outcome: 'withheld' }, 'blocked'],
    [{ effect: 'allow', outcome: 'failed' }, 'failed'],
    [{ effect: 'allow', outcome: 'error' }, 'failed'],
    [{ effect: 'allow', outcome: 'tool_error' }, 'failed'],
    [{ effect: 'allow', outcome: 'ok' }, undefined],
    [{ effect: 'allow', outcome: 'cancelled' }, undefined],
    [{ effect: 'allow', outcome: 'unknown' }, undefined],
    [{ effect: 'allow' }, undefined],
    [{ effect: 'ask' }, undefined],
    [{ kind: 'event', effect: 'deny' }, undefined],
    [{ effect: 'deny', origin: 'tenant' }, undefined],
    [{ effect: 'deny', time: 'yesterday' }, undefined],
  ])('%j is %s', (change, kind) => {
    expect(stoppedCall(entry(change))?.kind).toBe(kind);
  });

  it('has a label in which nothing is hidden, and no name takes all of it', () => {
    expect(stoppedCall(entry({ effect: 'deny' }))).toEqual({
      id: 'c1',
      time: Date.parse('2026-11-21T08:00:00.000Z'),
      kind: 'blocked',
      label: 'Cursor → shell: exec',
    });
    expect(stoppedCall(entry({ effect: 'deny', tool: 'a\u202Eb' }))?.label).toBe(
      'Cursor → shell: a[U+202E right-to-left override]b',
    );
    const long = stoppedCall(entry({ effect: 'deny', client: 'c'.repeat(999), tool: 't'.repeat(999) }));
    expect(long?.label).toBe(`${'c'.repeat(23)}… → shell: ${'t'.repeat(39)}…`);
    const { client: _client, connector: _connector, tool: _tool, ...bare } = entry({ effect: 'deny' });
    expect(stoppedCall(bare)?.label).toBe('tools/call');
  });
});
