/**
 * One message that is posted, and what the server says in return. A request ends exactly once: with its answer, with the
 * reason why there is none, or given up without a word. The answer is looked at here only to know that it came; whether it
 * was asked for is the relay's business.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { parseMessage, type Parsed } from '../../relay/parse-message.ts';
import type { AuthorizedCall } from './authorized-call.ts';
import { statusReason, unfinishedReason } from './failure-words.ts';
import { flattenLine } from '../../relay/flatten-line.ts';
import { Intake } from './intake.ts';
import { LineBuilder, type Refused } from './line-builder.ts';
import type { Link } from './link.ts';
import { methodLimits } from './method-limits.ts';
import type { Body } from './reading.ts';
import { mediaType, responseProblem } from './response-type.ts';
import { ResumableStream } from './resumable-stream.ts';
import { readRefusal, saysSessionLost } from './refusal.ts';

export interface Posting {
  /** Of the same server; without it the one of its URL. */
  readonly path?: string;
  /** Without a newline. */
  readonly body: Buffer;
  /** Undefined for an answer. */
  readonly method: string | undefined;
  /** Only of a request. */
  readonly idKey: string | undefined;
  /** Names and values in turn; made anew for each attempt. */
  readonly headers: () => readonly string[];
  /** Of the requests that take up a broken stream; undefined where the era knows none. */
  readonly resume: (() => readonly string[]) | undefined;
  /** The message has left, or never will. Called once. */
  readonly flushed: () => void;
  /** The server took it. */
  readonly accepted: (headers: IncomingHttpHeaders) => void;
  readonly message: (parsed: Parsed, line: Buffer) => void;
  readonly failed: (reason: string) => void;
  /** Nothing of it is open any more. Called once. */
  readonly closed: () => void;
  /** Gives the client a new session in place of a lost one; resolves to why it cannot be had. */
  readonly recover: (() => Promise<string | undefined>) | undefined;
}

const POST_HEADERS = ['Content-Type', 'application/json', 'Accept', 'application/json, text/event-stream'];
/** So long a stream may go on behind the answer that it was for. */
const LINGER_MS = 5000;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** How much of it is white space at its start. */
function blankBytes(chunk: Buffer): number {
  let at = 0;
  while (at < chunk.length && (chunk[at] ?? 0) <= 0x20) at++;
  return at;
}

export class Exchange {
  /** The request is on its way, or never will be. Never rejects. */
  readonly started: Promise<void>;
  /** It was answered, taken, failed or given up. Never rejects. */
  readonly settled: Promise<void>;
  private readonly link: Link;
  private readonly posting: Posting;
  private readonly settle: () => void;
  private readonly cancelTimers: (() => void)[] = [];
  private call: AuthorizedCall;
  private body: Body | undefined;
  private intake: Intake | undefined;
  private text: LineBuilder | undefined;
  private stream: ResumableStream | undefined;
  private isFlushed = false;
  private isAnswered = false;
  private isClosed = false;

  constructor(link: Link, posting: Posting) {
    this.link = link;
    this.posting = posting;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.settled = promise;
    this.settle = resolve;
    const { totalMs } = methodLimits(posting.method, link.limits);
    if (totalMs !== undefined) this.after(totalMs, () => this.giveUp('it did not answer in time'));
    this.call = this.post();
    this.started = this.call.started;
    void this.run(posting.recover).catch(() => this.giveUp('it could not be talked to'));
  }

  /** Ends it without a word. */
  abort(): void {
    this.giveUp();
  }

  private giveUp(reason?: string): void {
    if (this.isClosed) return;
    this.call.abort();
    this.finish(reason);
  }

  private after(ms: number, then: () => void): void {
    this.cancelTimers.push(this.link.schedule(ms, then));
  }

  private post(): AuthorizedCall {
    const { body, headers, method, path } = this.posting;
    const { headersMs, repeatable } = methodLimits(method, this.link.limits);
    return this.link.call({
      method: 'POST',
      ...(path === undefined ? {} : { path }),
      headers: () => [...POST_HEADERS, ...headers()],
      body,
      headersMs,
      repeatable,
      flushed: () => this.markFlushed(),
    });
  }

