/** Programs of others that do over HTTP what the companion does, started as their own pages say. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchHome } from './bench-home.ts';
import type { EchoClient } from './echo-client.ts';
import { echoServer } from './echo-servers.ts';
import { freePort, listening } from './free-port.ts';
import { openHttp } from './http-client.ts';
import type { Subject } from './measure.ts';
import { openStdio } from './stdio-client.ts';

const folder = fileURLToPath(new URL('peers', import.meta.url));
const installed = (...path: string[]): string => join(folder, 'node_modules', ...path);
const SUPERGATEWAY = installed('supergateway', 'dist', 'index.js');
const MCP_PROXY = installed('mcp-proxy', 'dist', 'bin', 'mcp-proxy.mjs');
const MCP_REMOTE = installed('mcp-remote', 'dist', 'proxy.js');

/** Two words: supergateway takes the quotes off `--name="a" "b"`. */
const option = (name: string, value: string): readonly string[] => [`--${name}`, value];

/** On the first run, and when the lockfile is newer than what is there. */
export function installPeers(): void {
  const done = installed('.package-lock.json');
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(join(folder, 'package-lock.json')).mtimeMs) return;
  console.log('installing the peers…');
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--silent'], { cwd: folder, stdio: 'inherit' });
  if (result.status !== 0) throw new Error('npm ci failed in test/bench/peers');
}

/** Starts a program that listens on a port, and a client at its `/mcp`. */
async function openListening(home: BenchHome, words: (port: string) => readonly string[]): Promise<EchoClient> {
  const port = await freePort();
  const peer = home.start(process.execPath, words(String(port)));
  peer.stdout.resume();
  try {
    await listening(port, peer.ended);
    const client = await openHttp(`http://127.0.0.1:${port}/mcp`);
    return {
      call: client.call,
      close: async () => {
        await client.close();
        await peer.close('SIGTERM');
      },
    };
  } catch (error) {
    await peer.close('SIGTERM');
    throw error;
  }
}

/** In front of the echo server on stdio. */
export function peersBeforeStdio(home: BenchHome): Subject[] {
  // It gives this to a shell. Without --stateful it starts the server anew for each request.
  const words = `"${process.execPath}" "${echoServer}"`;
  return [
    {
      name: 'supergateway 4.0.0',
      open: () =>
        openListening(home, (port) => [
          SUPERGATEWAY,
          ...option('stdio', words),
          ...option('outputTransport', 'streamableHttp'),
          ...option('port', port),
          ...option('logLevel', 'none'),
          '--stateful',
        ]),
    },
    {
      name: 'mcp-proxy 6.7.19',
      open: () =>
        openListening(home, (port) => [
          MCP_PROXY,
          ...option('host', '127.0.0.1'),
          ...option('port', port),
          ...option('server', 'stream'),
          '--',
          process.execPath,
          echoServer,
        ]),
    },
  ];
}

/** In front of a server over HTTP. */
export function peersBeforeHttp(home: BenchHome, url: string): Subject[] {
  return [
    {
      name: 'http-proxy-3 2.0.1',
      open: () => openListening(home, (port) => [join(folder, 'reverse-proxy.mjs'), port, new URL(url).origin]),
    },
    {
      name: 'mcp-proxy 6.7.19',
      open: () => openListening(home, (port) => [join(folder, 'mcp-proxy-over-http.mjs'), port, url]),
    },
  ];
}

/** For a client on stdio, with a server over HTTP. */
export function peersFromStdio(home: BenchHome, url: string): Subject[] {
  return [
    { name: 'mcp-remote 0.15.1', open: () => openStdio(home, process.execPath, [MCP_REMOTE, url]) },
    {
      name: 'supergateway 4.0.0',
      open: () =>
        openStdio(home, process.execPath, [
          SUPERGATEWAY,
          ...option('streamableHttp', url),
          ...option('logLevel', 'none'),
        ]),
    },
  ];
}
