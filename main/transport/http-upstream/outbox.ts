/**
 * Messages on their way to the server: each begins after the one before it has begun. Holds back what the server cannot
 * take yet, and says so while it is much.
 */
import type { Outbound } from '../../relay/session-options.ts';

const MAX_FULL_BYTES = 1024 * 1024;

export interface OutboxParts {
  /** Resolves when the next message may begin. Never rejects. */
  readonly begin: (out: Outbound) => Promise<void>;
  readonly maxOpen: number;
  readonly maxBacklogBytes: number;
  readonly drained: () => void;
}

export class Outbox {
  private readonly parts: OutboxParts;
  private readonly fullBytes: number;
  private queue: Outbound[] = [];
  private bytes = 0;
  private open = 0;
  private isFull = false;
  private working: Promise<void> | undefined;
  private slotFree: (() => void) | undefined;

  constructor(parts: OutboxParts) {
    this.parts = parts;
    this.fullBytes = Math.min(MAX_FULL_BYTES, parts.maxBacklogBytes);
  }

  get backlog(): number {
    return this.bytes;
  }

  /** False while it holds much. */
  add(messages: readonly Outbound[]): boolean {
    for (const out of messages) this.bytes += out.bytes.length;
    this.queue.push(...messages);
    if (this.bytes > this.fullBytes) this.isFull = true;
    if (this.working === undefined && this.queue.length > 0) this.working = this.work();
    return !this.isFull;
  }

  /** This many bytes have left. */
  sent(bytes: number): void {
    this.bytes -= bytes;
    if (!this.isFull || this.bytes > this.fullBytes / 2) return;
    this.isFull = false;
    this.parts.drained();
  }

  /** An exchange began; its end frees its place. */
  opened(): void {
    this.open++;
  }

  closed(): void {
    this.open--;
    this.slotFree?.();
  }

  /** What has not begun never will, but for what is to be kept. */
  clear(isKept: (out: Outbound) => boolean = () => false): void {
    this.queue = this.queue.filter(isKept);
  }

  /** Resolves when everything has begun. */
  async empty(): Promise<void> {
    await this.working;
  }

  private async work(): Promise<void> {
    for (;;) {
      const next = this.queue.shift();
      if (next === undefined) break;
      while (this.open >= this.parts.maxOpen) {
        await new Promise<void>((resolve) => {
          this.slotFree = resolve;
        });
      }
      await this.parts.begin(next);
    }
    this.working = undefined;
  }
}
