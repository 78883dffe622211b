import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../preload/contract/audit.ts';
import type { ConnectorView } from '../../preload/contract/connector.ts';
import { askFor, becameOf, firstCall, stepOf, titleOf } from '../../renderer/features/first-run/first-run-model.ts';

const program = (...argv: string[]): ConnectorView['target'] => ({ kind: 'program', argv, envNames: [], secrets: {} });
const remote = (url: string): ConnectorView['target'] => ({
  kind: 'http',
  url,
  transport: 'streamable-http',
  headerNames: [],
  secrets: {},
  oauth: false,
});

describe('the first steps', () => {
  it.each([
    ['', 1],
    ['step=2', 2],
    ['step=3', 3],
    ['step=4', 1],
    ['step=0', 1],
    ['step=x', 1],
  ])('%j is step %s', (query, step) => {
    expect(stepOf(new URLSearchParams(query))).toBe(step);
  });

  it.each<[string, ConnectorView['target'], string]>([
    [
      'files',
      program('npx', '-y', '@modelcontextprotocol/server-filesystem', '/home/ada/Notes'),
      'List the files in /home/ada/Notes.',
    ],
    ['files', program('npx', 'server-filesystem', "'/home/ada/My Notes'"), 'List the files in /home/ada/My Notes.'],
    ['files', program('/usr/bin/node', '/opt/server.js'), 'List the files in my folder.'],
    ['github', program('github-mcp-server'), 'Which of my repositories on GitHub changed last?'],
    ['git', program('uvx', 'mcp-server-git'), 'What changed in the last commit?'],
    ['tasks', remote('https://mcp.linear.app/mcp'), 'Which issues are assigned to me?'],
    ['odd', program('odd'), 'Which tools does "odd" have? Try one that only reads.'],
  ])('%s: what to type', (name, target, ask) => {
    expect(askFor({ name, target })).toBe(ask);
  });

  const entry = (change: Partial<LogEntry>): LogEntry => ({
    id: 'e',
    time: '2026-11-21T12:00:00.000Z',
    kind: 'call',
    method: 'tools/call',
    ...change,
  });

  it('the first call is one of a tool, since the step was opened', () => {
    const call = entry({ id: 'new' });
    const entries = [
      entry({ kind: 'event' }),
      entry({ method: 'tools/list' }),
      call,
      entry({ time: '2026-11-21T11:00:00.000Z' }),
    ];
    expect(firstCall(entries, '2026-11-21T12:00:00.000Z')).toBe(call);
    expect(firstCall(entries, '2026-11-21T12:00:00.001Z')).toBeUndefined();
  });

  it.each([
    [undefined, 'A client'],
    ['cursor-vscode', 'Cursor'],
    ['somebody', 'somebody'],
    ['constructor', 'constructor'],
  ])('%j is %s', (client, title) => {
    expect(titleOf(client)).toBe(title);
  });

  it.each<[Partial<LogEntry>, string]>([
    [{ effect: 'allow', outcome: 'ok' }, 'Allowed'],
    [{ effect: 'allow' }, 'Under way'],
    [{ effect: 'ask' }, 'Waits for your answer'],
    [{ effect: 'deny', outcome: 'refused' }, 'Blocked'],
    [{ effect: 'allow', outcome: 'withheld' }, 'Blocked'],
  ])('%j: %s', (change, text) => {
    expect(becameOf(entry(change)).text).toBe(text);
  });
});
