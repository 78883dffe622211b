/**
 * One `runlayer run`: a thin client's connection on one side, a server's child process on the other, the relay between
 * them. One session is one child. Owns both ends: whichever goes, the other goes within five seconds.
 */
import { constants } from 'node:os';
import { CompanionError, type ArgumentShape, type Claimed, type NewAuditRecord } from '../../preload/contract/index.ts';
import type { Approvals } from '../approval/approvals.ts';
import type { Policy } from '../policy/decide.ts';
import type { ServerProcess, SpawnOptions } from '../process/spawn-server.ts';
import type { ParseLarge } from '../relay/lane.ts';
import type { WireLimits } from '../relay/limits.ts';
import { Session } from '../relay/session.ts';
import type { Connection } from './connection.ts';
import type { ConnectorLog } from './connector-log.ts';
import { createDroppedCounter } from './dropped-counter.ts';
import { answersGiven, readToEnd } from './last-output.ts';
import { refuseSession } from './refused-session.ts';

/** What a connector needs to be started for one client; made anew for each session. */
export interface PreparedServer {
  readonly connector: string;
  readonly launch: SpawnOptions;
  readonly policy: () => Policy;
  readonly log: ConnectorLog;
  /** Takes live secrets out of stderr; holds back what could be the start of one. */
  readonly redactor: { push(chunk: string): string; end(): string };
  /** The same for a whole text. */
  readonly redact: (text: string) => string;
  /** The session is over; secrets are no longer live. `crashed`: the server ended by itself and not cleanly. */
  readonly release: (facts: { readonly crashed: boolean; readonly answered: boolean }) => void;
}

export interface RunDependencies {
  readonly prepare: (connection: Connection) => Promise<PreparedServer>;
  readonly spawn: (options: SpawnOptions) => ServerProcess;
  readonly track: { readonly started: (pid: number) => void; readonly ended: (pid: number) => void };
  readonly limits: WireLimits;
  readonly approvals: Approvals;
  /** Writes all of the records, or none and throws. */
  readonly record: (records: readonly NewAuditRecord[]) => void;
  readonly shape: (value: unknown) => ArgumentShape;
  readonly showArguments: (source: string) => string;
  readonly redact: (text: string) => string;
  readonly newId: () => string;
  readonly parseLarge: ParseLarge | undefined;
}

export interface RunningSession {
  readonly sessionId: string;
  readonly connector: string;
  /** Resolves when the child and everything around it is gone. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** A client that closed its input may still wait for answers this long. */
const AFTER_INPUT_MS = 10_000;
const STOP_GRACE_MS = 2000;
/** Nobody is left who could want the server to end tidily. */
const ABANDONED_GRACE_MS = 300;
const TICK_MS = 1000;

function exitCodeOf(exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null }): number {
  if (exit.signal !== null) return 128 + constants.signals[exit.signal];
  return exit.code ?? 1;
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
    const error =
      thrown instanceof CompanionError
        ? thrown
        : new CompanionError(
            'E_INTERNAL',
            thrown instanceof Error ? thrown.message : String(thrown),
            'Run "runlayer doctor".',
            { cause: thrown },
          );
    refuseSession(connection, error, deps.limits);
    return undefined;
  }
  if (connection.isClosed) {
    prepared.release({ crashed: false, answered: false });
    return undefined;
  }
  return startSession(connection, prepared, deps);
}

