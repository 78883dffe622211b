/**
 * Cuts a byte stream into lines. Works on a list of chunks: bytes are joined once per line that spans chunks, never per
 * chunk (joining per 4 KiB chunk makes a 10 MiB line take seconds). A line over the cap, or one that was given up, is
 * discarded up to its newline while its id is still looked for; the stream goes on after it.
 */
import { EnvelopeProbe, type Probed } from './probe-envelope.ts';

const NEWLINE = 0x0a;
/** So many loose chunks are joined into a block: a peer that writes single bytes would cost a hundred times its bytes. */
const LOOSE_CHUNKS = 1024;

export interface FramerEvents {
  /** One line with its newline. Shares memory with the chunk it came in. */
  line(line: Buffer): void;
  /** A line that was not kept. Called when its newline came, with what could be read of its envelope. */
  discarded(why: 'too_large' | 'too_slow', probed: Probed): void;
}

export class LineFramer {
  private chunks: Buffer[] = [];
  /** Blocks at the head of `chunks` that were joined already; no byte is joined twice before its line is whole. */
  private blocks = 0;
  private bytes = 0;
  private discarding:
    { readonly why: 'too_large' | 'too_slow'; readonly probe: EnvelopeProbe; bytes: number } | undefined;
  private readonly maxBytes: number;
  private readonly events: FramerEvents;

  constructor(maxBytes: number, events: FramerEvents) {
    this.maxBytes = maxBytes;
    this.events = events;
  }

  /** Bytes of a line whose newline has not come yet (kept or being discarded). */
  get partialBytes(): number {
    return this.discarding?.bytes ?? this.bytes;
  }

  get isDiscarding(): boolean {
    return this.discarding !== undefined;
  }

  push(chunk: Buffer): void {
    let start = 0;
    while (start < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline < 0) {
        this.keep(start === 0 ? chunk : chunk.subarray(start));
        return;
      }
      this.endLine(chunk.subarray(start, newline + 1));
      start = newline + 1;
    }
  }

  /** The stream ended: what is left counts as a line. */
  end(): void {
    if (this.bytes > 0 || this.discarding !== undefined) this.endLine(Buffer.from('\n'));
  }

  /** Gives up the unfinished line, if there is one. */
  giveUp(): void {
    if (this.bytes > 0) this.startDiscarding('too_slow');
  }

  private keep(part: Buffer): void {
    if (this.discarding !== undefined) {
      this.discarding.probe.push(part);
      this.discarding.bytes += part.length;
      return;
    }
    this.chunks.push(part);
    this.bytes += part.length;
    if (this.bytes > this.maxBytes) this.startDiscarding('too_large');
    else if (this.chunks.length - this.blocks >= LOOSE_CHUNKS) {
      const loose = this.chunks.splice(this.blocks);
      this.chunks.push(Buffer.concat(loose));
      this.blocks++;
    }
  }

  private startDiscarding(why: 'too_large' | 'too_slow'): void {
    const probe = new EnvelopeProbe();
    for (const chunk of this.chunks) probe.push(chunk);
    this.discarding = { why, probe, bytes: this.bytes };
    this.dropChunks();
  }

  private endLine(last: Buffer): void {
    // The newline itself does not count against the cap.
    if (this.discarding === undefined && this.bytes + last.length - 1 > this.maxBytes) {
      this.chunks.push(last);
      this.bytes += last.length;
      this.startDiscarding('too_large');
    } else if (this.discarding !== undefined) this.discarding.probe.push(last);

    if (this.discarding !== undefined) {
      const { why, probe } = this.discarding;
      this.discarding = undefined;
      this.events.discarded(why, probe.result());
      return;
    }
    let line = last;
    if (this.bytes > 0) {
      this.chunks.push(last);
      line = Buffer.concat(this.chunks, this.bytes + last.length);
      this.dropChunks();
    }
    this.events.line(line);
  }

  private dropChunks(): void {
    this.chunks = [];
    this.blocks = 0;
    this.bytes = 0;
  }
}
