/**
 * A home folder of the benchmark's own, with nothing of this machine's configuration, and every process that it started:
 * none outlives it.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** Without a stderr of its own. */
type BenchChild = Omit<ChildProcessWithoutNullStreams, 'stderr'>;

const KILL_AFTER_MS = 5000;

export class BenchProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Why it is gone, one line; never rejects. */
  readonly ended: Promise<string>;
  private readonly child: BenchChild;
  private isGone = false;

  constructor(child: BenchChild, stderrFile: string) {
    this.child = child;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    // A program that is gone shows by its end.
    child.stdin.on('error', () => {});
    this.ended = new Promise((resolve) => {
      const end = (why: string): void => {
        this.isGone = true;
        resolve(why.replaceAll(/\s+/g, ' ').trim());
      };
      child.once('error', (error) => end(error.message));
      child.once('exit', (code, signal) =>
        end(`ended with ${code ?? signal}: ${readFileSync(stderrFile, 'utf8').slice(-300)}`),
      );
    });
  }

  get running(): boolean {
    return !this.isGone;
  }

  /** Ends its stdin, which is enough for a stdio server; others are told by a signal. */
  async close(signal?: NodeJS.Signals): Promise<void> {
    if (this.isGone) return;
    this.stdin.end();
    if (signal !== undefined) this.child.kill(signal);
    const kill = setTimeout(() => this.child.kill('SIGKILL'), KILL_AFTER_MS);
    await this.ended;
    clearTimeout(kill);
    // A grandchild that outlived it may still hold the other end.
    this.stdout.destroy();
  }
}

export class BenchHome {
  readonly path = mkdtempSync(join(tmpdir(), 'rlb-'));
  readonly env: NodeJS.ProcessEnv = {
    HOME: this.path,
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    TERM: 'dumb',
    SHELL: '/bin/sh',
  };
  private readonly processes: BenchProcess[] = [];

  /** Its stderr goes to a file, so that a talkative program costs the client nothing. */
  start(command: string, args: readonly string[]): BenchProcess {
    const stderrFile = join(this.path, `stderr-${this.processes.length}.log`);
    const stderr = openSync(stderrFile, 'w');
    const child = spawn(command, args, {
      env: this.env,
      cwd: this.path,
      stdio: ['pipe', 'pipe', stderr],
    }) as BenchChild;
    closeSync(stderr);
    const started = new BenchProcess(child, stderrFile);
    this.processes.push(started);
    return started;
  }

  async close(): Promise<void> {
    for (const one of this.processes) await one.close('SIGTERM');
    rmSync(this.path, { recursive: true, force: true });
  }
}
