/**
 * Collects the bytes of one message. One allocation that grows, so that a server that sends single bytes costs no more
 * than its bytes.
 */
const NEWLINE = 0x0a;
/** What a server only claims to send is not allocated beyond this. */
const MAX_RESERVE = 2 * 1024 * 1024;

export class LineBuilder {
  private readonly maxBytes: number;
  private bytes: Buffer | undefined;
  private used = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** So much is announced to come. */
  reserve(bytes: number): void {
    if (this.bytes === undefined && bytes > 0) this.bytes = Buffer.allocUnsafe(Math.min(bytes, MAX_RESERVE) + 1);
  }

  /** False when it would become too large; then nothing was added. */
  append(chunk: Buffer, start = 0, end = chunk.length): boolean {
    const needed = this.used + end - start;
    if (needed > this.maxBytes) return false;
    // One byte more than the text: its newline.
    if (this.bytes === undefined) this.bytes = Buffer.allocUnsafe(needed + 1);
    else if (this.bytes.length <= needed) {
      const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(this.bytes.length * 2, this.maxBytes)) + 1);
      this.bytes.copy(grown, 0, 0, this.used);
      this.bytes = grown;
    }
    chunk.copy(this.bytes, this.used, start, end);
    this.used = needed;
    return true;
  }

  /** What was collected and one newline behind it; begins anew. */
  take(): Buffer {
    const bytes = this.bytes ?? Buffer.allocUnsafe(1);
    bytes[this.used] = NEWLINE;
    const line = bytes.subarray(0, this.used + 1);
    this.clear();
    return line;
  }

  clear(): void {
    this.bytes = undefined;
    this.used = 0;
  }
}
