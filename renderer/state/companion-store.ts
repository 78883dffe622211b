import type { CompanionEvent } from '../../preload/contract/events.ts';
import { TransportError, type Transport } from '../transport/transport.ts';
import { applyEvent, initialState, mergeEntries, type PageState } from './page-state.ts';

export interface CompanionStore {
  readonly getState: () => PageState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Runs until `signal` is aborted or the page is signed out. */
  run(signal: AbortSignal): Promise<void>;
  denyApproval(id: string): Promise<void>;
  dismissWeakened(): void;
  dismissProblem(): void;
}

const RETRY_MS = [500, 1000, 2000, 5000];
/** Several changes at once are one look at the state. */
const SETTLE_MS = 100;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Holds what the page shows; loads it anew on each connection, then follows the events. */
export function createCompanionStore(open: () => Promise<Transport>): CompanionStore {
  let state = initialState;
  let transport: Transport | undefined;
  let settling: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();

  const update = (change: Partial<PageState>): void => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };
  const report = (thrown: unknown): void => {
    if (!(thrown instanceof TransportError)) throw thrown;
    if (thrown.kind === 'signed_out') update({ connection: { kind: 'ended', failure: thrown.failure } });
    else if (thrown.kind === 'refused') update({ problem: thrown.failure });
  };

  const loadState = async (from: Transport): Promise<void> => {
    update({ problem: undefined });
    // Each for itself: a client file that cannot be read must not hide whether the person is protected.
    await Promise.all([
      from.call('status.get', {}).then((status) => update({ status })),
      from.call('connectors.list', {}).then((connectors) => update({ connectors }), report),
      from.call('clients.list', {}).then((clients) => update({ clients }), report),
      from.call('approvals.list', {}).then((approvals) => update({ approvals }), report),
    ]);
  };
  const loadEntries = async (from: Transport): Promise<void> => {
    const entries = await from.call('logs.query', { limit: 200 });
    update({ entries: mergeEntries(state.entries ?? [], entries) });
  };
  const reload = (from: Transport): void => {
    clearTimeout(settling);
    settling = setTimeout(() => void loadState(from).catch(report), SETTLE_MS);
  };

  const onEvent = (from: Transport, event: CompanionEvent): void => {
    update(applyEvent(state, event));
    if (event.type !== 'log') reload(from);
  };
  const follow = async (from: Transport, signal: AbortSignal): Promise<void> => {
    await from.watch(
      {
        onOpen: () => {
          update({ connection: { kind: 'live' } });
          void Promise.all([loadState(from), loadEntries(from)]).catch(report);
        },
        onEvent: (event) => onEvent(from, event),
      },
      signal,
    );
  };

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async run(signal) {
      for (let failed = 0; !signal.aborted; failed += 1) {
        try {
          transport ??= await open();
          await follow(transport, signal);
          failed = 0;
        } catch (thrown) {
          if (signal.aborted) return;
          report(thrown);
          if (state.connection.kind === 'ended') return;
        }
        if (signal.aborted) return;
        update({ connection: { kind: 'lost' }, status: undefined });
        await pause(RETRY_MS[Math.min(failed, RETRY_MS.length - 1)] ?? 0, signal);
      }
    },
    async denyApproval(id) {
      await transport?.call('approvals.deny', { id }).catch(report);
    },
    dismissWeakened: () => update({ weakened: [] }),
    dismissProblem: () => update({ problem: undefined }),
  };
}
