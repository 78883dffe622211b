/**
 * A journal of many calls as a busy person's machine would have it after some months: real lines, chained and whole, in real
 * segment files. Calls of several clients, connectors and tools, one in twelve refused, some asked about, some failed, with
 * arguments; now and then an event. The same for the same number.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { buildRecord, type ChainHead } from '../../main/audit/build-record.ts';
import { GENESIS } from '../../main/audit/chain.ts';
import { segmentName } from '../../main/audit/segment-name.ts';
import type { Decision, NewAuditRecord } from '../../preload/contract/index.ts';
import { asIs, callId, countingIds } from '../audit/records.ts';

const SEGMENT_BYTES = 32 * 1024 * 1024;
const CHAIN = 'a0a0a0a0a0a0';
export const FIRST_MS = Date.parse('2026-01-05T08:00:00.000Z');
export const STEP_MS = 7000;
const CALLS_IN_SESSION = 40;

const CLIENTS = ['Claude Desktop', 'Cursor', 'Visual Studio Code', 'nightly-bot', 'Zed'];
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  files: ['read_file', 'write_file', 'list_directory', 'move_file', 'search_files', 'get_file_info'],
  github: ['create_issue', 'list_pull_requests', 'get_file_contents', 'merge_pull_request', 'search_code'],
  browser: ['open_page', 'read_page', 'click', 'fill_form', 'take_screenshot'],
  postgres: ['query', 'list_tables', 'describe_table'],
  mail: ['search_mail', 'read_mail', 'send_mail'],
  slack: ['post_message', 'list_channels', 'read_thread'],
  shell: ['run_command'],
};
const CONNECTORS = Object.keys(TOOLS);

/** Not random: the same journal each time. */
function mix(n: number): number {
  let x = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function pick<T>(list: readonly T[], n: number): T {
  const chosen = list[n % list.length];
  if (chosen === undefined) throw new Error('an empty list');
  return chosen;
}

function decisionOf(n: number, tool: string, connector: string): Decision {
  const rule = `r${(n % 40) + 1}`;
  const local = { decidedBy: 'local', ruleId: rule } as const;
  const kind = mix(n * 7 + 1) % 48;
  if (kind < 3)
    return { ...local, effect: 'deny', code: 'rule_deny', reason: `Rule ${rule} denies "${tool}" on "${connector}".` };
  if (kind === 3)
    return {
      effect: 'deny',
      decidedBy: 'guard',
      code: 'guard_block',
      reason: 'The guard found: secret (aws-access-key-id).',
    };
  if (kind === 4)
    return { effect: 'allow', decidedBy: 'approval', code: 'approval_granted', reason: 'A person allowed it.' };
  if (kind < 20)
    return { effect: 'allow', decidedBy: 'local', code: 'default_allow', reason: "The connector's default is allow." };
  return { ...local, effect: 'allow', code: 'rule_allow', reason: `Rule ${rule} allows "${tool}" on "${connector}".` };
}

/** One call, or now and then an event. `distinct`: of every tenth call the target is an address that no other call has. */
export function* recordsOf(n: number, distinct = false): Generator<NewAuditRecord> {
  const session = `session-${Math.floor(n / CALLS_IN_SESSION)}`;
  const client = pick(CLIENTS, mix(Math.floor(n / CALLS_IN_SESSION)));
  if (n % 500 === 0)
    yield {
      kind: 'event',
      event: 'session_started',
      'mcp.session.id': session,
      claimed: { client },
      detail: { host: 'headless' },
    };
  const connector = pick(CONNECTORS, mix(n * 3));
  const tool = pick(TOOLS[connector] ?? [], mix(n * 5));
  const decision = decisionOf(n, tool, connector);
  const isResource = distinct && n % 10 === 0;
  const call = {
    call: callId(n + 1),
    'mcp.session.id': session,
    'jsonrpc.request.id': String(n),
    connector,
    claimed: { client, pid: 4000 + (n % 100) },
    ...(isResource
      ? {
          'mcp.method.name': 'resources/read',
          'mcp.resource.uri': `file:///home/ada/Documents/notes/${mix(n)}/page-${n}.md`,
        }
      : { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': tool }),
  };
  yield {
    ...call,
    kind: 'intent',
    decision,
    arguments: {
      path: `~/projects/app/src/${connector}/part-${n % 3000}.ts`,
      limit: n % 100,
      note: { $bytes: 300 + (n % 900) },
    },
    argument_bytes: 420,
  };
  const kind = mix(n * 11 + 3) % 60;
  const failed =
    kind === 0 ? ({ outcome: 'failed', 'error.type': 'server_ended' } as const) : ({ outcome: 'ok' } as const);
  yield {
    ...call,
    kind: 'outcome',
    ...(decision.effect === 'deny' ? ({ outcome: 'refused', 'error.type': decision.code } as const) : failed),
    duration_ms: (mix(n) % 4000) / 10,
    result_bytes: mix(n + 1) % 9000,
  };
}

/** Writes `calls` calls into `directory`. @returns how many lines. */
export function writeJournal(directory: string, calls: number, options: { readonly distinct?: boolean } = {}): number {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const newId = countingIds(50_000_000_000);
  let head: ChainHead = { chainId: CHAIN, seq: -1, hash: GENESIS };
  let written = 0;
  let fd: number | undefined;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = (): void => {
    if (fd !== undefined) writeSync(fd, Buffer.concat(pending));
    pending = [];
    pendingBytes = 0;
  };
  let at = FIRST_MS;
  const stamps = { clock: () => new Date(at), newId, redact: asIs };
  for (let n = 0; n < calls; n += 1) {
    at = FIRST_MS + n * STEP_MS;
    for (const record of recordsOf(n, options.distinct)) {
      const built = buildRecord(record, head, stamps);
      at += 40;
      if (fd === undefined || written > SEGMENT_BYTES) {
        flush();
        if (fd !== undefined) closeSync(fd);
        fd = openSync(join(directory, segmentName(CHAIN, built.record.seq)), 'wx', 0o600);
        written = 0;
      }
      pending.push(built.line);
      pendingBytes += built.line.length;
      written += built.line.length;
      if (pendingBytes > 1024 * 1024) flush();
      head = { chainId: CHAIN, seq: built.record.seq, hash: built.hash };
    }
  }
  flush();
  if (fd !== undefined) closeSync(fd);
  return head.seq + 1;
}
