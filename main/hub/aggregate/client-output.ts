/**
 * Everything that leaves towards the client: answers of our own and what the members say. A client that does not read
 * holds up the members, and once much waits for it we do not take more of it either.
 */
import type { JsonObject } from '../../../preload/contract/json.ts';
import { errorReply } from '../../relay/denial.ts';
import type { RequestMessage } from '../../relay/parse-message.ts';
import type { MessagePeer, Outbound } from '../../relay/session-options.ts';
import type { EnvelopeProblem } from './protocol.ts';

export type Asked = Pick<RequestMessage, 'id' | 'idKey'>;

export class ClientOutput {
  private readonly peer: MessagePeer;
  private readonly maxBacklogBytes: number;
  private ready = true;
  private paused = false;
  private closed = false;

  constructor(peer: MessagePeer, maxBacklogBytes: number) {
    this.peer = peer;
    this.maxBacklogBytes = maxBacklogBytes;
  }

  /** The client takes more. */
  get isReady(): boolean {
    return this.ready;
  }

  get backlog(): number {
    return this.peer.backlog();
  }

  send(outbound: Outbound): void {
    if (this.closed || this.peer.deliver([outbound])) return;
    this.ready = false;
    if (this.paused || this.peer.backlog() <= this.maxBacklogBytes) return;
    this.paused = true;
    this.peer.pause();
  }

  answer({ idKey }: Asked, bytes: Buffer): void {
    this.send({ bytes, message: { kind: 'response', idKey }, related: undefined });
  }

  result(asked: Asked, result: JsonObject | Buffer): void {
    const text = Buffer.isBuffer(result) ? result : Buffer.from(JSON.stringify(result));
    const head = Buffer.from(`{"jsonrpc":"2.0","id":${asked.id},"result":`);
    this.answer(asked, Buffer.concat([head, text, Buffer.from('}\n')]));
  }

  refuse(asked: Asked, { code, message, data }: EnvelopeProblem): void {
    if (data === undefined) this.answer(asked, errorReply(asked.id, code, message));
    else {
      const error = JSON.stringify({ code, message, data });
      this.answer(asked, Buffer.from(`{"jsonrpc":"2.0","id":${asked.id},"error":${error}}\n`));
    }
  }

  drained(): void {
    this.ready = true;
    if (!this.paused) return;
    this.paused = false;
    this.peer.resume();
  }

  /** The client is gone. */
  close(): void {
    this.closed = true;
  }
}
