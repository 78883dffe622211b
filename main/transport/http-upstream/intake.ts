/** Messages of one stream in order: parsed strictly here or, when large, in the worker; what follows a large one waits. */
import { flattenLine } from '../../relay/flatten-line.ts';
import type { Parsed } from '../../relay/parse-message.ts';
import { parseMessage } from '../../relay/parse-message.ts';
import type { Link } from './link.ts';

export interface IntakeEvents {
  /** `line` ends with a newline and holds no other. */
  message(parsed: Parsed, line: Buffer): void;
  /** Nothing more is taken until it was told false. */
  busy(isBusy: boolean): void;
  /** A message could not be looked at, so it is not passed on. */
  broken(): void;
}

const SPACE = 0x20;

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte > SPACE) return false;
  return true;
}

export class Intake {
  private readonly link: Pick<Link, 'limits' | 'parseLarge'>;
  private readonly events: IntakeEvents;
  private readonly waiting: (Buffer | (() => void))[] = [];
  private isBusy = false;
  private isClosed = false;

  constructor(link: Pick<Link, 'limits' | 'parseLarge'>, events: IntakeEvents) {
    this.link = link;
    this.events = events;
  }

  /** The text of one message with a newline behind it; the memory is ours from now on. */
  push(line: Buffer): void {
    this.waiting.push(line);
    this.work();
  }

  /** Runs `then` when everything that was pushed before is handed over. */
  afterAll(then: () => void): void {
    this.waiting.push(then);
    this.work();
  }

  /** What was not handed over by now never is. */
  close(): void {
    this.isClosed = true;
    this.waiting.length = 0;
  }

  private work(): void {
    while (!this.isBusy) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      if (typeof next === 'function') next();
      else this.take(next);
    }
  }

  private take(line: Buffer): void {
    const { limits, parseLarge } = this.link;
    if (parseLarge === undefined || line.length <= limits.inlineParseBytes) {
      // Whatever goes wrong with one message is told to whoever waits for it, and ends nothing else.
      try {
        if (!isBlank(line)) this.handOver(parseMessage(line, 'server', limits), line);
      } catch {
        if (!this.isClosed) this.events.broken();
      }
      return;
    }
    this.isBusy = true;
    this.events.busy(true);
    void parseLarge(line, 'server')
      .then((parsed) => this.handOver(parsed, line))
      .catch(() => {
        if (!this.isClosed) this.events.broken();
      })
      .finally(() => {
        this.isBusy = false;
        this.work();
        if (!this.isBusy && !this.isClosed) this.events.busy(false);
      });
  }

  private handOver(parsed: Parsed, line: Buffer): void {
    if (this.isClosed) return;
    flattenLine(line);
    this.events.message(parsed, line);
  }
}
