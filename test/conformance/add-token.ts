/**
 * A forwarder before an endpoint that wants a bearer token, which the suite cannot send. Host and Origin that name the
 * forwarder name the endpoint instead; any other value passes as it is, so that a scenario about rebinding meets the
 * endpoint's own check. Nothing else is touched, neither ways.
 */
import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Opened } from './opened.ts';

export interface Guarded {
  /** `http://127.0.0.1:<port>/…` or the same with `localhost`. */
  readonly url: string;
  readonly token: string;
}

/** Names and values in turn, as Node gives and takes them. */
export function withToken(rawHeaders: readonly string[], from: number, to: number, token: string): string[] {
  const mapped: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'authorization') continue;
    mapped.push(name, lower === 'host' || lower === 'origin' ? mapAuthority(value, from, to) : value);
  }
  mapped.push('Authorization', `Bearer ${token}`);
  return mapped;
}

function mapAuthority(value: string, from: number, to: number): string {
  const own = /^(http:\/\/)?(localhost|127\.0\.0\.1|\[::1\]):(\d+)$/.exec(value);
  return own?.[2] !== undefined && Number(own[3]) === from ? `${own[1] ?? ''}${own[2]}:${to}` : value;
}

export async function openAddToken({ url, token }: Guarded): Promise<Opened> {
  const target = new URL(url);
  const to = Number(target.port);
  const server = createServer((request, response) => {
    const forwarded = send({
      host: '127.0.0.1',
      port: to,
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: withToken(request.rawHeaders, port, to, token),
      setHost: false,
    });
    forwarded.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    forwarded.on('error', () => response.destroy());
    // Closing the response stream is how a client cancels.
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${target.pathname}${target.search}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