function startSession(connection: Connection, prepared: PreparedServer, deps: RunDependencies): RunningSession {
  const sessionId = deps.newId();
  let claimed = claimedBy(connection);
  const { connector } = prepared;
  const server = deps.spawn(prepared.launch);
  if (server.pid > 0) deps.track.started(server.pid);
  const log = (text: string): void => prepared.log.line(deps.redact(text));
  const event = (
    name: 'session_started' | 'session_ended' | 'messages_dropped',
    detail: Record<string, string | number | boolean>,
  ): void => {
    try {
      deps.record([{ kind: 'event', event: name, connector, 'mcp.session.id': sessionId, claimed, detail }]);
    } catch {
      // Calls are denied while the journal cannot be written; a session event has nobody to tell.
    }
  };
  const dropped = createDroppedCounter(
    () => performance.now(),
    (counts) => event('messages_dropped', counts),
  );

  let answered = false;
  let clientLeft = false;
  let inputPassedOn = false;
  let stoppedByUs = false;
  let stopping: Promise<void> | undefined;
  const stop = (graceMs: number): Promise<void> => {
    stopping ??= server.stop({ graceMs });
    return stopping;
  };
  /** Once all that the client sent has reached the server and was answered, nobody waits for anything any more. */
  const leaveWhenQuiet = (): void => {
    if (inputPassedOn && session.openCalls === 0) void stop(STOP_GRACE_MS);
  };

  const session = new Session({
    sessionId,
    connector,
    claimed: () => claimed,
    introduced: (client) => {
      claimed = { ...claimed, client };
    },
    limits: deps.limits,
    client: {
      write: (chunks) => connection.stdout(chunks),
      backlog: () => connection.backlog,
      pause: () => connection.pause(),
      resume: () => connection.resume(),
      end: () => {},
    },
    server: {
      write: (chunks) => {
        if (server.stdin.destroyed || server.stdin.writableEnded) return true;
        if (chunks.length === 1) return server.stdin.write(chunks[0]);
        server.stdin.cork();
        let ready = true;
        for (const chunk of chunks) ready = server.stdin.write(chunk) && ready;
        server.stdin.uncork();
        return ready;
      },
      backlog: () => server.stdin.writableLength,
      pause: () => server.stdout.pause(),
      resume: () => server.stdout.resume(),
      end: () => {
        server.stdin.end();
        inputPassedOn = true;
        leaveWhenQuiet();
      },
    },
    policy: prepared.policy,
    ask: (request, signal) => deps.approvals.ask(request, signal),
    record: deps.record,
    shape: deps.shape,
    showArguments: deps.showArguments,
    newId: deps.newId,
    now: () => performance.now(),
    ...(deps.parseLarge === undefined ? {} : { parseLarge: deps.parseLarge }),
    stray: (text) => log(`[stdout, not MCP] ${text}`),
    dropped: (side, reason) => dropped.add(side, reason),
    fatal: (reason) => {
      log(`[companion] session ended: ${reason}`);
      void stop(0);
    },
    alive: () => {
      answered = true;
    },
  });

  server.stdout.on('data', (chunk: Buffer) => {
    session.fromServer(chunk);
    leaveWhenQuiet();
  });
  server.stdin.on('drain', () => session.serverDrained());
  server.stderr.setEncoding('utf8');
  const passStderr = (text: string): void => {
    if (text === '') return;
    prepared.log.write(text);
    connection.stderr(text);
  };
  server.stderr.on('data', (chunk: string) => passStderr(prepared.redactor.push(chunk)));

  const tick = setInterval(() => {
    session.tick();
    dropped.report(false);
    leaveWhenQuiet();
  }, TICK_MS);
  let afterInput: NodeJS.Timeout | undefined;

  connection.attach({
    input: (chunk) => session.fromClient(chunk),
    inputEnded: () => {
      clientLeft = true;
      afterInput = setTimeout(() => void stop(0), AFTER_INPUT_MS);
      session.clientEnded();
    },
    drained: () => session.clientDrained(),
    closed: () => {
      clientLeft = true;
      session.close('client_gone');
      void stop(ABANDONED_GRACE_MS);
    },
  });
  connection.resume();
  event('session_started', { pid: server.pid });

  const stdoutEnded = new Promise<void>((resolve) => {
    server.stdout.once('close', resolve);
  });
  const finish = async (): Promise<void> => {
    let failure: CompanionError | undefined;
    try {
      await server.started;
    } catch (error) {
      failure =
        error instanceof CompanionError
          ? error
          : new CompanionError('E_SERVER_NOT_STARTED', String(error), 'Run "runlayer connectors test".');
    }
    const exit = await server.exited;
    const byItself = stopping === undefined;
    if (byItself) await readToEnd(server.stdout);
    await stop(0);
    await stdoutEnded;
    passStderr(prepared.redactor.end());
    clearTimeout(afterInput);
    if (server.pid > 0) deps.track.ended(server.pid);
    session.serverEnded();
    await answersGiven(session);
    clearInterval(tick);
    session.close(clientLeft ? 'client_gone' : 'server_gone');
    dropped.report(true);
    const crashed = byItself && !clientLeft && (exit.code !== 0 || exit.signal !== null);
    event('session_ended', { code: exit.code ?? -1, signal: exit.signal ?? '', crashed });
    prepared.release({ crashed, answered });
    if (failure !== undefined) refuseSession(connection, failure, deps.limits);
    // Neither the client nor the server ended it: without an exit frame the thin client says that we went away.
    else if (stoppedByUs && !clientLeft) connection.destroy();
    else connection.exit(clientLeft ? 0 : exitCodeOf(exit));
  };

  return {
    sessionId,
    connector,
    done: finish().catch((error: unknown) => {
      log(`[companion] session ended badly: ${error instanceof Error ? error.message : String(error)}`);
      connection.destroy();
    }),
    stop: async () => {
      stoppedByUs = true;
      session.close('stopped');
      await stop(STOP_GRACE_MS);
    },
  };
}
