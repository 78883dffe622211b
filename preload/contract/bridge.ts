import type { CompanionEvent } from './events.ts';
import type { Failure } from './failure.ts';

/** The two IPC channels between the app and its window; there is no third, and neither takes a channel name. */
export const CALL_CHANNEL = 'companion:call';
export const EVENT_CHANNEL = 'companion:event';

/** A reply is a value either way: an error that crosses IPC would lose its code and its next step. */
export type BridgeReply =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Failure };

/** `window.companion` in the app's window; absent in a browser. */
export interface CompanionBridge {
  call(name: string, input: unknown): Promise<BridgeReply>;
  /** @returns a function that ends the subscription. */
  onEvent(listener: (event: CompanionEvent) => void): () => void;
}
