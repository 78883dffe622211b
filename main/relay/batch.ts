/** What goes out after one read: neighbouring pieces of the same memory leave as one write. */
export class Batch {
  private parts: Buffer[] = [];

  add(bytes: Buffer): void {
    this.parts.push(bytes);
  }

  /** Takes back exactly this piece. */
  remove(bytes: Buffer): void {
    this.parts = this.parts.filter((part) => part !== bytes);
  }

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  take(): readonly Buffer[] {
    const joined: Buffer[] = [];
    for (const part of this.parts) {
      const last = joined.at(-1);
      if (last !== undefined && last.buffer === part.buffer && last.byteOffset + last.length === part.byteOffset) {
        joined[joined.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + part.length);
      } else {
        joined.push(part);
      }
    }
    this.parts = [];
    return joined;
  }
}
