/**
 * The endpoint over real loopback sockets, in front of real relay sessions whose servers are scripted. Time and tokens are
 * the test's own.
 */
import { OPEN_SESSION } from '../../fixtures/open-gates.ts';
import { setImmediate as turn } from 'node:timers/promises';
import type { Claimed, JsonObject } from '../../../preload/contract/index.ts';
import { DEFAULT_LIMITS, type WireLimits } from '../../../main/relay/limits.ts';
import { parseMessage } from '../../../main/relay/parse-message.ts';
import type { MessagePeer, Outbound } from '../../../main/relay/session-options.ts';
import { Session } from '../../../main/relay/session.ts';
import type { Principal, ServedClient, ServedSession } from '../../../main/transport/downstream.ts';
import type { HttpEndpointOptions } from '../../../main/transport/http-endpoint/endpoint-options.ts';
import { createHttpEndpoint, type HttpEndpoint } from '../../../main/transport/http-endpoint/http-endpoint.ts';
import { policyOf } from '../../relay/harness.ts';

export interface Asked {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: JsonObject;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** One session that the endpoint opened, and the server behind it. */
export class ServedFake implements ServedSession {
  readonly id: string;
  readonly principal: Principal;
  readonly claimed: (params?: JsonObject) => Claimed;
  /** Every line that reached the server. */
  readonly lines: string[] = [];
  readonly dropped: string[] = [];
  readonly flow: ('pause' | 'resume')[] = [];
  /** What the endpoint answered to deliver(). */
  readonly ready: boolean[] = [];
  drained = 0;
  gone = 0;
  /** How many sessions it says it stands for. */
  weight = 1;
  readonly done: Promise<unknown>;
  private readonly relay: Session;
  private finish: () => void = () => {};
  private readonly script: Script;

  constructor(
    id: string,
    principal: Principal,
    client: ServedClient,
    script: Script,
    limits: WireLimits,
    now: () => number,
  ) {
    this.id = id;
    this.principal = principal;
    this.claimed = client.claimed;
    this.script = script;
    this.done = new Promise<void>((resolve) => {
      this.finish = resolve;
    });
    let ids = 0;
    const watched: MessagePeer = {
      ...client.peer,
      deliver: (messages) => {
        const ready = client.peer.deliver(messages);
        this.ready.push(ready);
        return ready;
      },
    };
    this.relay = new Session({
      sessionId: id,
      connector: 'files',
      ...OPEN_SESSION,
      claimed: client.claimed,
      introduced: () => {},
      limits,
      client: watched,
      server: {
        deliver: (messages: readonly Outbound[]) => {
          for (const { bytes } of messages) this.heard(bytes.toString('utf8'));
          return true;
        },
        backlog: () => 0,
        pause: () => this.flow.push('pause'),
        resume: () => this.flow.push('resume'),
        end: () => {},
      },
      policy: () => policyOf('allow'),
      ask: () => Promise.reject(new Error('nobody is asked')),
      record: () => {},
      shape: () => ({}),
      showArguments: (source) => source,
      newId: () => `${id}-${++ids}`,
      now,
      wallNow: now,
      stray: () => {},
      dropped: (side, reason) => this.dropped.push(`${side}: ${reason}`),
      fatal: () => this.end(),
      alive: () => {},
    });
  }

  private heard(line: string): void {
    this.lines.push(line);
    const message = JSON.parse(line) as Asked;
    queueMicrotask(() => this.script(message, this));
  }

  /** The methods of what reached the server. */
  get methods(): (string | undefined)[] {
    return this.lines.map((line) => (JSON.parse(line) as Asked).method);
  }

  messages(): Asked[] {
    return this.lines.map((line) => JSON.parse(line) as Asked);
  }

  /** The server says something; `related` as a server over HTTP would say it. */
  say(message: object | string, related?: string): void {
    const text = typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message });
    const line = Buffer.from(`${text}\n`);
    this.relay.messageFromServer(parseMessage(line, 'server', DEFAULT_LIMITS), line, related);
  }

  answer(id: unknown, result: object = {}): void {
    this.say({ id, result });
  }

  /** The server is gone. */
  end(): void {
    this.relay.serverEnded();
    this.finish();
  }

  pauseClient(): void {
    this.relay['options'].client.pause();
  }
  resumeClient(): void {
    this.relay['options'].client.resume();
  }

  messageFromClient(...args: Parameters<ServedSession['messageFromClient']>): void {
    this.relay.messageFromClient(...args);
  }
  clientDrained(): void {
    this.drained++;
    this.relay.clientDrained();
  }
  clientGone(): void {
    this.gone++;
    this.relay.close('client_gone');
    this.finish();
  }
  get openCalls(): number {
    return this.relay.openCalls;
  }
  get awaitsInput(): boolean {
    return this.relay.awaitsInput;
  }
  /** What its owner does once a second. */
  tick(): void {
    this.relay.tick();
  }
}

