/** Another host that is really there, takes everything, and that nothing should ever reach. */
import { createServer } from 'node:http';

export interface Bystander {
  readonly url: string;
  /** Connections and requests; empty when nothing came near it. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

export async function openBystander(): Promise<Bystander> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"correlation_id":"c","permission":"allow"}');
  });
  server.on('connection', () => seen.push('connection'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
