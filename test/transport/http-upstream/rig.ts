/** A relay session whose server is an HTTP upstream, real HTTP servers to put behind it, and time that a test moves. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { DEFAULT_LIMITS, type WireLimits } from '../../../main/relay/limits.ts';
import type { ParseLarge } from '../../../main/relay/lane.ts';
import type { Authority } from '../../../main/transport/http-upstream/authority.ts';
import type { HttpUpstreamOptions } from '../../../main/transport/http-upstream/link.ts';
import { openStreamableHttp } from '../../../main/transport/http-upstream/streamable-http.ts';
import type { OpenUpstream, Upstream } from '../../../main/transport/upstream.ts';
import { FakePeer, harness, type Answer, type Harness } from '../../relay/harness.ts';

/** Something happened somewhere; whoever waits looks again. */
export class Bell {
  private waiting: (() => void)[] = [];

  ring(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo())
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
  }
}

/** Timers that run only when a test says so. */
export class Timers {
  readonly pending: { readonly ms: number; readonly run: () => void }[] = [];
  /** Every pause that was ever asked for. */
  readonly asked: number[] = [];
  private readonly bell: Bell;

  constructor(bell: Bell) {
    this.bell = bell;
  }

  readonly schedule = (ms: number, then: () => void): (() => void) => {
    const timer = { ms, run: then };
    this.pending.push(timer);
    this.asked.push(ms);
    this.bell.ring();
    return () => {
      const at = this.pending.indexOf(timer);
      if (at >= 0) this.pending.splice(at, 1);
      this.bell.ring();
    };
  };

  has(ms: number): boolean {
    return this.pending.some((timer) => timer.ms === ms);
  }

  /** Runs the timers of exactly this length. */
  run(ms: number): void {
    const due = this.pending.filter((timer) => timer.ms === ms);
    if (due.length === 0)
      throw new Error(`no timer of ${ms} ms; there are ${this.pending.map((one) => one.ms).join()}`);
    for (const timer of due) {
      const at = this.pending.indexOf(timer);
      // Another one that ran just now may have cancelled it.
      if (at < 0) continue;
      this.pending.splice(at, 1);
      timer.run();
    }
  }
}

class ListeningPeer extends FakePeer {
  private readonly bell: Bell;

  constructor(bell: Bell) {
    super();
    this.bell = bell;
  }

  override write(chunks: readonly Buffer[]): boolean {
    const ready = super.write(chunks);
    this.bell.ring();
    return ready;
  }
}

export const OPEN: Authority = {
  headers: () => Promise.resolve({}),
  refused: () => Promise.resolve({ kind: 'refused', reason: 'nobody is signed in' }),
};

export interface Rig {
  readonly bell: Bell;
  readonly timers: Timers;
  readonly h: Harness;
  readonly client: FakePeer;
  readonly upstream: Upstream;
  readonly log: string[];
  /** Key of the request on whose stream it came, of each message from the server, in order. */
  readonly related: (string | undefined)[];
  send(...lines: readonly (string | object)[]): void;
  /** Messages for the client, waiting until there are so many. */
  receive(count?: number): Promise<Answer[]>;
  /** The same as lines. */
  receiveLines(count?: number): Promise<string[]>;
}

export interface RigOptions {
  readonly url: string;
  readonly bell: Bell;
  readonly open?: (options: HttpUpstreamOptions) => OpenUpstream;
  readonly authority?: Authority;
  readonly limits?: Partial<WireLimits>;
  readonly parseLarge?: ParseLarge;
  /** Monotonic milliseconds; without it time stands still. */
  readonly now?: () => number;
  /** Time passes by itself. */
  readonly realTime?: boolean;
}

function realSchedule(ms: number, then: () => void): () => void {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
}

export function rig(options: RigOptions): Rig {
  const { bell, url, parseLarge } = options;
  const timers = new Timers(bell);
  const client = new ListeningPeer(bell);
  const log: string[] = [];
  const related: (string | undefined)[] = [];
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const open = options.open ?? openStreamableHttp;
  let h: Harness | undefined;
  const session = (): Harness['session'] => {
    if (h === undefined) throw new Error('told before the opener returned');
    return h.session;
  };
  const upstream = open({
    url,
    authority: options.authority ?? OPEN,
    limits,
    ...(parseLarge === undefined ? {} : { parseLarge }),
    now: options.now ?? (options.realTime === true ? () => performance.now() : () => 0),
    schedule: options.realTime === true ? realSchedule : timers.schedule,
    userAgent: 'companion/test',
    random: () => 0,
  })({
    bytes: () => {
      throw new Error('it is no stream of bytes');
    },
    message: (parsed, line, key) => {
      if (line.indexOf(0x0a) !== line.length - 1) throw new Error('not one line');
      related.push(key);
      session().messageFromServer(parsed, line, key);
      bell.ring();
    },
    failed: (idKey, reason) => {
      session().requestFailed(idKey, reason);
      bell.ring();
    },
    drained: () => {
      session().serverDrained();
      bell.ring();
    },
    renewed: () => session().serverRenewed(),
    stderr: () => {},
    log: (text) => {
      log.push(text);
      bell.ring();
    },
  });
  const { toolProblem } = upstream;
  const made = harness({
    limits,
    session: { client, server: upstream.peer, ...(toolProblem === undefined ? {} : { toolProblem }) },
  });
  h = made;
  let lines: string[] = [];
  const receiveLines = async (count = 1): Promise<string[]> => {
    await bell.until(() => {
      lines.push(...client.lines());
      return lines.length >= count;
    });
    const got = lines;
    lines = [];
    if (got.length > count) throw new Error(`more than was asked for: ${got.join('\n')}`);
    return got;
  };
  return {
    bell,
    timers,
    h: made,
    client,
    upstream,
    log,
    related,
    send: (...messages) => made.fromClient(...messages),
    receiveLines,
    receive: async (count) => (await receiveLines(count)).map((line) => JSON.parse(line) as Answer),
  };
}

