/** Which sides are not read at the moment, and why. A side is paused once, however many reasons there are. */
import type { Sender } from './parse-message.ts';
import type { SessionOptions } from './session-options.ts';

type Hold = 'peer_slow' | 'parsing' | 'backlog' | 'tenant' | 'guard';

export class Flow {
  private readonly options: Pick<SessionOptions, 'client' | 'server' | 'limits'>;
  private readonly resumed: (side: Sender) => void;
  private readonly holds: Readonly<Record<Sender, Set<Hold>>> = { client: new Set(), server: new Set() };

  /** `resumed` is called before a side is read again. */
  constructor(options: Pick<SessionOptions, 'client' | 'server' | 'limits'>, resumed: (side: Sender) => void) {
    this.options = options;
    this.resumed = resumed;
  }

  isHeld(side: Sender): boolean {
    return this.holds[side].size > 0;
  }

  /**
   * `reader` does not keep up: its counterpart is not read meanwhile. Once much waits for it, it is not read itself
   * either: what it sends may be what we answer (refusals), and that must not fill the memory.
   */
  slow(reader: Sender, counterpart: Sender): void {
    this.hold(counterpart, 'peer_slow', true);
    if (this.options[reader].backlog() > this.options.limits.maxBacklogBytes) this.hold(reader, 'backlog', true);
  }

  hold(side: Sender, why: Hold, on: boolean): void {
    const holds = this.holds[side];
    const wasHeld = holds.size > 0;
    if (on) holds.add(why);
    else holds.delete(why);
    const isHeld = holds.size > 0;
    if (wasHeld === isHeld) return;
    const peer = this.options[side];
    if (isHeld) peer.pause();
    else {
      this.resumed(side);
      peer.resume();
    }
  }
}
