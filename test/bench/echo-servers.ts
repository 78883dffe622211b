/** The echo server's two forms. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchHome } from './bench-home.ts';

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
export const echoServer = beside('echo-server.mjs');
export const bytePipe = beside('byte-pipe.mjs');

/** Starts it over HTTP; its address. */
export async function startHttpEcho(home: BenchHome): Promise<{ url: string; close: () => Promise<void> }> {
  const server = home.start(process.execPath, [beside('http-echo-server.mjs')]);
  const line = await Promise.race([once(server.stdout, 'data'), server.ended]);
  const port = Number(String(line).trim());
  if (!Number.isInteger(port)) throw new Error(`the echo server over HTTP: ${String(line)}`);
  return { url: `http://127.0.0.1:${port}/mcp`, close: () => server.close() };
}
