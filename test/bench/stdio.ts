/** The legs over pipes: the raw client reaches a server directly, through a bare byte pipe (the floor), and through us. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { BenchHome } from './bench-home.ts';
import { addProgram, runlayer } from './companion.ts';
import { bytePipe, echoServer } from './echo-servers.ts';
import { hasFailed, measure, p50, ratio, shown, shownRatio, type Size } from './measure.ts';
import { openStdio } from './stdio-client.ts';

const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const STARTS = 15;

const SIZES: readonly Size[] = [
  { name: '100 B', bytes: 100, calls: 400, rounds: 15, wide: 800 },
  { name: '10 KB', bytes: 10_000, calls: 200, rounds: 15, wide: 400 },
  { name: '1 MB', bytes: 1_000_000, calls: 8, rounds: 10, wide: 16 },
];

/** One server, reached in three ways in turn. False where the companion failed. */
async function compare(
  home: BenchHome,
  label: string,
  connector: string,
  server: string,
  sizes: readonly Size[],
): Promise<boolean> {
  await addProgram(home, connector, server);
  const node = process.execPath;
  const pipe = [bytePipe, 'front', join(home.path, `${connector}.sock`), node, server];
  const rows = await measure(
    [
      { name: 'direct', open: () => openStdio(home, node, [server]) },
      { name: 'byte pipe', open: () => openStdio(home, node, pipe) },
      { name: 'companion', open: () => openStdio(home, runlayer, ['run', connector]) },
    ],
    sizes,
  );
  console.log(`\n${label}`);
  console.log('size    p50 direct   byte pipe    companion    to direct  to pipe   32 in flight: to direct  to pipe');
  for (const [row, [direct, floor, ours]] of rows.entries()) {
    const ms = [direct, floor, ours].map((cell) => shown(cell, 'p50Ms').padEnd(12));
    const of = (figure: 'p50Ms' | 'perSecond'): string[] =>
      [direct, floor].map((other) => shownRatio(ratio(ours, other, figure)).padEnd(10));
    console.log(
      `${sizes[row]?.name.padEnd(7)} ${ms.join(' ')} ${of('p50Ms').join(' ')}               ${of('perSecond').join(' ')}`.trimEnd(),
    );
  }
  return !rows.some((cells) => cells.some(hasFailed));
}

async function compareStarts(home: BenchHome): Promise<void> {
  const starts: Record<'direct' | 'companion', number[]> = { direct: [], companion: [] };
  for (let round = 0; round < STARTS; round++) {
    for (const [name, command, args] of [
      ['direct', process.execPath, [echoServer]],
      ['companion', runlayer, ['run', 'echo']],
    ] as const) {
      const began = performance.now();
      const client = await openStdio(home, command, args);
      starts[name].push(performance.now() - began);
      await client.close();
    }
  }
  console.log(
    `\nspawn to tools/list answer, p50: direct ${p50(starts.direct).toFixed(0)} ms, through a running companion ${p50(starts.companion).toFixed(0)} ms`,
  );
}

/** False where something failed. */
export async function compareOverStdio(home: BenchHome): Promise<boolean> {
  const raw = await compare(home, 'raw echo server', 'echo', echoServer, SIZES);
  const real = await compare(
    home,
    '@modelcontextprotocol/server-everything',
    'everything',
    everything,
    SIZES.slice(0, 2),
  );
  await compareStarts(home);
  return raw && real;
}
