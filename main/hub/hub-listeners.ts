/**
 * Where the hub listens: one port of loopback that is chosen once and kept, and what a person opened besides. Never
 * another port than the one that clients have in their files; what cannot be had is a state that says what to do.
 */
import { CompanionError, type HubEndpoint, type HubListener } from '../../preload/contract/index.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { HttpEndpoint, OpenListener } from '../transport/http-endpoint/http-endpoint.ts';
import { reachOf, refuseUnagreedReach, type Reach } from './address-reach.ts';

export interface HubListenerParts {
  readonly settings: SettingsStore;
  /** Something in {@link HubListeners.state} changed. */
  readonly changed: () => void;
  /** This companion leaves when nobody uses it. */
  readonly onDemand: boolean;
  /** Who can reach an address of this machine now; asked of the system where it is left out. */
  readonly reach?: (address: string) => Reach;
  readonly warn: (text: string) => void;
}

export interface HubListeners {
  /** The one address; listens from now on. Rejects with E_PORT_TAKEN. */
  endpointUrl(): Promise<string>;
  state(): HubEndpoint;
  /** Opens and closes listeners so that they are those of the settings. */
  changed(): Promise<void>;
}

interface Extra {
  readonly listener: HubListener;
  readonly open: OpenListener | undefined;
  readonly problem: string;
}

/** Clients show their tokens to whoever answers at the port. */
function withStolenTokens(error: unknown): unknown {
  if (!(error instanceof CompanionError) || error.code !== 'E_PORT_TAKEN') return error;
  const next = `${error.next} Its tokens may have been seen: rotate them with "runlayer hub env --rotate".`;
  return new CompanionError(error.code, error.message, next, { cause: error });
}

/** Starts to listen at once where there is something to serve. */
export function createHubListeners(parts: HubListenerParts, endpoint: Pick<HttpEndpoint, 'listen'>): HubListeners {
  const hub = () => parts.settings.read().hub;
  let loopback: Promise<OpenListener> | undefined;
  let url: string | null = null;
  /** Why it does not listen. */
  let failure = '';
  /** What is wrong although it listens. */
  let warning = '';
  const listenOnLoopback = async (): Promise<OpenListener> => {
    let open: OpenListener | undefined;
    const before = [url, failure, warning].join('\n');
    try {
      open = await endpoint.listen({ kind: 'loopback', port: hub().port ?? 0 });
      const { port } = open;
      if (port !== undefined && hub().port === null) {
        // Chosen once and kept: clients have it in their files.
        parts.settings.update('hub.port', 'companion', (current) => ({ ...current, hub: { ...current.hub, port } }));
      }
      url = `http://127.0.0.1:${port ?? 0}/mcp`;
      failure = '';
      warning = open.warning ?? '';
      return open;
    } catch (error) {
      // A port that could not be written down would be another one next time.
      await open?.close();
      loopback = undefined;
      const told = hub().bindings.length > 0 ? withStolenTokens(error) : error;
      failure = told instanceof CompanionError ? `${told.message} ${told.next}` : String(told);
      throw told;
    } finally {
      // Whoever looks at the state tries again: only what is new may make somebody look.
      if ([url, failure, warning].join('\n') !== before) parts.changed();
    }
  };
  const endpointUrl = async (): Promise<string> => {
    loopback ??= listenOnLoopback();
    await loopback;
    return url ?? '';
  };

  let extras: readonly Extra[] = [];
  let settling: Promise<void> = Promise.resolve();
  const openExtra = async (listener: HubListener): Promise<Extra> => {
    try {
      // A network of today may have the address of yesterday's bridge.
      refuseUnagreedReach(listener, parts.reach ?? reachOf);
      return { listener, open: await endpoint.listen(listener), problem: '' };
    } catch (error) {
      const text = error instanceof CompanionError ? `${error.message} ${error.next}` : String(error);
      parts.warn(text);
      return { listener, open: undefined, problem: text };
    }
  };
  const settle = async (): Promise<void> => {
    const wanted = hub().listeners;
    const kept = extras.filter(
      (extra) => extra.open !== undefined && wanted.some((listener) => listener.id === extra.listener.id),
    );
    for (const extra of extras) if (!kept.includes(extra)) await extra.open?.close();
    const missing = wanted.filter((listener) => !kept.some((extra) => extra.listener.id === listener.id));
    extras = [...kept, ...(await Promise.all(missing.map(openExtra)))];
    parts.changed();
  };
  const listenersChanged = (): Promise<void> => {
    const settled = settling.then(settle);
    settling = settled.catch(() => undefined);
    return settled;
  };

  // What clients have in their files must answer as soon as the companion runs.
  if (hub().bindings.length > 0)
    endpointUrl().catch((error: unknown) =>
      parts.warn(error instanceof CompanionError ? `${error.message} ${error.next}` : String(error)),
    );
  if (hub().listeners.length > 0) listenersChanged().catch((error: unknown) => parts.warn(String(error)));

  return {
    endpointUrl,
    state: () => ({
      url: url ?? (hub().port === null ? null : `http://127.0.0.1:${hub().port}/mcp`),
      state: failure !== '' ? 'failed' : url === null ? 'off' : 'listening',
      problem: failure === '' ? warning : failure,
      onDemand: parts.onDemand,
      origins: [...hub().origins],
      listeners: extras.map((extra) => ({
        listener: extra.listener,
        state: extra.open === undefined ? ('failed' as const) : ('listening' as const),
        problem: extra.problem,
      })),
    }),
    changed: listenersChanged,
  };
}
