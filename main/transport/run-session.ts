/** One `runlayer run`: a thin client's connection is the client's side of a governed session. */
import { constants } from 'node:os';
import type { Claimed } from '../../preload/contract/index.ts';
import type { Connection } from './connection.ts';
import {
  asCompanionError,
  startGovernedSession,
  type GovernedSession,
  type PreparedServer,
  type SessionDependencies,
  type SessionEnd,
} from './governed-session.ts';
import { refuseSession } from './refused-session.ts';
import type { UpstreamEnd } from './upstream.ts';

export interface RunDependencies extends SessionDependencies {
  readonly prepare: (connection: Connection) => Promise<PreparedServer>;
  /** The client said its name, once a session; what it answers is called when the session is over. */
  readonly introduced?: (client: string) => () => void;
}

export interface RunningSession {
  readonly connector: string;
  lockDown(): number;
  /** Resolves when the upstream and everything around it is gone. Never rejects. */
  readonly done: Promise<unknown>;
  stop(): Promise<void>;
}

function exitCodeOf({ code, signal }: UpstreamEnd): number {
  if (signal !== null) return 128 + constants.signals[signal];
  return code ?? 1;
}

function claimedBy(connection: Connection): Claimed {
  const { argv, pid } = connection.hello;
  const at = argv.indexOf('--client');
  const joined = argv.find((word) => word.startsWith('--client='));
  const client = joined?.slice('--client='.length) ?? (at < 0 ? undefined : argv[at + 1]);
  return { ...(client === undefined ? {} : { client: client.slice(0, 64) }), pid };
}

/** Serves one connection of kind `run`. Resolves undefined when nothing was started. */
export async function runSession(connection: Connection, deps: RunDependencies): Promise<RunningSession | undefined> {
  connection.pause();
  let prepared: PreparedServer;
  try {
    prepared = await deps.prepare(connection);
  } catch (thrown) {
    connection.resume();
    refuseSession(connection, asCompanionError(thrown), deps.limits);
    return undefined;
  }
  if (connection.isClosed) {
    prepared.release({ crashed: false, answered: false });
    return undefined;
  }
  return joinConnection(connection, prepared, deps);
}

function joinConnection(connection: Connection, prepared: PreparedServer, deps: RunDependencies): RunningSession {
  let claimed = claimedBy(connection);
  let over: (() => void) | undefined;
  const session: GovernedSession = startGovernedSession(
    prepared,
    {
      peer: {
        write: (chunks) => connection.stdout(chunks),
        backlog: () => connection.backlog,
        pause: () => connection.pause(),
        resume: () => connection.resume(),
        end: () => {},
      },
      claimed: () => claimed,
      introduced: (client) => {
        claimed = { ...claimed, client };
        over ??= deps.introduced?.(client);
      },
      stderr: (text) => connection.stderr(text),
    },
    deps,
  );
  connection.attach({
    input: (chunk) => session.relay.fromClient(chunk),
    inputEnded: () => session.clientInputEnded(),
    drained: () => session.relay.clientDrained(),
    closed: () => session.clientGone(),
  });
  connection.resume();

  const leave = ({ upstream, clientLeft, stopped }: SessionEnd): void => {
    if (upstream.failure !== undefined) refuseSession(connection, upstream.failure, deps.limits);
    // Neither the client nor the server ended it: without an exit frame the thin client says that we went away.
    else if (stopped && !clientLeft) connection.destroy();
    else connection.exit(clientLeft ? 0 : exitCodeOf(upstream));
  };
  return {
    connector: session.connector,
    done: session.done
      .then(leave)
      .catch((error: unknown) => {
        prepared.log.line(deps.redact(`[companion] session ended badly: ${String(error)}`));
        connection.destroy();
      })
      .finally(() => over?.()),
    lockDown: () => session.lockDown(),
    stop: () => session.stop(),
  };
}