export type Script = (message: Asked, server: ServedFake) => void;

export const MODERN = '2026-07-28';
export const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test-client', version: '1' },
};

const ECHO = {
  name: 'echo',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
};

/** Answers what a dual-era echo server answers; says nothing to what it does not know. */
export const echoScript: Script = ({ id, method, params }, server) => {
  if (id === undefined) return;
  const complete = { resultType: 'complete' };
  switch (method) {
    case 'initialize':
      server.answer(id, {
        protocolVersion: params?.['protocolVersion'],
        capabilities: { tools: {} },
        serverInfo: { name: 'echo', version: '1' },
      });
      return;
    case 'server/discover':
      server.answer(id, {
        ...complete,
        supportedVersions: [MODERN],
        capabilities: { tools: {} },
        ttlMs: 0,
        cacheScope: 'private',
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'echo', version: '1' } },
      });
      return;
    case 'tools/list':
      server.answer(id, { ...complete, tools: [ECHO], ttlMs: 0, cacheScope: 'private' });
      return;
    case 'tools/call': {
      const text = (params?.['arguments'] as { text?: unknown } | undefined)?.text;
      server.answer(id, { ...complete, content: [{ type: 'text', text: typeof text === 'string' ? text : '' }] });
      return;
    }
    case 'ping':
      server.answer(id);
      return;
    case undefined:
      return;
    default:
      server.say({ id, error: { code: -32_601, message: 'Method not found' } });
  }
};

/** As the echo server, but it knows nothing of the modern era. */
export const legacyScript: Script = (message, server) => {
  if (message.method === 'server/discover')
    server.say({ id: message.id, error: { code: -32_601, message: 'Method not found' } });
  else echoScript(message, server);
};

export const TOKEN = 'a'.repeat(43);
export const OTHER_TOKEN = 'b'.repeat(43);

export interface Rig {
  readonly endpoint: HttpEndpoint;
  readonly port: number;
  readonly url: URL;
  /** Sessions in the order of their opening. */
  readonly served: ServedFake[];
  readonly logs: string[];
  readonly tokens: Map<string, Principal>;
  /** Milliseconds since the epoch. */
  now: number;
  /** Lets time pass and runs what was scheduled for it. */
  pass(ms: number): void;
  script: Script;
  /** What happens before a session is opened. */
  opening: () => Promise<void>;
  close(): Promise<void>;
}

export async function startRig(options: Partial<HttpEndpointOptions> = {}, script: Script = echoScript): Promise<Rig> {
  let scheduled: { readonly at: number; readonly run: () => void }[] = [];
  const served: ServedFake[] = [];
  const logs: string[] = [];
  const tokens = new Map<string, Principal>([
    [TOKEN, { id: 'b1', client: undefined }],
    [OTHER_TOKEN, { id: 'b2', client: 'claude_code' }],
  ]);
  let minted = 0;
  const limits = options.limits ?? DEFAULT_LIMITS;
  const endpoint = createHttpEndpoint({
    authenticate: (bearer) => tokens.get(bearer),
    origins: () => [],
    open: async (principal, client) => {
      await rig.opening();
      const session = new ServedFake(
        `s-${served.length + 1}`,
        principal,
        client,
        (m, s) => rig.script(m, s),
        limits,
        () => rig.now,
      );
      served.push(session);
      return session;
    },
    limits,
    now: () => rig.now,
    schedule: (ms, run) => {
      const entry = { at: rig.now + ms, run };
      scheduled.push(entry);
      return () => {
        scheduled = scheduled.filter((other) => other !== entry);
      };
    },
    randomToken: () => `${'S'.repeat(40)}${String(++minted).padStart(3, '0')}`,
    log: (text) => logs.push(text),
    ...options,
  });
  const listener = await endpoint.listen({ kind: 'loopback', port: 0 });
  const port = listener.port ?? 0;
  const rig: Rig = {
    endpoint,
    port,
    url: new URL(`http://127.0.0.1:${port}/mcp`),
    served,
    logs,
    tokens,
    now: 1_800_000_000_000,
    pass: (ms) => {
      const end = rig.now + ms;
      for (;;) {
        const next = scheduled.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        scheduled = scheduled.filter((other) => other !== next);
        rig.now = Math.max(rig.now, next.at);
        next.run();
      }
      rig.now = end;
    },
    script,
    opening: () => Promise.resolve(),
    close: () => endpoint.close(),
  };
  return rig;
}

/** Lets everything that is on its way between sockets of this process arrive. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn();
}
