import type { Reply, ReplyEvents } from './reply.ts';

/** The replies of one session whose responses are not over, answered or not. */
export class OpenReplies {
  private readonly replies = new Set<Reply>();

  add(reply: Reply, events: ReplyEvents): void {
    this.replies.add(reply);
    reply.watch({
      drained: events.drained,
      closed: (left) => {
        this.replies.delete(reply);
        events.closed(left);
      },
    });
  }

  /** Bytes that clients have not taken. */
  get backlog(): number {
    let bytes = 0;
    for (const reply of this.replies) bytes += reply.backlog;
    return bytes;
  }

  /** Cuts off who was answered and does not take it. @returns whether somebody still waits. */
  tick(now: number, unreadAnswerMs: number): boolean {
    let isAwaited = false;
    for (const reply of this.replies) {
      reply.cutIfUnread(now, unreadAnswerMs);
      isAwaited ||= reply.isOpen;
    }
    return isAwaited;
  }
}
