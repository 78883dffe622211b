/** A copied Node as "the application" of a test: it listens where it is told, and is ended at the end of the test. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { numbersIn, textUntil } from './processes.ts';

const LISTENER = fileURLToPath(new URL('../fixtures/listener.mjs', import.meta.url));

export interface Listening {
  readonly pid: number;
  readonly port: number;
  readonly end: () => Promise<void>;
}

export interface ListenOptions {
  readonly host?: string;
  readonly port?: number;
  readonly uid?: number;
}

/** To be called once in a file: folders and programs are gone after each test. */
export function listeningPrograms(): {
  readonly folder: () => string;
  /** A program of its own in a folder: same bytes, other path. */
  readonly program: (name: string) => string;
  readonly listen: (program: string, options?: ListenOptions) => Promise<Listening>;
} {
  const folders: string[] = [];
  const running = new Set<Listening>();
  afterEach(async () => {
    await Promise.all([...running].map((one) => one.end()));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'rl-listen-'));
    // Another user's process must reach the program; nobody but us may change it.
    chmodSync(made, 0o755);
    folders.push(made);
    return made;
  };
  return {
    folder,
    program: (name) => {
      const path = join(folder(), name);
      copyFileSync(process.execPath, path);
      chmodSync(path, 0o755);
      return path;
    },
    listen: async (program, { host = '127.0.0.1', port = 0, uid } = {}) => {
      const child: ChildProcessByStdio<Writable, Readable, null> = spawn(program, [LISTENER, host, String(port)], {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: {},
        ...(uid === undefined ? {} : { uid }),
      });
      const ended = once(child, 'close');
      const said = await textUntil(child.stdout, /listening \d+\n/);
      const listening: Listening = {
        pid: child.pid ?? 0,
        port: numbersIn(said)[0] ?? 0,
        end: async () => {
          running.delete(listening);
          child.stdin.end();
          child.kill('SIGKILL');
          await ended;
        },
      };
      running.add(listening);
      return listening;
    },
  };
}
