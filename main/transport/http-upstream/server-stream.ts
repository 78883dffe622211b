/** The stream for what a legacy server says unasked. Not every server has one; one that is missing harms nothing. */
import type { Parsed } from '../../relay/parse-message.ts';
import type { Link } from './link.ts';
import { ResumableStream } from './resumable-stream.ts';

export class ServerStream {
  private readonly link: Link;
  private readonly headers: () => readonly string[];
  private readonly message: (parsed: Parsed, line: Buffer) => void;
  private stream: ResumableStream | undefined;
  private isParked = false;

  constructor(link: Link, headers: () => readonly string[], message: (parsed: Parsed, line: Buffer) => void) {
    this.link = link;
    this.headers = headers;
    this.message = message;
  }

  /** For the session of this moment. */
  open(): void {
    this.close();
    const stream = new ResumableStream(this.link, {
      headers: this.headers,
      isWanted: () => true,
      isAwaited: false,
      message: this.message,
      lost: (reason) => this.link.events.log(`[companion] left out what the server said unasked: ${reason}`),
      over: (reason, isFinal) => {
        this.stream = undefined;
        this.isParked = !isFinal;
        if (!isFinal) this.link.events.log(`[companion] no stream for what the server says unasked: ${reason}`);
      },
    });
    this.stream = stream;
    stream.open();
  }

  /** The server takes our credentials: a stream that was refused for them may be had now. */
  wake(): void {
    if (this.isParked) this.open();
  }

  close(): void {
    this.isParked = false;
    this.stream?.close();
    this.stream = undefined;
  }
}
