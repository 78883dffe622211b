/**
 * One client's side and one upstream with the relay between them, however either is reached. Whichever goes, the other
 * goes within five seconds; what the upstream said last is delivered first.
 */
import { CompanionError, type ArgumentShape, type Claimed, type JsonObject } from '../../preload/contract/index.ts';
import type { NewAuditRecord } from '../../preload/contract/index.ts';
import type { Approvals } from '../approval/approvals.ts';
import type { PinGate } from '../pin/pin-gate.ts';
import type { Policy } from '../policy/decide.ts';
import type { GuardGate } from '../relay/guard-gate.ts';
import type { ParseLarge } from '../relay/lane.ts';
import type { WireLimits } from '../relay/limits.ts';
import type { Peer, Taints } from '../relay/session-options.ts';
import { Session } from '../relay/session.ts';
import type { TenantGate } from '../relay/tenant-gate.ts';
import type { ConnectorLog } from './connector-log.ts';
import { createDroppedCounter } from './dropped-counter.ts';
import { createFoundOnce } from './found-once.ts';
import { answersGiven } from './last-output.ts';
import type { OpenUpstream, UpstreamEnd } from './upstream.ts';

/** What a connector needs to be used by one client; made anew for each session. */
export interface PreparedServer {
  readonly connector: string;
  readonly open: OpenUpstream;
  readonly policy: () => Policy;
  /** Where the connector is a tenant's: what decides about its calls. */
  readonly tenant?: TenantGate;
  readonly log: ConnectorLog;
  /** Takes live secrets out of stderr; holds back what could be the start of one. */
  readonly redactor: { push(chunk: string): string; end(): string };
  /** The same for a whole text. */
  readonly redact: (text: string) => string;
  /**
   * The session is over; secrets are no longer live. `crashed`: the server ended by itself and not cleanly. `reason`: why it
   * ended or was never there, in a sentence without secrets.
   */
  readonly release: (facts: {
    readonly crashed: boolean;
    readonly answered: boolean;
    readonly reason?: string | undefined;
  }) => void;
}

export interface SessionDependencies {
  readonly limits: WireLimits;
  readonly approvals: Pick<Approvals, 'ask' | 'sessionEnded'>;
  /** The guard's word for one session of a connector, as the settings are at that moment. */
  readonly guard: (connector: string, session: string) => GuardGate;
  readonly pins: (connector: string) => PinGate;
  /** What the results of a session say of the calls after them; ended with it. */
  readonly taints: (session: string) => Taints & { readonly ended: () => void };
  /** Writes all of the records, or none and throws. */
  readonly record: (records: readonly NewAuditRecord[]) => void;
  readonly shape: (value: unknown) => ArgumentShape;
  readonly showArguments: (source: string) => string;
  readonly redact: (text: string) => string;
  readonly newId: () => string;
  readonly parseLarge: ParseLarge | undefined;
}

export interface ClientEnd {
  readonly peer: Peer;
  readonly claimed: (params?: JsonObject) => Claimed;
  /** The client said its name. */
  readonly introduced: (client: string) => void;
  /** What the server prints for people, redacted. */
  readonly stderr: (text: string) => void;
  /** The binding whose token opened the session. */
  readonly binding?: string;
  /** The client's name, where that token proves it. */
  readonly provenClient?: string | undefined;
}

export interface SessionEnd {
  readonly upstream: UpstreamEnd;
  readonly clientLeft: boolean;
  /** Ended by {@link GovernedSession.stop}. */
  readonly stopped: boolean;
}

export interface GovernedSession {
  readonly id: string;
  readonly connector: string;
  readonly relay: Session;
  /** The client sends no more; it may still wait for answers. */
  clientInputEnded(): void;
  /** Nobody is there any more. */
  clientGone(): void;
  /** Ends every call that is under way; answers how many. */
  lockDown(): number;
  stop(): Promise<void>;
  /** Resolves when the upstream and everything around it is gone. */
  readonly done: Promise<SessionEnd>;
}

/** A client that closed its input may still wait for answers this long. */
const AFTER_INPUT_MS = 10_000;
const STOP_GRACE_MS = 2000;
/** Nobody is left who could want the server to end tidily. */
const ABANDONED_GRACE_MS = 300;
const TICK_MS = 1000;

