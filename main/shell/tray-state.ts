/** Follows the companion for the tray: asks when it says that something changed, and keeps the calls that were stopped. */
import { LogEntry } from '../../preload/contract/audit.ts';
import { ClientView } from '../../preload/contract/client.ts';
import { ConnectorView } from '../../preload/contract/connector.ts';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import { HeldQuestion } from '../../preload/contract/held.ts';
import { assessProtection } from '../../preload/contract/protection.ts';
import type { UpdateState } from '../../preload/contract/shell-operations.ts';
import { Status } from '../../preload/contract/status.ts';
import type { CompanionHost } from './companion-host.ts';
import { stoppedCall, type StoppedCall } from './stopped-call.ts';
import { atMostEvery } from './at-most-every.ts';
import { blockedLately, LATELY_MS, trayView, type TrayView, type Weakening } from './tray-model.ts';

/** Drawing a menu and asking the companion take time that calls need. */
const PACE_MS = 250;
/** So many are kept; beyond that their number says nothing more. */
const MAX_STOPPED = 500;

export interface TrayState {
  view(): TrayView;
  /** Takes in an event; asks the companion again where it changes more than the list of calls. */
  onEvent(event: CompanionEvent): void;
  /** Asks the companion how it is. A companion that does not answer is not enforcing. */
  refresh(): Promise<void>;
  close(): void;
}

interface Known {
  readonly status: Status;
  readonly connectors: ConnectorView[] | undefined;
  readonly clients: ClientView[] | undefined;
  readonly questions: number;
}

export interface TrayStateOptions {
  readonly host: () => CompanionHost | undefined;
  readonly update: () => UpdateState;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** @returns takes it back. */
  readonly after: (ms: number, then: () => void) => () => void;
  readonly clock: (time: number) => string;
  /** The view may be another one. */
  readonly changed: () => void;
}

async function ask(host: CompanionHost): Promise<Known> {
  const [status, questions, connectors, clients] = await Promise.all([
    host.call('status.get', {}, 'shell'),
    host.call('held.list', {}, 'shell').catch(() => []),
    // Without these two the state is still known: a client file that cannot be read must not turn it red.
    host.call('connectors.list', {}, 'shell').catch(() => undefined),
    host.call('clients.list', {}, 'shell').catch(() => undefined),
  ]);
  return {
    status: Status.parse(status),
    connectors: ConnectorView.array().optional().parse(connectors),
    clients: ClientView.array().optional().parse(clients),
    questions: HeldQuestion.array().parse(questions).length,
  };
}

async function askStopped(host: CompanionHost): Promise<StoppedCall[]> {
  const entries: unknown = await host.call('logs.query', { limit: MAX_STOPPED, blocked: true }, 'shell');
  return LogEntry.array()
    .parse(entries)
    .map(stoppedCall)
    .filter((call) => call !== undefined);
}

/** Newest first, each call once, as it was last told. */
function merged(newer: readonly StoppedCall[], older: readonly StoppedCall[]): StoppedCall[] {
  const seen = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !seen.has(id))].sort((a, b) => b.time - a.time).slice(0, MAX_STOPPED);
}

export function createTrayState(options: TrayStateOptions): TrayState {
  let known: Known | undefined;
  let stopped: StoppedCall[] = [];
  let askedStopped = false;
  let running: Promise<void> | undefined;
  let again = false;
  let weakened: Weakening | undefined;
  let takeBack = (): void => undefined;

  const isLately = (time: number): boolean => options.now() - time < LATELY_MS;
  const view = (): TrayView =>
    trayView({
      protection: assessProtection(known ?? {}),
      waiting: (known?.status.companion.waitingApprovals ?? 0) + (known?.questions ?? 0),
      lockedDown: known === undefined ? undefined : known.status.companion.lockdown !== null,
      stopped,
      weakened: weakened !== undefined && isLately(weakened.time) ? weakened : undefined,
      update: options.update(),
      now: options.now(),
      clock: options.clock,
    });
  const drawing = atMostEvery(PACE_MS, options.after, options.changed);
  /** What was blocked is "lately" no more one hour after it: nothing else would say so. */
  const changed = (): void => {
    takeBack();
    takeBack = (): void => undefined;
    const times = blockedLately(stopped, options.now()).map(({ time }) => time);
    if (weakened !== undefined && isLately(weakened.time)) times.push(weakened.time);
    if (times.length > 0)
      takeBack = options.after(Math.max(0, Math.min(...times) + LATELY_MS - options.now()), changed);
    drawing.wish();
  };
  const once = async (): Promise<void> => {
    const host = options.host();
    known = host === undefined ? undefined : await ask(host).catch(() => undefined);
    if (host !== undefined && known !== undefined && !askedStopped) {
      askedStopped = true;
      stopped = merged(stopped, await askStopped(host).catch(() => []));
    }
    changed();
  };
  /** However often it is wished for meanwhile, one more time is enough. */
  const rounds = async (): Promise<void> => {
    do {
      again = false;
      await once();
    } while (again);
    running = undefined;
  };
  const refresh = (): Promise<void> => {
    again = true;
    running ??= rounds();
    return running;
  };

  const asking = atMostEvery(PACE_MS, options.after, () => void refresh());
  const onLog = (entry: LogEntry): void => {
    const call = stoppedCall(entry);
    if (call === undefined) return;
    stopped = merged([call], stopped);
    changed();
  };

  return {
    view,
    onEvent(event) {
      switch (event.type) {
        case 'log':
          onLog(event.entry);
          return;
        case 'weakened':
          weakened = { time: options.now(), text: event.text };
          changed();
          return;
        case 'job':
          return;
        case 'approval_waiting':
        case 'approval_ended':
        case 'held_waiting':
        case 'held_ended':
        case 'status_changed':
          asking.wish();
      }
    },
    refresh,
    close() {
      takeBack();
      drawing.close();
      asking.close();
    },
  };
}
