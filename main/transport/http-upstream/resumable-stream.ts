/**
 * One event stream over as many connections as it takes. A lost connection is taken up again with the id of the last whole
 * event, after the pause that the server asked for or a growing one of ours; it ends when its owner wants no more, or when
 * the server says that it is gone.
 */
import type { IncomingMessage } from 'node:http';
import type { Parsed } from '../../relay/parse-message.ts';
import type { AuthorizedCall } from './authorized-call.ts';
import { BackOff } from './back-off.ts';
import { retryAfterSeconds, statusReason, unfinishedReason } from './failure-words.ts';
import { Intake } from './intake.ts';
import type { Link } from './link.ts';
import type { Body } from './reading.ts';
import { responseProblem } from './response-type.ts';
import { SseParser } from './sse-parser.ts';

export interface StreamParts {
  /** Of the requests that take it up again; names and values in turn. */
  readonly headers: () => readonly string[];
  /** Whether a lost connection is to be taken up again. */
  readonly isWanted: (hasEventId: boolean) => boolean;
  /** Somebody waits for what comes: a server that stays away ends it. */
  readonly isAwaited: boolean;
  readonly message: (parsed: Parsed, line: Buffer) => void;
  /** A message could not be taken; `reason` is a clause about the server. The stream goes on unless it is closed. */
  readonly lost: (reason: string) => void;
  /** It is over. `isFinal`: the server said so, there is no use in trying again. */
  readonly over: (reason: string, isFinal: boolean) => void;
}

/** So long a connection must have lasted to count as good though nothing came. */
const LASTED_MS = 10_000;
export const HEADERS_MS = 60_000;

/** A stream that is awaited is given up after so many attempts in vain in a row, or so long after the first of them. */
const MAX_ATTEMPTS = 8;
const AWAY_MS = 60_000;

/** What a server may mean by it: later. */
function isPassing(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

export class ResumableStream {
  private readonly link: Link;
  private readonly parts: StreamParts;
  private readonly backOff: BackOff;
  private call: AuthorizedCall | undefined;
  private body: Body | undefined;
  private parser: SseParser | undefined;
  private intake: Intake | undefined;
  private cancelTimer: (() => void) | undefined;
  private lastEventId: string | undefined;
  private retryMs: number | undefined;
  private attempts = 0;
  private awaySince: number | undefined;
  private isClosed = false;

  constructor(link: Link, parts: StreamParts) {
    this.link = link;
    this.parts = parts;
    this.backOff = new BackOff(link.random);
  }

  /** Reads a response that is an event stream. */
  take(response: IncomingMessage): void {
    const { limits, now, reading, unfinished } = this.link;
    const since = now();
    this.attempts = 0;
    this.awaySince = undefined;
    const intake = new Intake(this.link, {
      message: this.parts.message,
      busy: (isBusy) => (isBusy ? this.body?.hold('parsing') : this.body?.release('parsing')),
      broken: () => this.parts.lost('its message could not be checked'),
    });
    const parser = new SseParser(
      limits.maxMessageBytes,
      {
        event: (type, data) => {
          this.backOff.worked();
          if (type === 'message') intake.push(data);
        },
        retry: (ms) => {
          this.retryMs = ms;
        },
        skipped: (why) => this.parts.lost(unfinishedReason(why, 'message', limits.maxMessageBytes)),
      },
      this.lastEventId,
      unfinished,
    );
    this.intake = intake;
    this.parser = parser;
    this.body = reading.read(response, {
      chunk: (chunk) => {
        parser.push(chunk);
        if (parser.skippedBytes > limits.maxDiscardBytes) this.end('it sends a message without an end', true);
      },
      ended: () => {
        // Half an event at the end never counts.
        parser.stop();
        if (now() - since >= LASTED_MS) this.backOff.worked();
        intake.afterAll(() => this.disconnected());
      },
    });
  }

  /** Asks for it with a GET. */
  open(): void {
    const call = this.link.call({
      method: 'GET',
      headers: () => [
        'Accept',
        'text/event-stream',
        ...this.parts.headers(),
        ...(this.lastEventId === undefined ? [] : ['Last-Event-ID', this.lastEventId]),
      ],
      headersMs: HEADERS_MS,
      repeatable: true,
    });
    this.call = call;
    void call.reply.then((reply) => {
      if (this.isClosed || reply.kind === 'aborted') return;
      if (reply.kind === 'failed') {
        if (reply.isRefusal) this.end(reply.reason, false);
        else this.failed(reply.reason, undefined);
        return;
      }
      const { response } = reply;
      const status = response.statusCode ?? 0;
      const problem =
        status === 200 ? responseProblem(response, 'text/event-stream') : statusReason(status, response.headers);
      if (problem === undefined) {
        this.take(response);
        return;
      }
      this.link.reading.discard(response);
      const seconds = retryAfterSeconds(response.headers);
      if (isPassing(status)) this.failed(problem, seconds === undefined ? undefined : seconds * 1000);
      else this.end(problem, true);
    });
  }

  /** Nothing more is told. */
  close(): void {
    this.isClosed = true;
    this.cancelTimer?.();
    this.intake?.close();
    this.parser?.stop();
    this.call?.abort();
    this.body?.destroy();
  }

  private disconnected(): void {
    if (this.isClosed) return;
    this.lastEventId = this.parser?.lastEventId;
    if (this.parts.isWanted(this.lastEventId !== undefined)) this.again(this.retryMs);
    else this.end('it broke off its answer', true);
  }

  private failed(reason: string, wishMs: number | undefined): void {
    const now = this.link.now();
    this.awaySince ??= now;
    const isAway = ++this.attempts >= MAX_ATTEMPTS || now - this.awaySince >= AWAY_MS;
    if (isAway && this.parts.isAwaited) this.end(reason, true);
    else this.again(wishMs);
  }

  private again(wishMs: number | undefined): void {
    this.cancelTimer = this.link.schedule(this.backOff.next(wishMs ?? this.retryMs), () => this.open());
  }

  private end(reason: string, isFinal: boolean): void {
    this.close();
    this.parts.over(reason, isFinal);
  }
}
