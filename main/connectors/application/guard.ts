/**
 * Lets a session reach an application on this machine only while what listens at its port is that application's program: it
 * is identified before the first byte and again every ten seconds, and every request waits for that. While nobody listens
 * the application is waited for; a wrong or unknown program is refused, and ends a session that was already open.
 */
import { CompanionError } from '../../../preload/contract/index.ts';
import { takesConnectionsTo127, type Listener } from '../../process/listener.ts';
import type { Schedule } from '../../transport/http-upstream/link.ts';
import { displayText } from '../display.ts';
import type { Application } from './applications.ts';
import type { Recognise } from './recognise.ts';

/** A look is good for this long, and is repeated then. */
const CHECK_MS = 10_000;
/** The first repetition: somebody may have taken the port between the look and the connection. */
const AFTER_CONNECT_MS = 1000;
const POLL_MS = 1000;
/** Clients give up on initialize soon after this. */
const WAIT_MS = 20_000;

export interface ApplicationGuardOptions {
  readonly application: Application;
  readonly listenersOf: (port: number) => Promise<readonly Listener[]>;
  readonly recognise: Recognise;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly schedule: Schedule;
  /** Told once, and only after a session was let through: the session must end. `reason` is one sentence. */
  readonly onRefused: (reason: string) => void;
  readonly log: (text: string) => void;
  /** For the audit trail: each program that is let through, and each reason for a refusal, once in a row. */
  readonly record: (
    event: 'application_identified' | 'application_refused',
    detail: Readonly<Record<string, string | number>>,
  ) => void;
  readonly waitMs?: number;
}

export interface ApplicationGuard {
  /** Awaited before each request. Rejects with E_APPLICATION_NOT_RUNNING or E_APPLICATION_REFUSED: nothing may be sent then. */
  readonly ready: () => Promise<void>;
  readonly close: () => void;
}

type Seen =
  | { readonly kind: 'right'; readonly listeners: readonly Listener[] }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'wrong'; readonly reason: string };

class Guard {
  private readonly options: ApplicationGuardOptions;
  /** When the program was last found to be right; undefined while it is not. */
  private rightAt: number | undefined;
  private wasRight = false;
  private isClosed = false;
  private refusal: CompanionError | undefined;
  private looking: Promise<Seen> | undefined;
  private waiting: Promise<void> | undefined;
  /** What was recorded last. */
  private recorded = '';
  private cancelCheck = (): void => {};
  private cancelPause = (): void => {};

  constructor(options: ApplicationGuardOptions) {
    this.options = options;
  }

  async ready(): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal;
    if (this.isClosed) throw sessionOver(this.options.application);
    // A timer may be late by hours, when the machine slept: then it is not the timer that decides.
    if (this.rightAt !== undefined && this.options.now() - this.rightAt < CHECK_MS + POLL_MS) return;
    this.waiting ??= this.wait().finally(() => (this.waiting = undefined));
    await this.waiting;
  }

  private async wait(): Promise<void> {
    const { application, now, log, waitMs = WAIT_MS } = this.options;
    const deadline = now() + waitMs;
    for (let isFirst = true; ; isFirst = false) {
      const seen = await this.look();
      if (this.isClosed) throw this.refusal ?? sessionOver(application);
      if (seen.kind === 'right') return;
      if (seen.kind === 'wrong') throw refused(application, seen.reason);
      if (now() + POLL_MS > deadline) throw notRunning(application);
      if (isFirst) log(`waits for ${application.title}: nobody listens on port ${application.port}`);
      await this.pause();
      if (this.isClosed) throw this.refusal ?? sessionOver(application);
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.options.schedule(POLL_MS, resolve);
      this.cancelPause = () => {
        cancel();
        resolve();
      };
    });
  }

  /** One at a time; who asks meanwhile gets the same answer. */
  private look(): Promise<Seen> {
    this.looking ??= this.see()
      .then((seen) => this.take(seen))
      .finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async see(): Promise<Seen> {
    const { application, listenersOf, recognise } = this.options;
    try {
      const listeners = await listenersOf(application.port);
      const reasons = await Promise.all(listeners.map((listener) => recognise(listener, application)));
      const reason = reasons.find((one) => one !== undefined);
      if (reason !== undefined) return { kind: 'wrong', reason };
      return listeners.some(({ address }) => takesConnectionsTo127(address))
        ? { kind: 'right', listeners }
        : { kind: 'nobody' };
    } catch {
      return { kind: 'wrong', reason: 'could not be identified: the system did not say what it is' };
    }
  }

  private take(seen: Seen): Seen {
    if (this.isClosed) return seen;
    const { application, onRefused, log, now } = this.options;
    this.cancelCheck();
    this.rightAt = undefined;
    if (seen.kind === 'right') {
      this.rightAt = now();
      this.cancelCheck = this.options.schedule(this.wasRight ? CHECK_MS : AFTER_CONNECT_MS, () => void this.look());
      this.record('application_identified', describe(seen.listeners));
      if (!this.wasRight) log(`what listens on port ${application.port} is ${application.title}`);
      this.wasRight = true;
    } else if (seen.kind === 'wrong') {
      const failure = refused(application, seen.reason);
      log(failure.message);
      this.record('application_refused', { reason: seen.reason });
      if (this.wasRight) {
        // Whatever comes after cannot be told from whoever was there before.
        this.refusal = failure;
        this.close();
        onRefused(failure.message);
      }
    } else if (this.wasRight) log(`${application.title} does not listen on port ${application.port} any more`);
    return seen;
  }

  private record(
    event: Parameters<ApplicationGuardOptions['record']>[0],
    detail: Readonly<Record<string, string | number>>,
  ): void {
    const { application, record } = this.options;
    const all = { application: application.catalogName, port: application.port, ...detail };
    const text = JSON.stringify([event, all]);
    if (text === this.recorded) return;
    this.recorded = text;
    record(event, all);
  }

  close(): void {
    this.isClosed = true;
    this.rightAt = undefined;
    this.cancelCheck();
    this.cancelPause();
  }
}

/** The program that a connection meets; all of them are the application's. */
function describe(listeners: readonly Listener[]): Record<string, string | number> {
  const met = listeners.find(({ address }) => takesConnectionsTo127(address));
  if (met?.program.kind !== 'known') return {};
  const { pid, executable, start } = met.program;
  return { pid, executable: displayText(executable).slice(0, 300), ...(start === undefined ? {} : { start }) };
}

function notRunning({ title, port, howToStart }: Application): CompanionError {
  return new CompanionError(
    'E_APPLICATION_NOT_RUNNING',
    `${title} is not there: nobody listens on port ${port} of this computer.`,
    `${howToStart}; then start the connector again.`,
  );
}

function refused({ title, port }: Application, reason: string): CompanionError {
  return new CompanionError(
    'E_APPLICATION_REFUSED',
    `What listens on port ${port} is not known to be ${title}: it ${reason}.`,
    `End that program, start ${title}, and start the connector again.`,
  );
}

function sessionOver({ title }: Application): CompanionError {
  return new CompanionError(
    'E_APPLICATION_REFUSED',
    `This session with ${title} is over.`,
    'Start the connector again.',
  );
}

export function createApplicationGuard(options: ApplicationGuardOptions): ApplicationGuard {
  const guard = new Guard(options);
  return { ready: () => guard.ready(), close: () => guard.close() };
}
