/** What happened in the last days: the same rows at each start, ending a few minutes before now. */
import type { TenantAdmin } from '../admin.ts';
import { writeLog, type LogEntry } from '../audit-log.ts';
import { noteSession } from '../routes/session-routes.ts';
import type { ConnectorRow, Person } from '../store/rows.ts';
import type { TenantState } from '../tenant-state.ts';

const ROWS = 60;
const STEP_MS = 41 * 60_000;
const LAST_MS = 7 * 60_000;

type Happening = readonly [alias: string, tool: string, client: string, outcome: LogEntry['outcome'], reason?: string];

const HAPPENINGS: readonly Happening[] = [
  ['github', 'search_code', 'cursor', 'allowed'],
  ['telemetry-db', 'execute_sql', 'claude_code', 'modified'],
  ['linear', 'list_issues', 'claude_code', 'allowed'],
  ['firmware-files', 'read_text_file', 'vscode', 'allowed'],
  ['slack', 'post_message', 'cursor', 'denied', 'Not to the company-wide channel'],
  ['github', 'get_pull_request', 'vscode', 'allowed'],
  ['warehouse', 'find_part', 'claude_code', 'allowed'],
  ['firmware-files', 'write_file', 'codex', 'denied', 'Builds are written by the build machine only'],
  ['figma-desktop', 'get_design_context', 'cursor', 'allowed'],
  ['everything', 'get-env', 'windsurf', 'denied', 'Environment variables of a workstation stay on it'],
  ['linear', 'create_comment', 'claude_code', 'allowed'],
  ['telemetry-db', 'list_schemas', 'vscode', 'error', 'ConnectError: the server did not answer'],
  ['github', 'delete_file', 'codex', 'denied', 'Nothing is deleted through an assistant'],
];

const pick = <T>(from: readonly T[], index: number): T => {
  const item = from[index % from.length];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
};

const correlationOf = (index: number): string => `c0ffee00-0000-4000-8000-${String(index).padStart(12, '0')}`;

export function seedHistory(state: TenantState, admin: TenantAdmin): void {
  const people: readonly Person[] = admin.people();
  const connectors: readonly ConnectorRow[] = admin.connectors();
  for (let index = 0; index < ROWS; index += 1) {
    const [alias, tool, client, outcome, reason] = pick(HAPPENINGS, index * 5);
    const connector = connectors.find((one) => one.alias === alias);
    const who = { kind: 'user', person: pick(people, index * 7 + (index >> 2)) } as const;
    writeLog(state, {
      action: 'tool_call',
      eventType: outcome === 'denied' ? 'pre' : 'post',
      who,
      connector,
      tool,
      client,
      outcome,
      reason,
      correlation: correlationOf(index),
      at: state.now() - LAST_MS - (ROWS - 1 - index) * STEP_MS,
    });
    if (connector !== undefined && index >= ROWS - 6) noteSession(state, who, connector.id, client);
  }
}
