/** Starts the headless host for a thin client: its own session, a login-shell environment, nothing of the client's. */
import { mkdirSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { programPaths } from '../../host/program-paths.ts';
import { sessionEnvironment } from '../../process/session-environment.ts';
import { startDetached } from '../../process/start-detached.ts';
import { ensureOwnFolder } from '../../transport/wire/owner-only.ts';
import type { Unreachable } from '../thin/connect.ts';

const LOOK_MS = 50;
/** Another host may have won the start; its socket is there within this time. */
const OTHER_HOST_MS = 2000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Keeps no program alive: whoever waits for the companion has a timer of its own. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms).unref());

/** What runs the command line; without it, the program that is running now. */
export interface HostProgram {
  readonly path: string;
  readonly args: readonly string[];
}

function ownProgram(): HostProgram {
  const { nodePath, scriptPath } = programPaths();
  return { path: nodePath, args: [scriptPath] };
}

/**
 * Resolves with the reason once the started host has ended; while it lives this never resolves.
 * @param home absolute path of the companion's home.
 */
export async function startOnDemandHost(home: string, program?: HostProgram): Promise<Unreachable> {
  const problem = ensureOwnFolder(home);
  if (problem !== undefined) return problem;
  const logs = join(home, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const { path, args } = program ?? ownProgram();
  const user = userInfo();
  const { pid } = startDetached({
    path,
    args: [...args, 'serve', '--on-demand'],
    env: {
      ...sessionEnvironment(process.env, { username: user.username, homedir: homedir(), shell: user.shell }),
      // Which companion is meant is the one thing that the caller decides: it is where the caller is going to connect.
      RUNLAYER_COMPANION_HOME: home,
    },
    cwd: homedir(),
    logFile: join(logs, 'host.log'),
  });
  while (isAlive(pid)) await pause(LOOK_MS);
  await pause(OTHER_HOST_MS);
  return {
    code: 'E_COMPANION_NOT_STARTED',
    message: 'The companion ended while it was starting.',
    next: `Run "runlayer serve" in a terminal to see why, or look at ${join(logs, 'host.log')}.`,
  };
}