/** Any error as one that a person can act on. */
export function asCompanionError(thrown: unknown): CompanionError {
  if (thrown instanceof CompanionError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new CompanionError('E_INTERNAL', text, 'Run "runlayer doctor".', { cause: thrown });
}

function endReason({ code, signal, failure }: UpstreamEnd): string {
  if (failure !== undefined) return `${failure.message} ${failure.next}`;
  return signal === null
    ? `The server ended by itself with code ${code ?? '?'}.`
    : `The server was ended by ${signal}.`;
}

/** The same peer with another `end`, or one that says when it was written to. */
function wrapped(peer: Peer, { end, written }: { readonly end?: () => void; readonly written?: () => void }): Peer {
  const flow = {
    backlog: () => peer.backlog(),
    pause: () => peer.pause(),
    resume: () => peer.resume(),
    end: end ?? (() => peer.end()),
  };
  const after = (isReady: boolean): boolean => {
    written?.();
    return isReady;
  };
  return 'deliver' in peer
    ? { ...flow, deliver: (messages) => after(peer.deliver(messages)) }
    : { ...flow, write: (chunks) => after(peer.write(chunks)) };
}

export function startGovernedSession(
  prepared: PreparedServer,
  client: ClientEnd,
  deps: SessionDependencies,
): GovernedSession {
  const id = deps.newId();
  const { connector } = prepared;
  const log = (text: string): void => prepared.log.line(deps.redact(text));
  const event = (
    name: 'session_started' | 'session_ended' | 'messages_dropped' | 'guard_found',
    detail: Record<string, string | number | boolean>,
  ): void => {
    const claimed = client.claimed();
    try {
      deps.record([{ kind: 'event', event: name, connector, 'mcp.session.id': id, claimed, detail }]);
    } catch {
      // Calls are denied while the journal cannot be written; a session event has nobody to tell.
    }
  };
  const dropped = createDroppedCounter(
    () => performance.now(),
    (counts) => event('messages_dropped', counts),
  );

  const told = createFoundOnce(({ carrier, from, verdict, findings }) => {
    const [first] = findings;
    if (first === undefined) return;
    const { category, rule } = first;
    event('guard_found', { carrier: deps.redact(carrier), from, verdict, category, rule, findings: findings.length });
  });
  const taints = deps.taints(id);
  const owner = client.binding === undefined ? id : `binding ${client.binding}`;

  let answered = false;
  let clientLeft = false;
  let inputPassedOn = false;
  let stopped = false;
  const upstream = prepared.open({
    bytes: (chunk) => {
      session.fromServer(chunk);
      leaveWhenQuiet();
    },
    message: (parsed, line, related) => {
      session.messageFromServer(parsed, line, related);
      leaveWhenQuiet();
    },
    failed: (idKey, reason) => {
      session.requestFailed(idKey, prepared.redact(reason));
      leaveWhenQuiet();
    },
    renewed: () => session.serverRenewed(),
    drained: () => session.serverDrained(),
    stderr: (text) => passStderr(prepared.redactor.push(text)),
    log: (text) => log(text),
  });
  const passStderr = (text: string): void => {
    if (text === '') return;
    prepared.log.write(text);
    client.stderr(text);
  };
  const stop = (graceMs: number): Promise<void> => upstream.stop(graceMs);
  /** Once all that the client sent has reached the server and was answered, nobody waits for anything any more. */
  const leaveWhenQuiet = (): void => {
    if (inputPassedOn && session.openCalls === 0 && upstream.peer.backlog() === 0) void stop(STOP_GRACE_MS);
  };

  const { toolProblem } = upstream;
  const { tenant } = prepared;
  /** What a server offers is a courtesy to the tenant; that it cannot be had concerns no call. */
  const tellInventory = (gate: TenantGate): void => {
    session.takeInventory().then(
      (inventory) => gate.inventory(inventory),
      (error: unknown) => log(`[companion] no inventory: ${error instanceof Error ? error.message : 'it failed'}`),
    );
  };
  const session = new Session({
    sessionId: id,
    connector,
    claimed: client.claimed,
    introduced: client.introduced,
    ...(client.provenClient === undefined ? {} : { provenClient: client.provenClient }),
    owner,
    guard: deps.guard(connector, id),
    pins: deps.pins(connector),
    taints,
    found: told,
    limits: deps.limits,
    // The last answer may come from the tenant, long after the server gave it.
    client: tenant === undefined ? client.peer : wrapped(client.peer, { written: () => leaveWhenQuiet() }),
    server: wrapped(upstream.peer, {
      end: () => {
        upstream.peer.end();
        inputPassedOn = true;
        leaveWhenQuiet();
      },
    }),
    policy: prepared.policy,
    ask: (request, signal) => deps.approvals.ask(request, signal),
    record: deps.record,
    shape: deps.shape,
    showArguments: deps.showArguments,
    newId: deps.newId,
    now: () => performance.now(),
    wallNow: () => Date.now(),
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
    ...(toolProblem === undefined ? {} : { toolProblem }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(tenant?.wantsInventory === true ? { ready: () => tellInventory(tenant) } : {}),
  });

  const tick = setInterval(() => {
    session.tick();
    dropped.report(false);
    leaveWhenQuiet();
  }, TICK_MS);
  let afterInput: NodeJS.Timeout | undefined;
  const { binding } = client;
  event('session_started', { pid: upstream.pid, ...(binding === undefined ? {} : { binding }) });

  const finish = async (): Promise<SessionEnd> => {
    const end = await upstream.ended;
    passStderr(prepared.redactor.end());
    clearTimeout(afterInput);
    session.serverEnded();
    await answersGiven(session);
    clearInterval(tick);
    session.close(clientLeft ? 'client_gone' : 'server_gone');
    taints.ended();
    deps.approvals.sessionEnded(owner, id);
    dropped.report(true);
    const crashed = end.byItself && !clientLeft && (end.code !== 0 || end.signal !== null);
    event('session_ended', { code: end.code ?? -1, signal: end.signal ?? '', crashed });
    prepared.release({ crashed, answered, reason: crashed ? deps.redact(endReason(end)) : undefined });
    return { upstream: end, clientLeft, stopped };
  };

  return {
    id,
    connector,
    relay: session,
    clientInputEnded: () => {
      clientLeft = true;
      const stopLater = (): void => {
        // What waits for a tenant's word has its own, longer limit.
        afterInput = setTimeout(() => (session.waitsForTenant ? stopLater() : void stop(0)), AFTER_INPUT_MS);
      };
      stopLater();
      session.clientEnded();
    },
    clientGone: () => {
      clientLeft = true;
      session.close('client_gone');
      void stop(ABANDONED_GRACE_MS);
    },
    lockDown: () => session.lockDown(),
    stop: async () => {
      stopped = true;
      session.close('stopped');
      await stop(STOP_GRACE_MS);
    },
    done: finish(),
  };
}
