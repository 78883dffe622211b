import type { LogEntry } from '../../preload/contract/audit.ts';
import { ClientView } from '../../preload/contract/client.ts';
import { ConnectorView } from '../../preload/contract/connector.ts';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import { assessProtection } from '../../preload/contract/protection.ts';
import { Status } from '../../preload/contract/status.ts';
import type { CompanionHost } from './companion-host.ts';
import { RECENT_MS, trayView, type TrayView } from './tray-model.ts';

/** So many denied calls are counted; beyond that the number says nothing more. */
const MAX_RECENT = 999;

export interface TrayState {
  view(): TrayView;
  /** Takes in an event; asks the companion again where it changes more than the list of calls. */
  onEvent(event: CompanionEvent): void;
  /** Asks the companion how it is. A companion that does not answer is not enforcing. */
  refresh(): Promise<void>;
}

interface Known {
  readonly status: Status;
  readonly connectors: ConnectorView[] | undefined;
  readonly clients: ClientView[] | undefined;
}

/** Follows the companion for the tray. `changed` is called whenever the view may be another one. */
export function createTrayState(options: {
  readonly host: () => CompanionHost | undefined;
  readonly now: () => number;
  readonly changed: () => void;
}): TrayState {
  let recent: LogEntry[] = [];
  let known: Known | undefined;
  let asked = 0;

  const ask = async (host: CompanionHost): Promise<Known> => {
    const [status, connectors, clients] = await Promise.all([
      host.call('status.get', {}, 'shell'),
      // Without these two the state is still known: a client file that cannot be read must not turn it red.
      host.call('connectors.list', {}, 'shell').catch(() => undefined),
      host.call('clients.list', {}, 'shell').catch(() => undefined),
    ]);
    return {
      status: Status.parse(status),
      connectors: ConnectorView.array().optional().parse(connectors),
      clients: ClientView.array().optional().parse(clients),
    };
  };
  const refresh = async (): Promise<void> => {
    const mine = (asked += 1);
    const host = options.host();
    const answer = host === undefined ? undefined : await ask(host).catch(() => undefined);
    // Two questions at once: only the later one's answer counts.
    if (mine !== asked) return;
    known = answer;
    options.changed();
  };

  return {
    view: () =>
      trayView({
        protection: assessProtection(known ?? {}),
        waitingApprovals: known?.status.companion.waitingApprovals ?? 0,
        recent,
        now: options.now(),
      }),
    onEvent(event) {
      if (event.type !== 'log') {
        void refresh();
        return;
      }
      const { entry } = event;
      if (entry.effect !== 'deny') return;
      const since = options.now() - RECENT_MS;
      recent = [...recent.filter((known) => known.id !== entry.id && Date.parse(known.time) > since), entry].slice(
        -MAX_RECENT,
      );
      options.changed();
    },
    refresh,
  };
}