/** One request as a server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly json: {
    readonly id?: string | number;
    readonly method?: string;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly result?: unknown;
  };
  readonly response: ServerResponse;
  /** The client closed the exchange before its end. */
  gone: boolean;
}

export interface HttpServer {
  readonly url: string;
  readonly seen: Seen[];
  /** Requests of this method, or of this HTTP method where nothing was posted. */
  of(method: string): Seen[];
  close(): Promise<void>;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

function closer(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  return () =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
}

/** An HTTP server; `answer` gets each request whole. */
export async function serve(bell: Bell, answer: (seen: Seen) => void): Promise<HttpServer> {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const one: Seen = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        text,
        json: text === '' ? {} : (JSON.parse(text) as Seen['json']),
        response,
        gone: false,
      };
      response.on('close', () => {
        one.gone = !response.writableFinished;
        bell.ring();
      });
      seen.push(one);
      answer(one);
      bell.ring();
    });
    request.on('error', () => {});
  };
  const server = createServer(listener);
  const close = closer(server);
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    seen,
    of: (method) => seen.filter((one) => (one.json.method ?? (one.text === '' ? one.method : 'answer')) === method),
    close,
  };
}

/** A server of raw bytes: what it writes is all there is. */
export async function serveRaw(
  talk: (socket: Socket, received: Buffer) => void,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createNetServer((socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      talk(socket, Buffer.concat(chunks));
    });
  });
  const close = closer(server);
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}/mcp`, close };
}

export function json(seen: Seen, message: object, headers: Readonly<Record<string, string>> = {}, status = 200): void {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  seen.response.writeHead(status, { 'content-type': 'application/json', ...headers });
  seen.response.end(body);
}

export function result(seen: Seen, value: object = {}, headers: Readonly<Record<string, string>> = {}): void {
  json(seen, { id: seen.json.id, result: value }, headers);
}

export function events(seen: Seen, headers: Readonly<Record<string, string>> = {}): void {
  seen.response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
  seen.response.flushHeaders();
}

export function event(seen: Seen, message: object, id?: string): void {
  const head = id === undefined ? '' : `id: ${id}\n`;
  seen.response.write(`${head}data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
}

/** The connection breaks once all that was written has left. */
export function breakOff(seen: Seen, last = ':\n'): void {
  seen.response.write(last, () => seen.response.socket?.destroy());
}

export const INITIALIZE = {
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
export const INITIALIZED = { method: 'notifications/initialized' };
export const SERVER = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  serverInfo: { name: 'scripted', version: '1' },
};

/** What a legacy server says to everything but requests of its own tools. */
export function legacyAnswer(session?: string): (seen: Seen) => boolean {
  return (seen) => {
    const { method } = seen.json;
    if (seen.method === 'GET') seen.response.writeHead(405).end();
    else if (seen.method === 'DELETE') seen.response.writeHead(200).end();
    else if (method === 'initialize') result(seen, SERVER, session === undefined ? {} : { 'mcp-session-id': session });
    else if (seen.json.id === undefined || method === undefined) seen.response.writeHead(202).end();
    else return false;
    return true;
  };
}

/** Introduces the client; what was said so far is taken. */
export async function introduce(r: Rig): Promise<void> {
  r.send(INITIALIZE);
  await r.receive();
  r.send(INITIALIZED);
}

export const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Everything that a test opened, closed in reverse. */
export class Stage {
  private readonly open: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.open.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.open.splice(0).toReversed()) await close();
  }

  rig(options: RigOptions): Rig {
    const made = rig(options);
    this.add(() => made.upstream.stop(0));
    return made;
  }

  /** A scripted HTTP server and a session in front of it. */
  async start(
    answer: (seen: Seen) => void,
    options: Partial<RigOptions> = {},
  ): Promise<{ readonly r: Rig; readonly server: HttpServer }> {
    const bell = new Bell();
    const server = await serve(bell, answer);
    this.add(() => server.close());
    return { r: this.rig({ url: server.url, bell, ...options }), server };
  }

  /** The same with a server of raw bytes. */
  async startRaw(
    talk: (socket: Socket, received: Buffer) => void,
    options: Partial<RigOptions> = {},
  ): Promise<{ readonly r: Rig }> {
    const server = await serveRaw(talk);
    this.add(() => server.close());
    return { r: this.rig({ url: server.url, bell: new Bell(), ...options }) };
  }
}
