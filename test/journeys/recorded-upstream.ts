/** server-everything over HTTP behind a front that keeps the headers of every request; the bytes pass as they are. */
import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { everythingServer, node, type CompanionHome } from './companion-home.ts';

export interface RecordedUpstream {
  /** Where its clients connect to. */
  readonly url: string;
  /** Of every request, in the order of arrival. */
  readonly seen: IncomingHttpHeaders[];
  close(): Promise<void>;
}

const PATHS = { streamableHttp: '/mcp', sse: '/sse' } as const;

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function startRecordedUpstream(
  home: CompanionHome,
  transport: keyof typeof PATHS,
): Promise<RecordedUpstream> {
  const port = await freePort();
  const server = home.spawn(node, [everythingServer, transport], { env: { PORT: String(port) } });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.once('close', () => reject(new Error(`server-everything ended: ${said}`)));
    server.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/(listening|running) on port/i.test(said)) resolve();
    });
  });
  server.stdout.resume();

  const seen: IncomingHttpHeaders[] = [];
  const front = createServer((incoming, answer) => {
    seen.push(incoming.headers);
    const onward = request(
      { host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        answer.flushHeaders();
        reply.on('error', () => answer.destroy());
        reply.pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    // Whoever leaves a stream of events must not keep the server's side of it open.
    answer.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const { port: frontPort } = front.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${frontPort}${PATHS[transport]}`,
    seen,
    close: async () => {
      // It stays when its stdin ends.
      server.kill('SIGKILL');
      front.close();
      front.closeAllConnections();
      await once(front, 'close');
    },
  };
}