  private async run(recover: Posting['recover'], isRecovered = false): Promise<void> {
    const reply = await this.call.reply;
    this.markFlushed();
    if (this.isClosed || reply.kind === 'aborted') return;
    if (reply.kind === 'failed') {
      this.finish(reply.reason);
      return;
    }
    const { response } = reply;
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) this.take(response, status);
    else if (isRecovered && status === 404) {
      this.link.reading.discard(response);
      this.finish('it lost the session again at once: start the connector again');
    } else await this.refused(response, status, recover);
  }

  /** The server took the message. */
  private take(response: IncomingMessage, status: number): void {
    const { idKey, accepted } = this.posting;
    accepted(response.headers);
    if (idKey === undefined) {
      this.link.reading.discard(response);
      this.finish();
      return;
    }
    const problem =
      status === 202 || status === 204
        ? `it took the request but gives no answer to it (HTTP ${status})`
        : responseProblem(response, 'application/json', 'text/event-stream');
    if (problem !== undefined) {
      this.link.reading.discard(response);
      this.finish(problem);
    } else if (mediaType(response) === 'application/json') this.readJson(response);
    else this.readStream(response);
  }

  private readJson(response: IncomingMessage): void {
    const { limits, reading, unfinished } = this.link;
    const refused = (why: Refused): void => this.finish(unfinishedReason(why, 'answer', limits.maxMessageBytes));
    const announced = Number(response.headers['content-length'] ?? 0);
    const text = new LineBuilder(limits.maxMessageBytes, unfinished, refused);
    this.text = text;
    let blanks = 0;
    let hasBegun = false;
    const intake = new Intake(this.link, {
      message: (parsed, line) => this.message(parsed, line),
      busy: () => {},
      broken: () => this.finish('its answer could not be checked'),
    });
    this.intake = intake;
    this.body = reading.read(response, {
      chunk: (chunk) => {
        // White space before an answer keeps the connection of a long call alive: the answer has not begun.
        const start = hasBegun ? 0 : blankBytes(chunk);
        blanks += start;
        hasBegun ||= start < chunk.length;
        if (blanks > limits.maxMessageBytes) refused('too_large');
        else if (hasBegun) text.append(chunk, start);
      },
      ended: (whole) => {
        if (!whole) {
          this.finish('it broke off its answer');
          return;
        }
        const line = text.take();
        intake.push(line.subarray(0, 3).equals(BOM) ? line.subarray(3) : line);
        intake.afterAll(() => this.finish('what it answered is no answer to the request'));
      },
    });
    if (announced > limits.maxMessageBytes) refused('too_large');
    else {
      text.reserve(announced);
      unfinished.afterPiece();
    }
  }

  private readStream(response: IncomingMessage): void {
    const { resume } = this.posting;
    this.stream = new ResumableStream(this.link, {
      headers: () => resume?.() ?? [],
      isAwaited: true,
      isWanted: (hasEventId) => resume !== undefined && hasEventId && !this.isAnswered,
      message: (parsed, line) => this.message(parsed, line),
      lost: (reason) => this.finish(reason),
      over: (reason) => this.finish(reason),
    });
    this.stream.take(response);
  }

  private message(parsed: Parsed, line: Buffer): void {
    const isAnswer = parsed.kind === 'response' && parsed.idKey === this.posting.idKey;
    this.posting.message(parsed, line);
    if (!isAnswer || this.isAnswered || this.isClosed) return;
    this.isAnswered = true;
    this.settle();
    if (this.stream !== undefined) this.after(LINGER_MS, () => this.finish());
  }

  private async refused(response: IncomingMessage, status: number, recover: Posting['recover']): Promise<void> {
    const { idKey } = this.posting;
    const refusal = await readRefusal(response, status, this.link);
    if (this.isClosed) return;
    if (recover !== undefined && saysSessionLost(status, refusal)) {
      const reason = await recover();
      if (this.isClosed) return;
      if (reason !== undefined) {
        this.finish(reason);
        return;
      }
      this.call = this.post();
      await this.run(undefined, true);
      return;
    }
    if (refusal !== undefined && idKey !== undefined) {
      const parsed = parseMessage(refusal, 'server', this.link.limits);
      if (parsed.kind === 'response' && parsed.idKey === idKey && parsed.error !== undefined) {
        flattenLine(refusal);
        this.message(parsed, refusal);
      }
    }
    this.finish(statusReason(status, response.headers));
  }

  private markFlushed(): void {
    if (this.isFlushed) return;
    this.isFlushed = true;
    this.posting.flushed();
  }

  /** `reason` counts only while there is no answer. */
  private finish(reason?: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const cancel of this.cancelTimers) cancel();
    this.intake?.close();
    this.text?.clear();
    this.stream?.close();
    this.body?.destroy();
    this.markFlushed();
    if (!this.isAnswered && reason !== undefined) this.posting.failed(reason);
    this.settle();
    this.posting.closed();
  }
}
