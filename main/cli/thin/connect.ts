/**
 * Reaches the companion, starting one where none runs. Never goes round it: where none can be had the caller is told
 * why, and nothing else is tried.
 */
import { connect, type Socket } from 'node:net';
import { folderProblem } from '../../transport/wire/owner-only.ts';
import { socketPlace } from '../../transport/wire/socket-path.ts';

export interface Unreachable {
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

export type Reached =
  { readonly kind: 'socket'; readonly socket: Socket } | { readonly kind: 'failed'; readonly failure: Unreachable };

/** How long a started host may take to listen. */
const START_MS = 10_000;
const RETRY_MS = 25;

const notStarted = (message: string): Unreachable => ({
  code: 'E_COMPANION_NOT_STARTED',
  message,
  next: 'Run "runlayer serve" in a terminal to see why.',
});

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path, noDelay: true });
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      socket.on('error', () => {});
      resolve(socket);
    });
    socket.once('error', () => resolve(undefined));
  });
}

/** The running companion, or undefined; an unsafe folder is a failure, whoever listens there. */
export async function reachRunning(home: string): Promise<Reached | undefined> {
  const place = socketPlace(home);
  const problem = folderProblem(place.directory);
  if (problem?.code === 'E_HOME_MISSING') return undefined;
  if (problem !== undefined) return { kind: 'failed', failure: problem };
  const socket = await tryConnect(place.path);
  return socket === undefined ? undefined : { kind: 'socket', socket };
}

/**
 * The companion, started by `start` where none runs, within `startMs` milliseconds. `start` resolves with the reason
 * when the host that it started ended before it listened, and never otherwise.
 */
export async function reachOrStart(
  home: string,
  start: () => Promise<Unreachable>,
  startMs: number = START_MS,
): Promise<Reached> {
  const running = await reachRunning(home);
  if (running !== undefined) return running;
  let failure: Unreachable | undefined;
  start().then(
    (reason) => {
      failure = reason;
    },
    (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      failure = notStarted(`The companion could not be started: ${reason}.`);
    },
  );
  const deadline = performance.now() + startMs;
  for (;;) {
    const reached = await reachRunning(home);
    if (reached !== undefined) return reached;
    if (failure !== undefined) return { kind: 'failed', failure };
    if (performance.now() > deadline) {
      return {
        kind: 'failed',
        failure: notStarted(`The companion did not come up within ${Math.round(startMs / 1000)} seconds.`),
      };
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
