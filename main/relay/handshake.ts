/**
 * When a session is ready for questions of our own. Legacy: the client's `notifications/initialized` left. Modern: the
 * server gave its first good answer; a client that asks a legacy server in the modern way first gets none, and goes on with
 * `initialize`.
 */
import type { JsonObject } from '../../preload/contract/json.ts';
import { isModern } from './denial.ts';
import { protocolMeta } from './own-requests.ts';
import type { Message } from './parse-message.ts';

export class Handshake {
  private isLegacy = false;
  private isOver = false;
  private announced = false;
  private modernMeta: JsonObject | undefined;
  private readonly ready: () => void;

  /** `ready` is called once, by {@link announce}. */
  constructor(ready: () => void) {
    this.ready = ready;
  }

  /** What modern requests of this session carry. */
  get meta(): JsonObject | undefined {
    return this.modernMeta;
  }

  /** A message of the client goes to the server. */
  left(message: Message): void {
    if (this.isOver || message.kind === 'response') return;
    if (message.kind === 'notification') {
      if (message.method === 'notifications/initialized' && this.isLegacy) this.isOver = true;
    } else if (message.method === 'initialize') {
      this.isLegacy = true;
      this.modernMeta = undefined;
    } else if (!this.isLegacy && this.modernMeta === undefined && isModern(message.params)) {
      this.modernMeta = protocolMeta(message.params);
    }
  }

  /** The server answered without an error. */
  answered(): void {
    if (this.modernMeta !== undefined) this.isOver = true;
  }

  /** Call once what was handled has left. */
  announce(): void {
    if (!this.isOver || this.announced) return;
    this.announced = true;
    this.ready();
  }
}
