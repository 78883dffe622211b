/**
 * One direction of a session: bytes in, parsed messages out, in order. Large messages are parsed elsewhere (a worker);
 * what follows them waits, and the source is paused meanwhile.
 */
import { flattenLine } from './flatten-line.ts';
import { LineFramer } from './framing.ts';
import type { WireLimits } from './limits.ts';
import { parseMessage, type Parsed, type Sender } from './parse-message.ts';
import type { Probed } from './probe-envelope.ts';

export type ParseLarge = (line: Buffer, sender: Sender) => Promise<Parsed>;

export interface LaneOptions {
  readonly sender: Sender;
  readonly limits: WireLimits;
  readonly parseLarge: ParseLarge | undefined;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  message(parsed: Parsed, line: Buffer): void;
  discarded(why: 'too_large' | 'too_slow', probed: Probed): void;
  /** All that was pushed so far is handled: a good moment to write. */
  flush(): void;
  /** True while the lane cannot take more. */
  busyChanged(busy: boolean): void;
  ended(): void;
  /** A message that could not be handled at all; the session must end. */
  broken(error: unknown): void;
}

type Item =
  | { readonly kind: 'line'; readonly line: Buffer }
  | { readonly kind: 'discarded'; readonly why: 'too_large' | 'too_slow'; readonly probed: Probed };

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

function isBlank(line: Buffer): boolean {
  if (line.length > 4) return false;
  for (const byte of line) if (byte > 0x20) return false;
  return true;
}

export class Lane {
  private readonly framer: LineFramer;
  private readonly options: LaneOptions;
  private readonly queue: Item[] = [];
  private first = true;
  private working = false;
  private closing = false;
  /** When the unfinished line began, in reading time. */
  private partialSince: number | undefined;

  constructor(options: LaneOptions) {
    this.options = options;
    this.framer = new LineFramer(options.limits.maxMessageBytes, {
      line: (line) => this.enqueue({ kind: 'line', line }),
      discarded: (why, probed) => this.enqueue({ kind: 'discarded', why, probed }),
    });
  }

  /** True while something that came in is not handled yet. */
  get isWorking(): boolean {
    return this.working || this.queue.length > 0;
  }

  push(chunk: Buffer): void {
    const before = this.framer.partialBytes;
    this.framer.push(chunk);
    const after = this.framer.partialBytes;
    if (after === 0) this.partialSince = undefined;
    else if (before === 0 || after < before + chunk.length) this.partialSince = this.options.now();
    this.options.flush();
  }

  end(): void {
    this.closing = true;
    this.framer.end();
    this.options.flush();
    this.endIfDone();
  }

  /** Reading was paused and goes on: the time in between does not count against an unfinished line. */
  resumed(): void {
    if (this.partialSince !== undefined) this.partialSince = this.options.now();
  }

  /** What to do about an unfinished line at this moment. `stuck`: it was given up and its newline still does not come. */
  check(now: number): 'fine' | 'gave_up' | 'stuck' {
    const { limits } = this.options;
    if (this.partialSince === undefined) return 'fine';
    const age = now - this.partialSince;
    if (this.framer.isDiscarding) {
      return age > limits.discardMs || this.framer.partialBytes > limits.maxDiscardBytes ? 'stuck' : 'fine';
    }
    if (age <= limits.partialLineMs) return 'fine';
    this.framer.giveUp();
    this.partialSince = now;
    return 'gave_up';
  }

  private enqueue(item: Item): void {
    if (this.working || this.queue.length > 0) this.queue.push(item);
    else this.handle(item);
  }

  /** Whatever goes wrong with one message ends this session, never the companion that serves the others. */
  private handle(item: Item): void {
    try {
      if (item.kind === 'discarded') this.options.discarded(item.why, item.probed);
      else this.handleLine(item.line);
    } catch (error) {
      this.options.broken(error);
    }
  }

  private handleLine(received: Buffer): void {
    let line = received;
    if (this.first) {
      this.first = false;
      if (line.subarray(0, 3).equals(BOM)) line = line.subarray(3);
    }
    if (isBlank(line)) return;
    const { parseLarge, limits, sender } = this.options;
    if (parseLarge === undefined || line.length <= limits.inlineParseBytes) {
      this.deliver(parseMessage(line, sender, limits), line);
      return;
    }
    this.working = true;
    this.options.busyChanged(true);
    parseLarge(line, sender)
      .then((parsed) => this.deliver(parsed, line))
      .catch((error: unknown) => this.options.broken(error))
      .finally(() => this.workDone())
      .catch((error: unknown) => this.options.broken(error));
  }

  private deliver(parsed: Parsed, line: Buffer): void {
    if (parsed.kind !== 'invalid') flattenLine(line);
    this.options.message(parsed, line);
  }

  private workDone(): void {
    this.working = false;
    while (!this.working) {
      const item = this.queue.shift();
      if (item === undefined) break;
      this.handle(item);
    }
    this.options.flush();
    if (!this.working) this.options.busyChanged(false);
    this.endIfDone();
  }

  private endIfDone(): void {
    if (!this.closing || this.working || this.queue.length > 0) return;
    this.closing = false;
    this.options.ended();
  }
}
