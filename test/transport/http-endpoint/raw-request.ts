/** A request as bytes, and ways to break one thing about it. */
import { MODERN, MODERN_META } from './rig.ts';

export interface Parts {
  line: string;
  headers: string[];
  body: string;
}

export type Change = (parts: Parts) => void;

export const build = (parts: Parts): string => `${[parts.line, ...parts.headers].join('\r\n')}\r\n\r\n${parts.body}`;

function post(port: number, token: string, target: string, message: object, headers: readonly string[]): Parts {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return {
    line: `POST ${target} HTTP/1.1`,
    headers: [
      `Host: 127.0.0.1:${port}`,
      'Content-Type: application/json',
      'Accept: application/json, text/event-stream',
      `Authorization: Bearer ${token}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...headers,
      'Connection: close',
    ],
    body,
  };
}

export interface Bases {
  readonly port: number;
  readonly token: string;
  /** Of a legacy session that is open. */
  readonly sessionId: string;
  /** Of a session of the transport of 2024 that is open. */
  readonly sseId: string;
}

/** Requests that are served. */
export const bases = {
  modern: ({ port, token }: Bases): Parts =>
    post(
      port,
      token,
      '/mcp',
      { id: 1, method: 'tools/call', params: { name: 'echo', arguments: {}, _meta: MODERN_META } },
      [`MCP-Protocol-Version: ${MODERN}`, 'Mcp-Method: tools/call', 'Mcp-Name: echo'],
    ),
  initialize: ({ port, token }: Bases): Parts =>
    post(port, token, '/mcp', { id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25' } }, []),
  session: ({ port, token, sessionId }: Bases): Parts =>
    post(port, token, '/mcp', { id: 2, method: 'tools/list' }, [
      `Mcp-Session-Id: ${sessionId}`,
      'MCP-Protocol-Version: 2025-11-25',
    ]),
  messages: ({ port, token, sseId }: Bases): Parts =>
    post(port, token, `/messages?sessionId=${sseId}`, { id: 2, method: 'tools/list' }, []),
  listen: ({ port, token, sessionId }: Bases): Parts => ({
    line: 'GET /mcp HTTP/1.1',
    headers: [
      `Host: 127.0.0.1:${port}`,
      'Accept: text/event-stream',
      `Authorization: Bearer ${token}`,
      `Mcp-Session-Id: ${sessionId}`,
      'Connection: close',
    ],
    body: '',
  }),
  sse: ({ port, token }: Bases): Parts => ({
    line: 'GET /sse HTTP/1.1',
    headers: [
      `Host: 127.0.0.1:${port}`,
      'Accept: text/event-stream',
      `Authorization: Bearer ${token}`,
      'Connection: close',
    ],
    body: '',
  }),
} as const;

export type BaseName = keyof typeof bases;

export function replaced(name: string, ...lines: string[]): Change {
  return (parts) => {
    parts.headers = parts.headers.flatMap((line) =>
      line.toLowerCase().startsWith(`${name.toLowerCase()}:`) ? lines : [line],
    );
  };
}

export const added =
  (...lines: string[]): Change =>
  (parts) => {
    parts.headers.push(...lines);
  };

export const requestLine =
  (text: string): Change =>
  (parts) => {
    parts.line = text;
  };

/** Keeps the method. */
export const target =
  (text: string): Change =>
  (parts) => {
    parts.line = `${parts.line.split(' ')[0] ?? ''} ${text} HTTP/1.1`;
  };

export const method =
  (name: string): Change =>
  (parts) => {
    parts.line = parts.line.replace(/^\S+/, name);
  };

export function body(text: string): Change {
  return (parts) => {
    parts.body = text;
    replaced('content-length', `Content-Length: ${Buffer.byteLength(text)}`)(parts);
  };
}

/** Changes the message and keeps the headers. */
export function message(change: (message: Record<string, unknown>) => void): Change {
  return (parts) => {
    const value = JSON.parse(parts.body) as Record<string, unknown>;
    change(value);
    body(JSON.stringify(value))(parts);
  };
}

/** The same body in one chunk. */
export const chunked =
  (around: (chunk: string) => string = (chunk) => `${chunk}0\r\n\r\n`): Change =>
  (parts) => {
    replaced('content-length', 'Transfer-Encoding: chunked')(parts);
    parts.body = around(`${Buffer.byteLength(parts.body).toString(16)}\r\n${parts.body}\r\n`);
  };

export const both =
  (...changes: Change[]): Change =>
  (parts) => {
    for (const change of changes) change(parts);
  };
