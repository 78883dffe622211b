/** The companion as a subject: everything is asked of it by its command line, as a person would. */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchHome } from './bench-home.ts';

const here = dirname(fileURLToPath(import.meta.url));
export const runlayer = join(here, '..', '..', 'out', 'bin', 'runlayer');

const execute = promisify(execFile);

async function command(home: BenchHome, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await execute(runlayer, args, { env: home.env, cwd: home.path });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(/"message":"([^"]*)/.exec(said)?.[1] ?? said, { cause: error });
  }
}

/** A connector that runs a server script. */
export async function addProgram(home: BenchHome, name: string, server: string): Promise<void> {
  await command(home, 'connectors', 'add', name, '-y', '--default', 'allow', '--', process.execPath, server);
}

/** A connector that reaches a server over Streamable HTTP. */
export async function addAddress(home: BenchHome, name: string, url: string): Promise<void> {
  await command(home, 'connectors', 'add', name, '--url', url, '--default', 'allow', '-y');
}

export interface Binding {
  readonly url: string;
  readonly token: string;
}

/** Makes a connector reachable through the hub. */
export async function bind(home: BenchHome, connector: string): Promise<Binding> {
  await command(home, 'hub', 'config', 'create', connector, '--connector', connector, '-y', '--json');
  return JSON.parse(await command(home, 'hub', 'bind', connector, '-y', '--json')) as Binding;
}

/** Ends the companion; there may be none. */
export async function stopCompanion(home: BenchHome): Promise<void> {
  await command(home, 'stop').catch(() => {});
}
