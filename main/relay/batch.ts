import type { Outbound, Peer } from './session-options.ts';

/** What goes out to one side after one read. Neighbouring pieces of the same memory leave a stream as one write. */
export class Batch {
  private parts: Outbound[] = [];

  add(part: Outbound): void {
    this.parts.push(part);
  }

  /** Takes back exactly this piece. */
  remove(bytes: Buffer): void {
    this.parts = this.parts.filter((part) => part.bytes !== bytes);
  }

  clear(): void {
    this.parts = [];
  }

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  /** Sends everything; false when the peer is slow. */
  sendTo(peer: Peer): boolean {
    const { parts } = this;
    this.parts = [];
    return 'deliver' in peer ? peer.deliver(parts) : peer.write(join(parts));
  }
}

function join(parts: readonly Outbound[]): Buffer[] {
  const joined: Buffer[] = [];
  for (const { bytes } of parts) {
    const last = joined.at(-1);
    if (last !== undefined && last.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset) {
      joined[joined.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length);
    } else {
      joined.push(bytes);
    }
  }
  return joined;
}
