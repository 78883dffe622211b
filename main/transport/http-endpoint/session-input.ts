/**
 * What clients send to one session: held while the session is being opened or its server does not keep up, in order,
 * within a bound. Whatever is still held when it closes is dropped.
 */
import type { Parsed, RequestMessage } from '../../relay/parse-message.ts';
import type { MessagePeer, Outbound } from '../../relay/session-options.ts';
import type { ServedSession } from '../downstream.ts';
import { questionRefused } from './own-messages.ts';

/** Bytes that may still wait; below zero where single messages were let in beyond it. */
export interface WaitingBudget {
  free: number;
}

interface Waiting {
  readonly parsed: Parsed;
  readonly line: Buffer;
}

export class SessionInput {
  private served: ServedSession | undefined;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private paused = false;
  private closed = false;
  private readonly maxWaitingBytes: number;
  private readonly inAll: WaitingBudget;

  /** `inAll` bounds what waits in all sessions that share it. */
  constructor(maxWaitingBytes: number, inAll: WaitingBudget = { free: maxWaitingBytes }) {
    this.maxWaitingBytes = maxWaitingBytes;
    this.inAll = inAll;
  }

  /** False when too much waits already; then it is not taken. */
  push(parsed: Parsed, line: Buffer): boolean {
    if (this.closed) return false;
    if (this.served !== undefined && !this.paused && this.waiting.length === 0) {
      this.served.messageFromClient(parsed, line);
      return true;
    }
    const room = Math.min(this.maxWaitingBytes - this.waitingBytes, this.inAll.free);
    if (this.waiting.length > 0 && line.length > room) return false;
    this.wait(parsed, line);
    return true;
  }

  /** Beyond the bound too. Only for small messages of our own, of which there is at most one for each request. */
  insist(parsed: Parsed, line: Buffer): void {
    if (!this.closed && !this.push(parsed, line)) this.wait(parsed, line);
  }

  private wait(parsed: Parsed, line: Buffer): void {
    this.waiting.push({ parsed, line });
    this.count(line.length);
  }

  /** A call was answered with a question, and its client may come back with what was asked for. */
  get awaitsInput(): boolean {
    return !this.closed && this.served?.awaitsInput === true;
  }

  /** How many sessions this one stands for; 1 while it is being opened. */
  get weight(): number {
    return Math.max(1, this.served?.weight ?? 1);
  }

  /** Takes back a request that has not left; true when the session never saw it. */
  withdraw(idKey: string): boolean {
    const at = this.waiting.findIndex(({ parsed }) => parsed.kind === 'request' && parsed.idKey === idKey);
    const [taken] = at < 0 ? [] : this.waiting.splice(at, 1);
    this.count(-(taken?.line.length ?? 0));
    return taken !== undefined;
  }

  /** Answers a question of the server that no client can be asked. */
  refuseQuestion(question: RequestMessage, code: number, message: string): void {
    const { parsed, line } = questionRefused(question, code, message);
    // Not from within the delivery of something else.
    queueMicrotask(() => this.push(parsed, line));
  }

  open(served: ServedSession): void {
    // Nobody waited for it to the end.
    if (this.closed) served.clientGone();
    this.served = served;
    this.flush();
  }

  /** The client's side of the session: what the session delivers goes to `deliver`, what it holds up is held up here. */
  peer(deliver: (messages: readonly Outbound[]) => boolean, backlog: () => number): MessagePeer {
    return {
      deliver,
      backlog,
      pause: () => {
        this.paused = true;
      },
      resume: () => {
        this.paused = false;
        this.flush();
      },
      end: () => {},
    };
  }

  /** The clients take more again. */
  drained(): void {
    if (!this.closed) this.served?.clientDrained();
  }

  /** The clients are gone. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.waiting = [];
    this.count(-this.waitingBytes);
    this.served?.clientGone();
  }

  private count(bytes: number): void {
    this.waitingBytes += bytes;
    this.inAll.free -= bytes;
  }

  private flush(): void {
    while (this.served !== undefined && !this.paused) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.count(-next.line.length);
      this.served.messageFromClient(next.parsed, next.line);
    }
  }
}
