/**
 * What clients were answered and do not read, bounded for each binding and in all: the oldest unread answer is cut, and
 * with too much in all, one of the binding that holds most. Nobody is cut for what others leave unread.
 */
import type { EndpointLimits } from './endpoint-options.ts';
import type { Reply } from './reply.ts';

type Unread = Pick<Reply, 'backlog' | 'cut' | 'onceOver'>;

/** Of one binding: each reply with what of it was unread when that was looked at last; the oldest first. */
class Holder {
  readonly replies = new Map<Unread, number>();
  bytes = 0;

  set(reply: Unread, bytes: number): void {
    this.bytes += bytes - (this.replies.get(reply) ?? 0);
    this.replies.set(reply, bytes);
  }

  delete(reply: Unread): void {
    this.bytes -= this.replies.get(reply) ?? 0;
    this.replies.delete(reply);
  }

  /** Clients read on without telling. */
  lookAgain(): void {
    for (const reply of this.replies.keys()) {
      if (reply.backlog > 0) this.set(reply, reply.backlog);
      else this.delete(reply);
    }
  }

  cutOldest(): void {
    for (const reply of this.replies.keys()) {
      this.delete(reply);
      reply.cut();
      return;
    }
  }
}

export class UnreadReplies {
  private readonly limits: Pick<EndpointLimits, 'maxUnreadPerPrincipal' | 'maxUnreadInAll'>;
  private readonly log: (text: string) => void;
  private readonly holders = new Map<string, Holder>();

  constructor(limits: Pick<EndpointLimits, 'maxUnreadPerPrincipal' | 'maxUnreadInAll'>, log: (text: string) => void) {
    this.limits = limits;
    this.log = log;
  }

  /** Something was written to `reply`, a reply of this binding. */
  note(principalId: string, reply: Unread): void {
    const bytes = reply.backlog;
    if (bytes === 0) return;
    const holder = this.holderOf(principalId);
    const isNew = !holder.replies.has(reply);
    holder.set(reply, bytes);
    if (isNew) reply.onceOver(() => this.forget(principalId, holder, reply));
    this.keepBounds(holder);
  }

  private holderOf(principalId: string): Holder {
    const known = this.holders.get(principalId);
    if (known !== undefined) return known;
    const holder = new Holder();
    this.holders.set(principalId, holder);
    return holder;
  }

  private forget(principalId: string, holder: Holder, reply: Unread): void {
    holder.delete(reply);
    if (holder.replies.size === 0 && this.holders.get(principalId) === holder) this.holders.delete(principalId);
  }

  private get bytes(): number {
    let bytes = 0;
    for (const holder of this.holders.values()) bytes += holder.bytes;
    return bytes;
  }

  private keepBounds(holder: Holder): void {
    const { maxUnreadPerPrincipal, maxUnreadInAll } = this.limits;
    if (holder.bytes > maxUnreadPerPrincipal) holder.lookAgain();
    while (holder.bytes > maxUnreadPerPrincipal) this.cutOldest(holder);
    if (this.bytes <= maxUnreadInAll) return;
    for (const each of this.holders.values()) each.lookAgain();
    while (this.bytes > maxUnreadInAll) {
      const [most] = [...this.holders.values()].sort((a, b) => b.bytes - a.bytes);
      if (most === undefined) return;
      this.cutOldest(most);
    }
  }

  private cutOldest(holder: Holder): void {
    this.log('A client was cut off because it does not read its answers.');
    holder.cutOldest();
  }
}
