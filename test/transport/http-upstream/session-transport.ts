/** An SDK client's transport whose other end is a relay session: what a program on stdio would be. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Bell, Rig } from './rig.ts';

export class SessionTransport {
  onmessage?: (message: never) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  private readonly r: Rig;
  private isClosed = false;

  constructor(r: Rig) {
    this.r = r;
  }

  start(): Promise<void> {
    void this.pump(this.r.bell);
    return Promise.resolve();
  }

  send(message: object): Promise<void> {
    this.r.h.session.fromClient(Buffer.from(`${JSON.stringify(message)}\n`));
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.r.bell.ring();
    this.onclose?.();
    return Promise.resolve();
  }

  private async pump(bell: Bell): Promise<void> {
    const { client } = this.r;
    while (!this.isClosed) {
      await bell.until(() => this.isClosed || client.bytes.length > 0);
      for (const line of client.lines()) {
        this.onmessage?.(JSON.parse(line) as never);
        // The SDK handles a notification a turn later than an answer.
        await turn();
      }
    }
  }
}
