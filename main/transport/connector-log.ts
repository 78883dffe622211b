/** The last bytes that a connector's servers wrote to stderr or printed outside the protocol. In memory, bounded, redacted by the caller. */
const MAX_CHARACTERS = 256 * 1024;
const MAX_LINE = 8 * 1024;

export class ConnectorLog {
  private lines: string[] = [];
  private characters = 0;
  private partial = '';

  /** Text as it comes; it may end in the middle of a line. */
  write(text: string): void {
    const parts = (this.partial + text).split('\n');
    this.partial = (parts.pop() ?? '').slice(-MAX_LINE);
    for (const line of parts) this.line(line);
  }

  line(text: string): void {
    const kept = text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text.replace(/\r$/, '');
    this.lines.push(kept);
    this.characters += kept.length + 1;
    if (this.characters <= MAX_CHARACTERS) return;
    let drop = 0;
    while (this.characters > MAX_CHARACTERS && drop < this.lines.length - 1)
      this.characters -= (this.lines[drop++]?.length ?? 0) + 1;
    this.lines = this.lines.slice(drop);
  }

  tail(count: number): string[] {
    const all = this.partial === '' ? this.lines : [...this.lines, this.partial];
    return all.slice(-count);
  }
}
