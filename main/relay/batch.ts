/** What goes out after one read: neighbouring pieces of the same memory leave as one write. */
export class Batch {
  private parts: Buffer[] = [];

  add(bytes: Buffer): void {
    const last = this.parts.at(-1);
    if (last !== undefined && last.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset) {
      this.parts[this.parts.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length);
    } else {
      this.parts.push(bytes);
    }
  }

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  take(): readonly Buffer[] {
    const parts = this.parts;
    this.parts = [];
    return parts;
  }
}
