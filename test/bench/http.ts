/**
 * The legs over HTTP: a raw client and the raw echo server, with nothing, with others' programs and with the companion in
 * between.
 */
import type { BenchHome } from './bench-home.ts';
import { addAddress, addProgram, bind, runlayer } from './companion.ts';
import type { EchoClient } from './echo-client.ts';
import { echoServer, startHttpEcho } from './echo-servers.ts';
import { openHttp } from './http-client.ts';
import { COMPANION, HttpResult } from './http-result.ts';
import { measure, type Size, type Subject } from './measure.ts';
import { installPeers, peersBeforeHttp, peersBeforeStdio, peersFromStdio } from './peers.ts';
import { openStdio } from './stdio-client.ts';
import { printTable } from './table.ts';

const SIZES: readonly Size[] = [
  { name: '100 B', bytes: 100, calls: 200, rounds: 15, wide: 640 },
  { name: '10 KB', bytes: 10_000, calls: 100, rounds: 15, wide: 320 },
  { name: '1 MB', bytes: 1_000_000, calls: 6, rounds: 8, wide: 32 },
];

interface Leg {
  readonly title: string;
  readonly peers: readonly Subject[];
  readonly companion: () => Promise<EchoClient>;
  /** What it is held to: a name, what was measured, the aim. */
  readonly aims: (result: HttpResult) => readonly (readonly [string, string, string])[];
}

/** Runs once, when first asked for, so that a failure of the companion is a cell like any other. */
function once<T>(prepare: () => Promise<T>): () => Promise<T> {
  let prepared: Promise<T> | undefined;
  return () => (prepared ??= prepare());
}

function legs(home: BenchHome, serverUrl: string): Record<HttpLegName, Leg> {
  const address = once(() => addAddress(home, 'over-http', serverUrl));
  const programBinding = once(async () => {
    await addProgram(home, 'over-stdio', echoServer);
    return bind(home, 'over-stdio');
  });
  const addressBinding = once(async () => {
    await address();
    return bind(home, 'over-http');
  });
  return {
    'http-to-stdio': {
      title: 'HTTP to stdio (direct: the same echo server over HTTP)',
      peers: peersBeforeStdio(home),
      companion: async () => {
        const { url, token } = await programBinding();
        return openHttp(url, token);
      },
      aims: (result) => [
        ['HTTP to stdio, p50 at 100 B: supergateway to us', result.peerToCompanion('supergateway'), 'at least 1.7'],
        ['HTTP to stdio, p50 at 100 B: mcp-proxy to us', result.peerToCompanion('mcp-proxy'), 'at least 2.0'],
      ],
    },
    'http-to-http': {
      title: 'HTTP to HTTP',
      peers: peersBeforeHttp(home, serverUrl),
      companion: async () => {
        const { url, token } = await addressBinding();
        return openHttp(url, token);
      },
      aims: (result) => [
        ['HTTP to HTTP, p50: we to direct', result.toDirect('p50Ms'), 'at most 3.0 / 2.8 / 2.1'],
        ['HTTP to HTTP, 32 in flight: we to direct', result.toDirect('perSecond'), 'at least 0.35 / 0.45 / 0.60'],
      ],
    },
    'stdio-to-http': {
      title: 'stdio to HTTP (direct: a client over HTTP)',
      peers: peersFromStdio(home, serverUrl),
      companion: async () => {
        await address();
        return openStdio(home, runlayer, ['run', 'over-http']);
      },
      aims: (result) => [
        ['stdio to HTTP, p50 at 100 B: mcp-remote to us', result.peerToCompanion('mcp-remote'), 'at least 2.5'],
        ['stdio to HTTP, p50 at 100 B: supergateway to us', result.peerToCompanion('supergateway'), 'at least 1.7'],
      ],
    },
  };
}

export const HTTP_LEGS = ['http-to-stdio', 'http-to-http', 'stdio-to-http'] as const;
export type HttpLegName = (typeof HTTP_LEGS)[number];

/** False where the companion failed. */
export async function compareOverHttp(home: BenchHome, names: readonly HttpLegName[]): Promise<boolean> {
  installPeers();
  const server = await startHttpEcho(home);
  const all = legs(home, server.url);
  const results: HttpResult[] = [];
  const rows: (readonly string[])[] = [];
  for (const name of names) {
    const { title, peers, companion, aims } = all[name];
    const subjects: Subject[] = [
      { name: 'direct', open: () => openHttp(server.url) },
      ...peers,
      { name: COMPANION, open: companion },
    ];
    const result = new HttpResult(
      subjects.map((subject) => subject.name),
      SIZES,
      await measure(subjects, SIZES),
    );
    result.print(title);
    results.push(result);
    rows.push(...aims(result));
  }
  console.log('');
  printTable(['in this run', 'measured', 'aim'], rows);
  await server.close();
  return !results.some(({ companionFailed }) => companionFailed);
}
