/**
 * The HTTP answer to one POST: a JSON body when the response comes first, an event stream when something comes before it.
 */
import type { ServerResponse } from 'node:http';
import type { Message } from './message.ts';

const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' };

export class Reply {
  /** The client went away before the end. */
  onLeft: () => void = () => {};
  private readonly response: ServerResponse;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(response: ServerResponse, headers: Readonly<Record<string, string>> = {}) {
    this.response = response;
    this.headers = headers;
    response.on('close', () => {
      if (!response.writableEnded) this.onLeft();
    });
  }

  get hasLeft(): boolean {
    return this.response.destroyed && !this.response.writableEnded;
  }

  /** A message that is not the last one. */
  send(message: Message): void {
    if (this.response.destroyed) return;
    this.open();
    this.write(message);
  }

  open(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, { ...STREAM_HEADERS, ...this.headers });
    this.response.flushHeaders();
  }

  private write(message: Message): void {
    this.response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  /** The last message; `status` counts only where no stream was opened. */
  end(status: number, message: Message): void {
    if (this.response.destroyed) return;
    if (this.response.headersSent) {
      this.write(message);
      this.response.end();
    } else {
      const body = JSON.stringify(message);
      this.response.writeHead(status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...this.headers,
      });
      this.response.end(body);
    }
  }

  /** An end without a message. */
  close(status = 202): void {
    if (this.response.destroyed) return;
    if (!this.response.headersSent) this.response.writeHead(status, this.headers);
    this.response.end();
  }
}
