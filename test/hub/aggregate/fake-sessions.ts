/** Sessions of connectors: real relays over scripted servers, and fakes that say whatever a test wants. */
import type { Policy } from '../../../main/policy/decide.ts';
import { DEFAULT_LIMITS } from '../../../main/relay/limits.ts';
import { parseMessage, type Parsed } from '../../../main/relay/parse-message.ts';
import type { ServedClient, ServedSession } from '../../../main/transport/downstream.ts';
import { harness, type Harness } from '../../relay/harness.ts';
import { textOf, type Said } from './messages.ts';

/** One session of a connector: what the aggregate sent, and a way to say something to it. */
export abstract class FakeSession implements ServedSession {
  readonly id = 'm';
  readonly lines: string[] = [];
  readonly client: ServedClient;
  readonly done: Promise<void>;
  gone = 0;
  awaitsInput = false;
  drained = 0;
  protected finish: () => void = () => {};

  constructor(client: ServedClient) {
    this.client = client;
    this.done = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  abstract messageFromClient(parsed: Parsed, line: Buffer): void;
  abstract say(message: object | string, related?: string): void;
  abstract end(): void;

  clientDrained(): void {
    this.drained++;
  }
  clientGone(): void {
    this.gone++;
    this.finish();
  }
  get openCalls(): number {
    return 0;
  }

  get messages(): Said[] {
    return this.lines.map((line) => JSON.parse(line) as Said);
  }
  get methods(): (string | undefined)[] {
    return this.messages.map(({ method }) => method);
  }
  /** The last message with this method. */
  last(method: string): Said {
    const found = this.messages.findLast((message) => message.method === method);
    if (found === undefined) throw new Error(`no ${method}: ${this.methods.join()}`);
    return found;
  }
  lastText(method: string): string {
    const found = this.lines.findLast((line) => (JSON.parse(line) as Said).method === method);
    return found ?? '';
  }
  answer(id: unknown, result: object = {}): void {
    this.say({ id, result });
  }
}

export type Script = (message: Said, session: FakeSession) => void;

/** A real relay session; its server is the script. */
export class RealMember extends FakeSession {
  readonly h: Harness;

  constructor(connector: string, client: ServedClient, script: Script, policy: Policy | undefined) {
    super(client);
    this.h = harness({
      ...(policy === undefined ? {} : { policy }),
      session: {
        connector,
        client: client.peer,
        claimed: client.claimed,
        server: {
          deliver: (messages) => {
            for (const { bytes } of messages) this.heard(bytes.toString('utf8'), script);
            return true;
          },
          backlog: () => 0,
          pause: () => {},
          resume: () => {},
          end: () => {},
        },
      },
    });
  }

  private heard(line: string, script: Script): void {
    this.lines.push(line);
    queueMicrotask(() => script(JSON.parse(line) as Said, this));
  }

  messageFromClient(parsed: Parsed, line: Buffer): void {
    this.h.session.messageFromClient(parsed, line);
  }
  say(message: object | string, related?: string): void {
    const line = Buffer.from(`${textOf(message)}\n`);
    this.h.session.messageFromServer(parseMessage(line, 'server', DEFAULT_LIMITS), line, related);
  }
  end(): void {
    this.h.session.serverEnded();
    this.finish();
  }
  override clientDrained(): void {
    super.clientDrained();
    this.h.session.clientDrained();
  }
  override clientGone(): void {
    this.h.session.close('client_gone');
    super.clientGone();
  }
}

/** No relay at all: says to the aggregate what a test wants, right or wrong. */
export class FakeMember extends FakeSession {
  private readonly script: Script;

  constructor(client: ServedClient, script: Script) {
    super(client);
    this.script = script;
  }

  messageFromClient(_parsed: Parsed, line: Buffer): void {
    const text = line.toString('utf8');
    this.lines.push(text);
    this.script(JSON.parse(text) as Said, this);
  }
  say(message: object | string): boolean {
    const bytes = Buffer.from(`${textOf(message)}\n`);
    const parsed = parseMessage(bytes, 'server', DEFAULT_LIMITS);
    if (parsed.kind === 'invalid') throw new Error(parsed.reason);
    return this.client.peer.deliver([{ bytes, message: parsed, related: undefined }]);
  }
  end(): void {
    this.finish();
  }
}
