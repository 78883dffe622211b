/** A session with a scripted client and server on its two ends: no I/O, no clock, ids that count. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Decision, DefaultMode, NewAuditRecord, Rule } from '../../preload/contract/index.ts';
import type { ApprovalRequest } from '../../main/approval/approvals.ts';
import { compilePolicy, type Policy } from '../../main/policy/decide.ts';
import type { Findings } from '../../main/relay/findings.ts';
import { DEFAULT_LIMITS, type WireLimits } from '../../main/relay/limits.ts';
import type { SessionOptions, StreamPeer } from '../../main/relay/session-options.ts';
import { Session } from '../../main/relay/session.ts';
import { OPEN_SESSION } from '../fixtures/open-gates.ts';

export class FakePeer implements StreamPeer {
  bytes: Buffer[] = [];
  writes = 0;
  /** What write() answers. */
  ready = true;
  paused = false;
  waiting = 0;
  ended = false;
  /** Pauses and resumes in order. */
  readonly flow: ('pause' | 'resume')[] = [];

  write(chunks: readonly Buffer[]): boolean {
    if (this.ended) throw new Error('written after its end');
    this.writes++;
    // Copied: what is written must be right now, not later.
    for (const chunk of chunks) this.bytes.push(Buffer.from(chunk));
    return this.ready;
  }
  backlog(): number {
    return this.waiting;
  }
  pause(): void {
    this.paused = true;
    this.flow.push('pause');
  }
  resume(): void {
    this.paused = false;
    this.flow.push('resume');
  }
  end(): void {
    this.ended = true;
  }

  /** Everything since the last call. */
  take(): string {
    const text = Buffer.concat(this.bytes).toString('utf8');
    this.bytes = [];
    return text;
  }
  lines(): string[] {
    const text = this.take();
    if (text !== '' && !text.endsWith('\n')) throw new Error(`an unfinished line left: ${text.slice(-80)}`);
    return text.split('\n').slice(0, -1);
  }
  messages(): Answer[] {
    return this.lines().map((line) => JSON.parse(line) as Answer);
  }
}

/** What tests look at in a message. */
export interface Answer {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: {
    readonly isError?: boolean;
    readonly content?: readonly { readonly text?: string }[];
    readonly tools?: readonly { readonly name: string }[];
    readonly _meta?: { readonly 'com.runlayer/decision': { readonly code: string; readonly ref: string } };
    readonly [key: string]: unknown;
  };
  readonly error?: { readonly code: number; readonly message: string };
}

export function rule(effect: Rule['effect'], tool: string, connector = '*'): Rule {
  return { id: `${effect}-${tool}-${connector}`, effect, connector, tool, createdAt: '2026-01-01T00:00:00.000Z' };
}

export function policyOf(mode: DefaultMode, rules: readonly Rule[] = []): Policy {
  return compilePolicy({ connector: 'files', default: mode, rules });
}

export interface Question {
  readonly request: ApprovalRequest;
  readonly signal: AbortSignal;
  answer(decision: Decision): void;
}

export function decision(effect: 'allow' | 'deny', code: Decision['code']): Decision {
  return { effect, decidedBy: 'approval', code, reason: 'x' };
}

export interface Harness {
  readonly session: Session;
  readonly client: FakePeer;
  readonly server: FakePeer;
  readonly records: NewAuditRecord[];
  readonly questions: Question[];
  readonly dropped: string[];
  readonly strays: string[];
  readonly fatal: string[];
  readonly introduced: string[];
  readonly found: Findings[];
  alive: number;
  policy: Policy;
  /** Monotonic milliseconds. */
  now: number;
  /** Milliseconds since 1970. */
  wall: number;
  journalFails: boolean | ((record: NewAuditRecord) => boolean);
  fromClient(...lines: readonly (string | object)[]): void;
  fromServer(...lines: readonly (string | object)[]): void;
  settle(): Promise<void>;
  /** `intent allow`, `outcome ok`, … in order, with the tool or method. */
  trail(): string[];
}

function text(line: string | object): string {
  return typeof line === 'string' ? line : JSON.stringify({ jsonrpc: '2.0', ...line });
}

export function harness(
  options: {
    readonly policy?: Policy;
    readonly limits?: Partial<WireLimits>;
    readonly session?: Partial<SessionOptions>;
  } = {},
): Harness {
  const client = new FakePeer();
  const server = new FakePeer();
  let ids = 0;
  const h: Omit<Harness, 'session'> & { session: Session | undefined } = {
    session: undefined,
    client,
    server,
    records: [],
    questions: [],
    dropped: [],
    strays: [],
    fatal: [],
    introduced: [],
    found: [],
    alive: 0,
    policy: options.policy ?? policyOf('allow'),
    now: 0,
    wall: 0,
    journalFails: false,
    fromClient: (...lines) => session.fromClient(Buffer.from(lines.map((line) => `${text(line)}\n`).join(''))),
    fromServer: (...lines) => session.fromServer(Buffer.from(lines.map((line) => `${text(line)}\n`).join(''))),
    settle: async () => {
      for (let i = 0; i < 5; i++) await turn();
    },
    trail: () =>
      h.records.map((record) => {
        if (record.kind === 'event') return record.event;
        const what = record['gen_ai.tool.name'] ?? record['mcp.method.name'];
        return record.kind === 'intent'
          ? `intent ${record.decision.effect} ${record.decision.code} ${what}`
          : `outcome ${record.outcome} ${what}`;
      }),
  };
  const session = new Session({
    sessionId: 's-1',
    connector: 'files',
    ...OPEN_SESSION,
    found: (findings) => h.found.push(findings),
    claimed: () => ({ pid: 7 }),
    introduced: (name) => h.introduced.push(name),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    client,
    server,
    policy: () => h.policy,
    ask: (request, signal) =>
      new Promise((resolve) => {
        h.questions.push({ request, signal, answer: resolve });
      }),
    record: (records) => {
      const { journalFails } = h;
      const fails = typeof journalFails === 'boolean' ? () => journalFails : journalFails;
      if (records.some((record) => fails(record))) throw new Error('ENOSPC');
      h.records.push(...records);
    },
    shape: () => ({}),
    showArguments: (source) => source,
    newId: () => `id-${++ids}`,
    now: () => h.now,
    wallNow: () => h.wall,
    stray: (line) => h.strays.push(line),
    dropped: (side, reason) => h.dropped.push(`${side}: ${reason}`),
    fatal: (reason) => h.fatal.push(reason),
    alive: () => h.alive++,
    ...options.session,
  });
  h.session = session;
  return h as Harness;
}

export function tool(name: string, extra: object = {}): object {
  return { name, description: `does ${name}`, inputSchema: { type: 'object' }, ...extra };
}

/** Lets the client list the tools, so that calls are decided at once. Takes what was written on both sides. */
export function listTools(h: Harness, tools: readonly unknown[]): void {
  h.fromClient({ id: 'list', method: 'tools/list' });
  h.fromServer({ id: 'list', result: { tools } });
  h.client.take();
  h.server.take();
}

export function call(id: unknown, name: string, args: unknown = {}): object {
  return { id, method: 'tools/call', params: { name, arguments: args } };
}
