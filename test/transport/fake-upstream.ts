/** A server's side of a session that a test plays: what reaches it, and what it does in return. */
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import { parseMessage, type Parsed } from '../../main/relay/parse-message.ts';
import type { MessagePeer, Outbound, Peer } from '../../main/relay/session-options.ts';
import type { OpenUpstream, Upstream, UpstreamEnd, UpstreamEvents } from '../../main/transport/upstream.ts';
import type { FakePeer } from '../relay/harness.ts';

/** The message with what every message has, and the newline behind it. */
export function lineOf(message: object): Buffer {
  return Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

export function parsed(sender: 'client' | 'server', message: object): [Parsed, Buffer] {
  const line = lineOf(message);
  return [parseMessage(line, sender, DEFAULT_LIMITS), line];
}

/** A peer that carries whole messages. */
export class FakeMessagePeer implements MessagePeer {
  delivered: Outbound[] = [];
  ready = true;
  waiting = 0;
  ended = 0;
  readonly flow: ('pause' | 'resume')[] = [];

  deliver(messages: readonly Outbound[]): boolean {
    for (const message of messages) this.delivered.push({ ...message, bytes: Buffer.from(message.bytes) });
    return this.ready;
  }
  backlog(): number {
    return this.waiting;
  }
  pause(): void {
    this.flow.push('pause');
  }
  resume(): void {
    this.flow.push('resume');
  }
  end(): void {
    this.ended += 1;
  }

  /** What came since the last call: the message, and the request on whose stream it belongs. */
  take(): { readonly message: unknown; readonly related: string | undefined }[] {
    return this.delivered
      .splice(0)
      .map(({ bytes, related }) => ({ message: JSON.parse(bytes.toString('utf8')) as unknown, related }));
  }
}

export class FakeUpstream<P extends Peer = FakePeer> {
  readonly peer: P;
  /** Grace of each stop that was asked for. */
  readonly stops: number[] = [];
  toolProblem: Upstream['toolProblem'];
  /** How {@link FakeUpstream.open} was called. */
  opened = 0;
  private told: UpstreamEvents | undefined;
  private readonly end = Promise.withResolvers<UpstreamEnd>();

  constructor(peer: P) {
    this.peer = peer;
  }

  readonly open: OpenUpstream = (events) => {
    this.opened += 1;
    this.told = events;
    const { toolProblem } = this;
    return {
      pid: 4711,
      peer: this.peer,
      ended: this.end.promise,
      stop: (graceMs) => {
        this.stops.push(graceMs);
        this.end.resolve({ byItself: false, code: null, signal: 'SIGTERM' });
        return Promise.resolve();
      },
      ...(toolProblem === undefined ? {} : { toolProblem }),
    };
  };

  get events(): UpstreamEvents {
    if (this.told === undefined) throw new Error('nobody opened it');
    return this.told;
  }

  /** One line of its output. */
  says(message: object): void {
    this.events.bytes(lineOf(message));
  }

  /** One message, as an upstream over HTTP hands it over. */
  sends(message: object, related?: string): void {
    const [read, line] = parsed('server', message);
    this.events.message(read, line, related);
  }

  /** It is gone, and not because anybody stopped it. */
  endsByItself(end: Partial<UpstreamEnd> = {}): void {
    this.end.resolve({ byItself: true, code: 0, signal: null, ...end });
  }
}
