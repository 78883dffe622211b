/**
 * How much the members of one list may hold in all. Where it is too much the one that holds the most is left out, so that
 * one long list does not push out the others.
 */
import type { WireLimits } from '../../relay/limits.ts';

interface Held {
  tools: number;
  bytes: number;
}

export class ListRoom {
  private readonly limits: Pick<WireLimits, 'maxTools' | 'maxToolListBytes'>;
  private readonly held = new Map<string, Held>();
  private tools = 0;
  private bytes = 0;

  constructor(limits: Pick<WireLimits, 'maxTools' | 'maxToolListBytes'>) {
    this.limits = limits;
  }

  /** @returns the connectors that have to go. */
  add(connector: string, tools: number, bytes: number): string[] {
    const held = this.held.get(connector) ?? { tools: 0, bytes: 0 };
    held.tools += tools;
    held.bytes += bytes;
    this.held.set(connector, held);
    this.tools += tools;
    this.bytes += bytes;
    const gone: string[] = [];
    while (this.tools > this.limits.maxTools) gone.push(this.removeLargest('tools'));
    while (this.bytes > this.limits.maxToolListBytes) gone.push(this.removeLargest('bytes'));
    return gone;
  }

  remove(connector: string): void {
    const held = this.held.get(connector);
    if (held === undefined) return;
    this.held.delete(connector);
    this.tools -= held.tools;
    this.bytes -= held.bytes;
  }

  private removeLargest(by: keyof Held): string {
    let largest = '';
    let most = -1;
    for (const [connector, held] of this.held) {
      if (held[by] <= most) continue;
      most = held[by];
      largest = connector;
    }
    this.remove(largest);
    return largest;
  }
}
