/**
 * One connection to a server of the deprecated HTTP+SSE transport (MCP 2024-11-05): a GET whose stream names the place for
 * messages and then carries everything that the server says. The place must be of the same origin: credentials go there.
 */
import type { Parsed } from '../../relay/parse-message.ts';
import { statusReason, unfinishedReason } from './failure-words.ts';
import { Intake } from './intake.ts';
import type { Link } from './link.ts';
import type { Body } from './reading.ts';
import { responseProblem } from './response-type.ts';
import { HEADERS_MS } from './resumable-stream.ts';
import { SseParser } from './sse-parser.ts';

export interface SseConnectionEvents {
  readonly message: (parsed: Parsed, line: Buffer) => void;
  /** It is over; not told after {@link SseConnection.close}. */
  readonly lost: (reason: string) => void;
}

const ENDPOINT_MS = 30_000;

/** Path and query for messages; undefined when the server names another origin. */
function placeFor(text: string, url: URL): string | undefined {
  const at = URL.parse(text, url.href);
  return at === null || at.origin !== url.origin || at.username !== '' || at.password !== ''
    ? undefined
    : `${at.pathname}${at.search}`;
}

export class SseConnection {
  /** Resolves to where messages go, or to undefined when it was lost before that was known. Never rejects. */
  readonly endpoint: Promise<string | undefined>;
  private readonly link: Link;
  private readonly url: URL;
  private readonly events: SseConnectionEvents;
  private readonly named: (place: string | undefined) => void;
  private readonly call: ReturnType<Link['call']>;
  private readonly cancelTimer: () => void;
  private body: Body | undefined;
  private parser: SseParser | undefined;
  private intake: Intake | undefined;
  private isClosed = false;

  constructor(link: Link, url: URL, events: SseConnectionEvents) {
    this.link = link;
    this.url = url;
    this.events = events;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.endpoint = promise;
    this.named = resolve;
    this.cancelTimer = link.schedule(ENDPOINT_MS, () => this.lose('it did not say in time where messages go'));
    this.call = link.call({
      method: 'GET',
      headers: () => ['Accept', 'text/event-stream'],
      headersMs: HEADERS_MS,
      repeatable: true,
    });
    void this.call.reply.then((reply) => {
      if (this.isClosed || reply.kind === 'aborted') return;
      if (reply.kind === 'failed') {
        this.lose(reply.reason);
        return;
      }
      const { response } = reply;
      const status = response.statusCode ?? 0;
      const problem =
        status === 200 ? responseProblem(response, 'text/event-stream') : statusReason(status, response.headers);
      if (problem === undefined) this.take(response);
      else {
        link.reading.discard(response);
        this.lose(problem);
      }
    });
  }

  /** Nothing more is told. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.cancelTimer();
    this.intake?.close();
    this.parser?.stop();
    this.call.abort();
    this.body?.destroy();
    this.named(undefined);
  }

  private take(response: Parameters<Link['reading']['read']>[0]): void {
    const { limits, reading, unfinished } = this.link;
    const intake = new Intake(this.link, {
      message: this.events.message,
      busy: (isBusy) => (isBusy ? this.body?.hold('parsing') : this.body?.release('parsing')),
      broken: () => this.lose('its message could not be checked'),
    });
    const parser = new SseParser(
      limits.maxMessageBytes,
      {
        event: (type, data) => {
          if (type === 'message') intake.push(data);
          else if (type === 'endpoint') this.name(data.toString('utf8').trim());
        },
        retry: () => {},
        skipped: (why) => this.lose(unfinishedReason(why, 'message', limits.maxMessageBytes)),
      },
      undefined,
      unfinished,
    );
    this.intake = intake;
    this.parser = parser;
    this.body = reading.read(response, {
      chunk: (chunk) => parser.push(chunk),
      ended: () => intake.afterAll(() => this.lose('the stream of its answers ended; call again')),
    });
  }

  private name(text: string): void {
    const place = placeFor(text, this.url);
    this.cancelTimer();
    if (place === undefined) this.lose('it wants messages sent to another address, which is not done');
    else this.named(place);
  }

  private lose(reason: string): void {
    if (this.isClosed) return;
    this.close();
    this.events.lost(reason);
  }
}
