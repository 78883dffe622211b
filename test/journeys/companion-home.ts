/**
 * A person's home for one journey: a temporary HOME with nothing of this machine in it, the built `runlayer`, and a clean
 * environment. Whatever a journey started is ended when it closes, and a process that outlives that fails the journey.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { AuditRecord } from '../../preload/contract/index.ts';
import { buildOnce, launcher } from './build-once.ts';
import { childrenOf, processesOf, signalProcess, stillRuns, until, type Known } from './processes-of.ts';

/** The built launcher is a POSIX one, and what is left running is looked up in /proc. */
const skipped = process.platform === 'linux' ? undefined : 'needs Linux: /proc and the POSIX launcher';
export function describeJourney(title: string, body: () => void): void {
  describe.skipIf(skipped !== undefined)(skipped === undefined ? title : `${title} [skipped: ${skipped}]`, body);
}

export const node = process.execPath;
export const everythingServer = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-everything/dist/index.js',
);
export const filesystemServer = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-filesystem/dist/index.js',
);

/** Absolute path of a fixture server. */
export function fixtureServer(name: string): string {
  return fileURLToPath(new URL(`../fixtures/servers/${name}`, import.meta.url));
}

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  /** Laid over the home's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Answers typed at a terminal, each when the text before it has appeared. */
  readonly typed?: readonly { readonly after: RegExp; readonly text: string }[];
}

const COMMAND_MS = 30_000;
/** Threats, "Child processes": nothing survives five seconds. */
export const GONE_MS = 5000;

export class CompanionHome {
  /** The person's home folder. */
  readonly path: string;
  /** The companion's folder in it. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  private readonly children = new Set<ChildProcessWithoutNullStreams>();
  private readonly seen = new Map<string, Known>();

  constructor(path: string, extra: Readonly<Record<string, string>>) {
    this.path = path;
    this.home = extra['RUNLAYER_COMPANION_HOME'] ?? join(path, '.runlayer', 'companion');
    this.env = { HOME: path, PATH: '/usr/bin:/bin', SHELL: '/bin/sh', TERM: 'dumb', PWD: path, ...extra };
  }

  /** Starts `runlayer` with pipes; ended at the latest when the home closes. */
  start(args: readonly string[], options: Pick<RunOptions, 'env' | 'cwd'> = {}): ChildProcessWithoutNullStreams {
    return this.spawn(launcher, args, options);
  }

  spawn(
    program: string,
    args: readonly string[],
    options: Pick<RunOptions, 'env' | 'cwd'> = {},
  ): ChildProcessWithoutNullStreams {
    const child = spawn(program, args, {
      env: { ...this.env, ...options.env },
      cwd: options.cwd ?? this.path,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.children.add(child);
    child.once('close', () => this.children.delete(child));
    child.stdin.on('error', () => {});
    return child;
  }

  /** Runs one command to its end. */
  async runlayer(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const { typed } = options;
    const child =
      typed === undefined
        ? this.start(args, options)
        : this.spawn('script', ['-qefc', [launcher, ...args].map(quoted).join(' '), '/dev/null'], options);
    let out = '';
    let err = '';
    let answered = 0;
    let from = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const next = typed?.[answered];
      if (next === undefined || !next.after.test(out.slice(from))) return;
      answered += 1;
      from = out.length;
      child.stdin.write(next.text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    if (typed === undefined) child.stdin.end(options.input ?? '');
    const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_MS);
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    clearTimeout(timer);
    this.look();
    if (code === null) throw new Error(`runlayer ${args.join(' ')} was ended by ${signal ?? '?'}: ${out}${err}`);
    return { code, out, err };
  }

  /** The same for a command that must succeed; gives its stdout. */
  async must(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const ended = await this.runlayer(args, options);
    if (ended.code !== 0) throw new Error(`runlayer ${args.join(' ')} ended with ${ended.code}: ${ended.err}`);
    return ended.out;
  }

  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.must([...args, '--json'])) as T;
  }

  /** Adds a connector with consent; `options` stand before the command. */
  async add(
    name: string,
    command: readonly string[],
    options: readonly string[] = ['--default', 'allow'],
  ): Promise<void> {
    await this.must(['connectors', 'add', name, '-y', ...options, '--', ...command]);
  }

  /** Remembers what runs now, so that it is found again later even without our folder in its environment. */
  look(): Known[] {
    const now = processesOf(this.path);
    for (const process of now) this.seen.set(`${process.pid} ${process.start}`, process);
    return now;
  }

  /** What was ever seen here, or is here now, and still runs. */
  leftovers(): Known[] {
    this.look();
    for (const [key, process] of this.seen) if (!stillRuns(process)) this.seen.delete(key);
    return [...this.seen.values()];
  }

  /** The running host. */
  async companion(): Promise<Known> {
    const { companion } = await this.json<{ companion: { pid: number } }>(['status']);
    const found = this.look().find(({ pid }) => pid === companion.pid);
    if (found === undefined) throw new Error(`the companion of ${this.path} is not among its processes`);
    return found;
  }

  /** The shell that ends servers when the companion dies. */
  reaperOf(companion: Known): Known | undefined {
    return childrenOf(companion.pid).find((child) => child.what.includes('runlayer-reaper'));
  }

  /** Every record of every chain, read from the files and not through the product. */
  records(): AuditRecord[] {
    const folder = join(this.home, 'audit');
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => AuditRecord.parse((JSON.parse(line) as { record: unknown }).record));
  }

  /** Calls without exactly one outcome; empty when every intent has its end. */
  openIntents(): string[] {
    const outcomes = new Map<string, number>();
    const intents: string[] = [];
    for (const record of this.records()) {
      if (record.kind === 'intent') intents.push(record.call);
      if (record.kind === 'outcome') outcomes.set(record.call, (outcomes.get(record.call) ?? 0) + 1);
    }
    return intents.filter((call) => outcomes.get(call) !== 1);
  }

  /** Files below the home folder that hold `needle`. */
  filesHolding(needle: string): string[] {
    return readdirSync(this.path, { recursive: true, encoding: 'utf8' }).filter((name) => {
      const path = join(this.path, name);
      return statSync(path, { throwIfNoEntry: false })?.isFile() === true && readFileSync(path).includes(needle);
    });
  }

  /** Ends everything as a person would, deletes the folder, and throws when anything did not end by that. */
  async close(): Promise<void> {
    // What `runlayer stop` does, without loading it each time.
    for (const host of this.look().filter(({ what }) => / serve( --on-demand)?$|host\.ts /.test(what)))
      endIfRunning(host, 'SIGTERM');
    for (const child of this.children) {
      child.stdin.end();
      // What nobody reads any more must not keep it from ending.
      child.stdout.resume();
      child.stderr.resume();
    }
    let left: Known[] = [];
    try {
      await until('everything of this home has ended', () => (left = this.leftovers()).length === 0, GONE_MS);
    } catch {
      for (const process of left) endIfRunning(process, 'SIGKILL');
      throw new Error(`left running: ${left.map(({ pid, what }) => `${pid} ${what.slice(0, 160)}`).join('; ')}`);
    } finally {
      rmSync(this.path, { recursive: true, force: true });
    }
  }
}

function endIfRunning(process: Known, name: NodeJS.Signals): void {
  try {
    signalProcess(process, name);
  } catch {
    // It ended just now.
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Makes a home; `extra` is laid over its environment for every command. */
export async function openHome(extra: Readonly<Record<string, string>> = {}): Promise<CompanionHome> {
  await buildOnce();
  return new CompanionHome(mkdtempSync(join(tmpdir(), 'rlj-')), extra);
}
