/**
 * The frames between thin client and companion: `[type u8][length u32 BE][bytes]`, at most 1 MiB of bytes each. Imports
 * nothing, because the thin client starts dozens of times a day. The version is in the hello; see main/cli/README.md.
 */
export const PROTOCOL_VERSION = 1;
export const MAX_FRAME_BYTES = 1024 * 1024;
const HEADER_BYTES = 5;
/** Below this, copying into one write is cheaper than a second one. */
const COPY_BYTES = 16 * 1024;

export const FRAME = {
  hello: 0,
  stdin: 1,
  stdout: 2,
  stderr: 3,
  exit: 4,
  signal: 5,
  prompt: 6,
  answer: 7,
  resize: 8,
  error: 9,
} as const;
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** Frames whose bytes are a stream: delivered in pieces as they arrive, never collected. */
const STREAMED: ReadonlySet<number> = new Set([FRAME.stdin, FRAME.stdout, FRAME.stderr]);
const LAST_TYPE = FRAME.error;

function header(type: FrameType, length: number, target: Buffer): void {
  target[0] = type;
  target.writeUInt32BE(length, 1);
}

/** Pieces to write for one payload; payloads over 1 MiB of a streamed type become several frames. */
export function encodeFrames(type: FrameType, payload: Buffer): Buffer[] {
  if (payload.length <= COPY_BYTES) {
    const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
    header(type, payload.length, frame);
    payload.copy(frame, HEADER_BYTES);
    return [frame];
  }
  const pieces: Buffer[] = [];
  for (let from = 0; from < payload.length; from += MAX_FRAME_BYTES) {
    const piece = payload.subarray(from, from + MAX_FRAME_BYTES);
    const head = Buffer.allocUnsafe(HEADER_BYTES);
    header(type, piece.length, head);
    pieces.push(head, piece);
  }
  if (pieces.length > 2 && !STREAMED.has(type)) throw new Error('a control frame is larger than 1 MiB');
  return pieces;
}

export interface FrameReaderEvents {
  /** A piece of a streamed frame, or a whole control frame. An empty stdin frame is the end of stdin. */
  frame(type: FrameType, bytes: Buffer): void;
  /** Not our protocol; nothing more is read. */
  violation(reason: string): void;
}

/** Cuts a byte stream into frames. */
export class FrameReader {
  private readonly events: FrameReaderEvents;
  private head = Buffer.allocUnsafe(HEADER_BYTES);
  private headBytes = 0;
  private type: FrameType = FRAME.hello;
  private missing = 0;
  private parts: Buffer[] = [];
  private dead = false;

  constructor(events: FrameReaderEvents) {
    this.events = events;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.dead) {
      if (this.headBytes < HEADER_BYTES) {
        const take = Math.min(HEADER_BYTES - this.headBytes, chunk.length - at);
        chunk.copy(this.head, this.headBytes, at, at + take);
        this.headBytes += take;
        at += take;
        if (this.headBytes < HEADER_BYTES) return;
        if (!this.startFrame()) return;
        if (this.missing > 0) continue;
        this.endFrame();
        continue;
      }
      const take = Math.min(this.missing, chunk.length - at);
      const piece = chunk.subarray(at, at + take);
      at += take;
      this.missing -= take;
      if (STREAMED.has(this.type)) this.events.frame(this.type, piece);
      else this.parts.push(piece);
      if (this.missing === 0) this.endFrame();
    }
  }

  private startFrame(): boolean {
    const type = this.head[0] ?? 255;
    const length = this.head.readUInt32BE(1);
    if (!isFrameType(type) || length > MAX_FRAME_BYTES) {
      this.dead = true;
      this.events.violation(isFrameType(type) ? 'a frame is larger than 1 MiB' : `unknown frame type ${type}`);
      return false;
    }
    this.type = type;
    this.missing = length;
    return true;
  }

  private endFrame(): void {
    const streamed = STREAMED.has(this.type);
    const whole = this.parts.length === 1 ? (this.parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.parts);
    const length = this.head.readUInt32BE(1);
    this.headBytes = 0;
    this.parts = [];
    // The bytes of a streamed frame were delivered already; an empty one says that the stream ended.
    if (!streamed || length === 0) this.events.frame(this.type, whole);
  }
}

function isFrameType(type: number): type is FrameType {
  return type <= LAST_TYPE;
}
