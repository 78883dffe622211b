import type { Outbound } from '../../relay/session-options.ts';

const MAX_MESSAGES = 256;
const MAX_BYTES = 1024 * 1024;

/** What a server says while no stream is open that could carry it. Bounded; the oldest give way. */
export class KeptMessages {
  private messages: Outbound[] = [];
  private bytes = 0;

  /** @returns what gave way. */
  add(message: Outbound): readonly Outbound[] {
    this.messages.push(message);
    this.bytes += message.bytes.length;
    const lost: Outbound[] = [];
    while (this.messages.length > MAX_MESSAGES || this.bytes > MAX_BYTES) {
      const oldest = this.messages.shift();
      if (oldest === undefined) break;
      this.bytes -= oldest.bytes.length;
      lost.push(oldest);
    }
    return lost;
  }

  takeAll(): readonly Outbound[] {
    const { messages } = this;
    this.messages = [];
    this.bytes = 0;
    return messages;
  }
}
