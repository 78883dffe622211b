import { describe, expect, it } from 'vitest';
import {
  diffLines,
  namedValues,
  problemText,
  proofOf,
  runsText,
  standingOf,
} from '../../renderer/features/clients/client-model.ts';
import type { ClientChange, ClientView, FoundServer } from '../../preload/contract/client.ts';
import { clockText } from '../../renderer/ui/time.ts';
import { aClientView } from '../fixtures/a-client-view.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const AT = '2026-11-21T11:03:00.000Z';

describe('a client', () => {
  it.each<[Partial<ClientView>, string, string]>([
    [{ state: 'absent' }, 'Not found on this machine', 'plain'],
    [{ state: 'no_file' }, 'Not connected', 'plain'],
    [{ state: 'invalid' }, 'Its file cannot be read', 'bad'],
    [{ unmanaged: ['x'] }, 'Not connected', 'plain'],
    [{ connectors: ['files'] }, 'Connected', 'good'],
    [{ connectors: ['files'], unmanaged: ['x'] }, 'Partly connected', 'warn'],
  ])('%j is: %s', (change, text, tone) => {
    expect(standingOf(aClientView(change))).toEqual({ text, tone });
  });

  it.each<[Partial<ClientView>, string]>([
    [{}, ''],
    [{ problem: 'There are two files.' }, 'There are two files.'],
    [
      { state: 'invalid', problem: 'invalid symbol at 1:2' },
      'Cursor cannot be connected while its file cannot be read: invalid symbol at 1:2. Correct it in an editor; this page notices.',
    ],
  ])('%j has this problem: %j', (change, text) => {
    expect(problemText(aClientView(change))).toBe(text);
  });

  it.each<[Partial<ClientView>, object]>([
    [{}, { kind: 'none' }],
    [{ changedAt: AT }, { kind: 'none' }],
    [
      { changedAt: AT, connectors: ['a'] },
      { kind: 'waiting', text: 'Quit Cursor and open it again.' },
    ],
    [
      { changedAt: AT, connectors: ['a'], lastSeenAt: AT, sessions: 1 },
      { kind: 'seen', text: `Cursor came back at ${clockText(AT)}, 1 session.` },
    ],
    [
      { lastSeenAt: AT, sessions: 2 },
      { kind: 'seen', text: `Cursor was here last at ${clockText(AT)}, 2 sessions.` },
    ],
    [
      { changedAt: AT, lastSeenAt: AT },
      { kind: 'seen', text: `Cursor came back at ${clockText(AT)}, no session now.` },
    ],
  ])('%j proves %j', (change, proof) => {
    expect(proofOf(aClientView(change), NOW)).toEqual(proof);
  });
});

it('a change is drawn without the names of its files', () => {
  const change = (diff: string): ClientChange => ({
    client: 'cursor',
    path: '/c',
    action: 'changed',
    diff,
    dryRun: true,
    notes: [],
    bringsBack: [],
  });
  expect(diffLines(change('--- /c\n+++ /c\n@@ -1,1 +1,1 @@\n-a\n+b\n'))).toEqual(['@@ -1,1 +1,1 @@', '-a', '+b']);
});

it('a server is told in one line, with the names of its values', () => {
  const server = (target: FoundServer['target']): FoundServer => ({
    client: 'cursor',
    entry: 'x',
    target,
    risks: [],
    suggestedName: 'x',
  });
  const env = [{ name: 'TOKEN', looksSecret: true }];
  const program = server({ kind: 'program', argv: ['npx', 'x'], env });
  expect([runsText(program), namedValues(program)]).toEqual(['npx x', env]);
  const remote = server({ kind: 'http', url: 'https://a.example/', headers: env });
  expect([runsText(remote), namedValues(remote)]).toEqual(['https://a.example/', env]);
  const odd = server({ kind: 'unusable', problem: 'It cannot be brought in: x.', next: 'y' });
  expect([runsText(odd), namedValues(odd)]).toEqual(['It cannot be brought in: x.', []]);
});
