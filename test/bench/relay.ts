/**
 * `npm run bench`: what the companion costs. The same raw client drives the same raw echo server directly, through a bare
 * two-process Node byte pipe (the floor), and through thin client and companion with policy and audit; rounds of the three
 * alternate inside one run, so that the machine's mood falls on all of them.
 */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const runlayer = join(here, '..', '..', 'out', 'bin', 'runlayer');
const echo = join(here, 'echo-server.mjs');
const pipe = join(here, 'byte-pipe.mjs');
const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const home = mkdtempSync(join(tmpdir(), 'rlb-'));
const env = { HOME: home, PATH: process.env['PATH'] ?? '/usr/bin:/bin', TERM: 'dumb', SHELL: '/bin/sh' };

/** A client that costs as little as possible: writes lines, counts answers by their newline. */
class RawClient {
  private readonly child: ChildProcessWithoutNullStreams;
  private waiting: (() => void)[] = [];
  private nextId = 1;

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
    }) as unknown as ChildProcessWithoutNullStreams;
    this.child.stdout.on('data', (chunk: Buffer) => {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) this.waiting.shift()?.();
    });
  }

  private send(method: string, params: unknown): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: this.nextId++, method, params })}\n`);
    });
  }

  async open(): Promise<void> {
    await this.send('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bench', version: '1' },
    });
    this.child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    await this.send('tools/list', {});
  }

  call(argument: string, text: string): Promise<void> {
    return this.send('tools/call', { name: 'echo', arguments: { [argument]: text } });
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    await gone;
  }
}

function runlayerCommand(...args: string[]): void {
  const result = spawnSync(runlayer, args, { env, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`runlayer ${args.join(' ')}: ${result.stderr}`);
}

const p50 = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** One round of sequential calls: the median time of one, in ms. */
async function sequential(client: RawClient, argument: string, text: string, calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < calls; i++) {
    const began = performance.now();
    await client.call(argument, text);
    times.push(performance.now() - began);
  }
  return times;
}

/** One round with `width` calls in flight: calls per second. */
async function concurrent(
  client: RawClient,
  argument: string,
  text: string,
  calls: number,
  width: number,
): Promise<number> {
  const began = performance.now();
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await client.call(argument, text);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return (calls / (performance.now() - began)) * 1000;
}

const SIZES = [
  { name: '100 B', bytes: 100, calls: 400, rounds: 15, wide: 3200 },
  { name: '10 KB', bytes: 10_000, calls: 200, rounds: 15, wide: 1600 },
  { name: '1 MB', bytes: 1_000_000, calls: 8, rounds: 10, wide: 64 },
];

/** One server, reached in three ways in turn; `argument` is the name of its echo tool's text. */
async function compare(
  label: string,
  connector: string,
  server: string,
  argument: string,
  sizes: typeof SIZES,
): Promise<void> {
  runlayerCommand('connectors', 'add', connector, '-y', '--default', 'allow', '--', process.execPath, server);
  const subjects = [
    new RawClient(process.execPath, [server]),
    new RawClient(process.execPath, [pipe, 'front', join(home, `${connector}.sock`), process.execPath, server]),
    new RawClient(runlayer, ['run', connector]),
  ];
  for (const subject of subjects) await subject.open();
  console.log(`\n${label}`);
  console.log('size    p50 direct   byte pipe    companion    to direct  to pipe   32 in flight: to direct  to pipe');
  for (const size of sizes) {
    const text = 'x'.repeat(size.bytes);
    const times: number[][] = subjects.map(() => []);
    const rates: number[][] = subjects.map(() => []);
    for (const subject of subjects) await sequential(subject, argument, text, size.calls);
    for (let round = 0; round < size.rounds; round++) {
      for (const [i, subject] of subjects.entries())
        times[i]?.push(...(await sequential(subject, argument, text, size.calls)));
      for (const [i, subject] of subjects.entries())
        rates[i]?.push(await concurrent(subject, argument, text, size.wide / 4, 32));
    }
    const [direct = 0, floor = 0, ours = 0] = times.map(p50);
    const [directRate = 0, floorRate = 0, ourRate = 0] = rates.map(p50);
    const ms = (value: number): string => `${value.toFixed(3)} ms`.padEnd(12);
    const ratio = (value: number): string => value.toFixed(2).padEnd(10);
    console.log(
      `${size.name.padEnd(7)} ${ms(direct)} ${ms(floor)} ${ms(ours)} ${ratio(ours / direct)} ${ratio(ours / floor)}               ${ratio(ourRate / directRate)} ${ratio(ourRate / floorRate)}`.trimEnd(),
    );
  }
  for (const subject of subjects) await subject.close();
}

async function main(): Promise<void> {
  console.log('tools/call through thin client and companion (policy and audit on); the three alternate inside one run');
  await compare('raw echo server', 'echo', echo, 'text', SIZES);
  await compare('@modelcontextprotocol/server-everything', 'everything', everything, 'message', SIZES.slice(0, 2));

  const starts: Record<string, number[]> = { direct: [], companion: [] };
  for (let round = 0; round < 15; round++) {
    for (const [name, command, args] of [
      ['direct', process.execPath, [echo]],
      ['companion', runlayer, ['run', 'echo']],
    ] as const) {
      const began = performance.now();
      const client = new RawClient(command, args);
      await client.open();
      starts[name]?.push(performance.now() - began);
      await client.close();
    }
  }
  console.log(
    `\nspawn to tools/list answer, p50: direct ${p50(starts['direct'] ?? []).toFixed(0)} ms, through a running companion ${p50(starts['companion'] ?? []).toFixed(0)} ms`,
  );
}

try {
  await main();
} finally {
  spawnSync(runlayer, ['stop'], { env });
  rmSync(home, { recursive: true, force: true });
}
