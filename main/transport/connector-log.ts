/**
 * The last that a connector's servers wrote to stderr or printed outside the protocol. In memory and bounded, in time as
 * well: a server that writes nothing but newlines must not be able to hold the companion. Redacted by the caller.
 */
const MAX_CHARACTERS = 256 * 1024;
const MAX_LINES = 4000;
const MAX_LINE = 8 * 1024;

export class ConnectorLog {
  private lines: string[] = [];
  /** Lines before this one are dropped; the list itself is cut only now and then. */
  private first = 0;
  private characters = 0;
  private partial = '';

  /** Text as it comes; it may end in the middle of a line. */
  write(text: string): void {
    const parts = (this.partial + text).split('\n');
    this.partial = (parts.pop() ?? '').slice(-MAX_LINE);
    // What would be pushed out again by the rest of this very text need not come in.
    for (const part of parts.slice(-MAX_LINES)) this.line(part);
  }

  line(text: string): void {
    const kept = text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text.replace(/\r$/, '');
    this.lines.push(kept);
    this.characters += kept.length + 1;
    while (this.characters > MAX_CHARACTERS || this.lines.length - this.first > MAX_LINES) {
      this.characters -= (this.lines[this.first]?.length ?? 0) + 1;
      this.first += 1;
    }
    if (this.first > MAX_LINES) {
      this.lines = this.lines.slice(this.first);
      this.first = 0;
    }
  }

  tail(count: number): string[] {
    const all = this.lines.slice(this.first);
    return (this.partial === '' ? all : [...all, this.partial]).slice(-count);
  }
}
