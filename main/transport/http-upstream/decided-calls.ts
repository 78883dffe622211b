/**
 * Calls between their decision and their leaving. What a server said of its tools decided them, so they must not reach the
 * one that took its place meanwhile: such a call is outdated, it fails, and the client's next one is decided anew.
 */
import type { Outbound } from '../../relay/session-options.ts';

export const OUTDATED = 'it was restarted and its tools may have changed, so the call was not made: call again';

function isCall({ message }: Outbound): boolean {
  return message.kind === 'request' && message.method === 'tools/call';
}

export class DecidedCalls {
  private readonly decided = new WeakMap<Outbound, number>();
  private renewals = 0;

  /** These were decided by what is known at this moment. */
  add(messages: readonly Outbound[]): void {
    for (const out of messages) if (isCall(out)) this.decided.set(out, this.renewals);
  }

  /** Another server, or the same one started anew, is there from now on. */
  renewed(): void {
    this.renewals++;
  }

  isOutdated(out: Outbound): boolean {
    return isCall(out) && this.decided.get(out) !== this.renewals;
  }
}
