/** A plain HTTP client of the endpoint that reads streams event by event. */
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { MODERN, MODERN_META, TOKEN, type Rig } from './rig.ts';

export interface Event {
  readonly id: string | undefined;
  readonly data: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** The one message of a JSON answer. */
  readonly json: Message;
}

export interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> };
}

export interface OpenStream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Rejects when the stream ends before another event. */
  next(): Promise<Event>;
  /** The message of the next event that has one. */
  message(): Promise<Message>;
  /** Resolves with the events that come until its end. */
  rest(): Promise<readonly Event[]>;
  /** Stops reading; bytes stay in the sockets. */
  pause(): void;
  resume(): void;
  close(): void;
}

export interface Options {
  readonly method?: string;
  readonly path?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

function begin(
  rig: Rig,
  options: Options,
  body: string | undefined,
): Promise<readonly [ClientRequest, IncomingMessage]> {
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port: rig.port,
      agent: false,
      method: options.method ?? (body === undefined ? 'GET' : 'POST'),
      path: options.path ?? '/mcp',
      headers: {
        authorization: `Bearer ${options.token ?? TOKEN}`,
        accept: 'application/json, text/event-stream',
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...options.headers,
      },
    });
    sent.once('response', (response) => resolve([sent, response]));
    sent.once('error', reject);
    sent.end(body);
  });
}

const textOf = (message: object | string): string =>
  typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message });

export async function send(rig: Rig, message: object | string | undefined, options: Options = {}): Promise<Answer> {
  const [, response] = await begin(rig, options, message === undefined ? undefined : textOf(message));
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text) as Message;
    },
  };
}

/** Sends and lets the caller leave before any answer. */
export function sendAndLeave(rig: Rig, message: object, options: Options = {}): { readonly leave: () => void } {
  const body = textOf(message);
  const sent = request({
    host: '127.0.0.1',
    port: rig.port,
    agent: false,
    method: 'POST',
    path: '/mcp',
    headers: {
      authorization: `Bearer ${TOKEN}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...options.headers,
    },
  });
  sent.on('error', () => {});
  sent.end(body);
  return { leave: () => sent.destroy() };
}

function parseEvent(block: string): Event | undefined {
  let id: string | undefined;
  let data: string | undefined;
  for (const line of block.split('\n')) {
    if (line.startsWith('id: ')) id = line.slice(4);
    if (line.startsWith('data: ')) data = data === undefined ? line.slice(6) : `${data}\n${line.slice(6)}`;
  }
  return data === undefined ? undefined : { id, data };
}

/** Opens a stream: a GET of `path`, or a POST of `message`. */
export async function openStream(
  rig: Rig,
  path: string,
  options: Omit<Options, 'path'> & { readonly message?: object | string } = {},
): Promise<OpenStream> {
  const [sent, response] = await begin(
    rig,
    { ...options, path },
    options.message === undefined ? undefined : textOf(options.message),
  );
  let buffered = '';
  let over = false;
  const events: Event[] = [];
  let wake = (): void => {};
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    buffered += chunk;
    const blocks = buffered.split('\n\n');
    buffered = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event !== undefined) events.push(event);
    }
    wake();
  });
  const end = (): void => {
    over = true;
    wake();
  };
  response.on('end', end);
  response.on('error', end);
  response.on('close', end);
  sent.on('error', end);
  const next = async (): Promise<Event> => {
    for (;;) {
      const event = events.shift();
      if (event !== undefined) return event;
      if (over) throw new Error('the stream ended');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    next,
    message: async () => {
      for (;;) {
        const { data } = await next();
        if (data !== '') return JSON.parse(data) as Message;
      }
    },
    rest: async () => {
      const all: Event[] = [];
      for (;;) {
        try {
          all.push(await next());
        } catch {
          return all;
        }
      }
    },
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: () => sent.destroy(),
  };
}

export interface LegacyClient {
  readonly id: string;
  post(message: object | string, headers?: Record<string, string>): Promise<Answer>;
  stream(message: object): Promise<OpenStream>;
  /** Sends, without an answer to wait for. */
  ask(message: object): { readonly leave: () => void };
  listen(lastEventId?: string): Promise<OpenStream>;
  end(): Promise<Answer>;
}

/** A legacy session, begun and initialized. */
export async function legacyClient(rig: Rig, version = '2025-11-25', token = TOKEN): Promise<LegacyClient> {
  const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: 'legacy', version: '1' } };
  const first = await send(rig, { id: 'init', method: 'initialize', params }, { token });
  const id = String(first.headers['mcp-session-id']);
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': version };
  await send(rig, { method: 'notifications/initialized' }, { token, headers });
  return {
    id,
    post: (message, extra = {}) => send(rig, message, { token, headers: { ...headers, ...extra } }),
    stream: (message) => openStream(rig, '/mcp', { token, headers, message }),
    ask: (message) => sendAndLeave(rig, message, { headers }),
    listen: (lastEventId) =>
      openStream(rig, '/mcp', {
        token,
        headers: { ...headers, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
      }),
    end: () => send(rig, undefined, { method: 'DELETE', token, headers }),
  };
}

/** A modern request with its headers. */
export function modern(
  id: unknown,
  method: string,
  params: Record<string, unknown> = {},
  meta: Record<string, unknown> = {},
): { readonly message: object; readonly headers: Record<string, string> } {
  const name = typeof params['name'] === 'string' ? { 'mcp-name': params['name'] } : {};
  return {
    message: { id, method, params: { ...params, _meta: { ...MODERN_META, ...meta } } },
    headers: { 'mcp-protocol-version': MODERN, 'mcp-method': method, ...name },
  };
}
