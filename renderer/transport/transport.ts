import type { CompanionEvent } from '../../preload/contract/events.ts';
import type { Failure } from '../../preload/contract/failure.ts';
import type { CallOperation } from '../../preload/contract/operations.ts';

/**
 * `signed_out`: this page must be opened anew; `unreachable`: nobody answers, perhaps later; `refused`: this one request.
 */
export type TransportErrorKind = 'signed_out' | 'unreachable' | 'refused';

export class TransportError extends Error {
  readonly kind: TransportErrorKind;
  readonly failure: Failure;

  constructor(kind: TransportErrorKind, failure: Failure) {
    super(failure.message);
    this.name = 'TransportError';
    this.kind = kind;
    this.failure = failure;
  }
}

export interface EventWatcher {
  /** The stream stands: what happens from now on arrives. */
  onOpen(): void;
  onEvent(event: CompanionEvent): void;
}

/** How the page talks to the companion: over the app's bridge, or over HTTP in a browser. */
export interface Transport {
  /** Rejects with a {@link TransportError}. */
  readonly call: CallOperation;
  /** Resolves when the stream ends, rejects with a {@link TransportError} when it cannot be opened. */
  watch(watcher: EventWatcher, signal: AbortSignal): Promise<void>;
}

export const unreachable = (): TransportError =>
  new TransportError('unreachable', {
    code: 'E_UNREACHABLE',
    message: 'The companion stopped.',
    next: 'Start it with "runlayer serve".',
  });
