/**
 * One legacy session: one child and everything that its client has open. Messages are handed on as they are; a stream only
 * decides where they go.
 */
import { failure, isRequest, progressTokenOf, type Id, type Message, type Request } from './message.ts';
import type { Reply } from './reply.ts';
import { StdioChild, type Command } from './stdio-child.ts';

interface Open {
  readonly request: Request;
  readonly reply: Reply;
}

export class LegacySession {
  private readonly child: StdioChild;
  private readonly open = new Map<Id, Open>();
  private stream: Reply | undefined;
  /** What came while nothing was open that it could go to. */
  private kept: Message[] = [];

  constructor(command: Command, onEnd: () => void) {
    this.child = new StdioChild(command);
    this.child.onMessage = (message) => this.deliver(message);
    this.child.onEnd = () => {
      for (const { request, reply } of this.open.values())
        reply.end(200, failure(request.id, -32000, 'The server ended.'));
      this.open.clear();
      this.stream?.close();
      onEnd();
    };
  }

  post(message: Message, reply: Reply): void {
    if (!isRequest(message)) {
      this.child.send(message);
      reply.close(202);
    } else if (this.open.has(message.id)) {
      reply.end(400, failure(message.id, -32600, 'This id is in use.'));
    } else {
      // A client that goes away has not cancelled: the answer is then nobody's. Always a stream, as the fixture does it.
      this.open.set(message.id, { request: message, reply });
      reply.open();
      this.child.send(message);
    }
  }

  /** The session's own stream, for what belongs to no request. */
  listen(reply: Reply): void {
    if (this.stream !== undefined && !this.stream.hasLeft) {
      reply.close(409);
      return;
    }
    this.stream = reply;
    reply.open();
    for (const message of this.kept.splice(0)) reply.send(message);
  }

  private deliver(message: Message): void {
    if (message.method === undefined && message.id !== undefined && message.id !== null) {
      const open = this.open.get(message.id);
      this.open.delete(message.id);
      open?.reply.end(200, message);
      return;
    }
    const reply = this.streamFor(message);
    if (reply === undefined) this.kept.push(message);
    else reply.send(message);
  }

  private streamFor(message: Message): Reply | undefined {
    const open = [...this.open.values()].filter(({ reply }) => !reply.hasLeft);
    if (message.method === 'notifications/progress') {
      const token = message.params?.['progressToken'];
      const reporting = open.find(({ request }) => progressTokenOf(request) === token);
      if (reporting !== undefined) return reporting.reply;
    }
    // stdio does not say which request a question or a log message belongs to; the client is the same one in any case.
    return open.at(-1)?.reply ?? (this.stream?.hasLeft === false ? this.stream : undefined);
  }

  async close(): Promise<void> {
    await this.child.close();
  }
}
