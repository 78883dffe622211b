import type { CompanionEvent } from '../../preload/contract/events.ts';
import type {
  CallOperation,
  OperationInput,
  OperationName,
  OperationOutput,
} from '../../preload/contract/operations.ts';
import { TransportError, unreachable, type Transport } from '../transport/transport.ts';
import { applyEvent, initialState, type PageState } from './page-state.ts';

export interface CompanionStore {
  readonly getState: () => PageState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Runs until `signal` is aborted or the page is signed out. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Calls one operation; rejects with a TransportError. What weakens protection answers once a person did, in the approval window. */
  readonly call: CallOperation;
  /** Events as they come, and `open` each time the stream stands again. @returns a function that ends it. */
  readonly onEvent: (listener: (event: CompanionEvent | { readonly type: 'open' }) => void) => () => void;
  /** Brings the approval window up, by a person's click. */
  readonly openReview: (again: boolean) => Promise<void>;
  readonly denyApproval: (id: string) => Promise<void>;
  readonly dismissWeakened: () => void;
  readonly dismissProblem: () => void;
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

/**
 * Holds what the page shows; loads it anew on each connection, then follows the events. `showReview` opens the address of the
 * approval window in a window of its own. The approval window itself may ask for no more than what waits.
 */
export function createCompanionStore(
  open: () => Promise<Transport>,
  showReview: (url: string) => void = () => undefined,
  loads: 'everything' | 'what waits' = 'everything',
): CompanionStore {
  let state = initialState;
  let transport: Transport | undefined;
  let settling: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();
  const eventListeners = new Set<(event: CompanionEvent | { readonly type: 'open' }) => void>();
  /** Calls of this page that were not answered yet. */
  let underWay = 0;

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
    const waiting = [
      from.call('approvals.list', {}).then((approvals) => update({ approvals }), report),
      from.call('held.list', {}).then((held) => update({ held }), report),
    ];
    if (loads === 'what waits') {
      await Promise.all(waiting);
      return;
    }
    await Promise.all([
      ...waiting,
      from.call('status.get', {}).then((status) => update({ status })),
      from.call('connectors.list', {}).then((connectors) => update({ connectors }), report),
      from.call('clients.list', {}).then((clients) => update({ clients }), report),
    ]);
  };
  const reload = (from: Transport): void => {
    clearTimeout(settling);
    settling = setTimeout(() => void loadState(from).catch(report), SETTLE_MS);
  };

  const call = async <N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationOutput<N>> => {
    if (transport === undefined) throw unreachable();
    underWay += 1;
    try {
      return await transport.call(name, input);
    } catch (thrown) {
      if (thrown instanceof TransportError && thrown.kind === 'signed_out') report(thrown);
      throw thrown;
    } finally {
      underWay -= 1;
    }
  };
  const openReview = async (again: boolean): Promise<void> => {
    const answer = await transport?.call('review.open', { again });
    if (answer?.url !== null && answer?.url !== undefined) showReview(answer.url);
  };

  const onEvent = (from: Transport, event: CompanionEvent): void => {
    const next = applyEvent(state, event);
    // A call that was made changes nothing here, and draws nothing anew.
    if (next !== state) update(next);
    for (const listener of eventListeners) listener(event);
    if (event.type === 'held_waiting' && event.question.from === 'interface' && underWay > 0)
      void openReview(false).catch(report);
    // Neither changes what is loaded here; both come often.
    if (event.type !== 'log' && event.type !== 'job') reload(from);
  };
  const follow = async (from: Transport, signal: AbortSignal): Promise<void> => {
    await from.watch(
      {
        onOpen: () => {
          update({ connection: { kind: 'live' } });
          for (const listener of eventListeners) listener({ type: 'open' });
          void loadState(from).catch(report);
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
    call,
    openReview: (again) => openReview(again).catch(report),
    onEvent(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    async denyApproval(id) {
      await transport?.call('approvals.deny', { id }).catch(report);
    },
    dismissWeakened: () => update({ weakened: [] }),
    dismissProblem: () => update({ problem: undefined }),
  };
}
