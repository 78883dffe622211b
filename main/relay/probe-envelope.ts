/**
 * Reads the id out of a message that will not be forwarded, so that whoever waits for it can be told. Streaming and
 * tolerant: it looks only at the outermost keys and gives an id only when exactly one unambiguous one was seen. Used on
 * failure paths alone; nothing is ever decided by what it finds.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const MAX_SCALAR_BYTES = 1024;

export class EnvelopeProbe {
  private depth = 0;
  private inString = false;
  private escaped = false;
  private started = false;
  private closed = false;
  private broken = false;
  /** Bytes of the outermost token being read; undefined once it grew past what an id can be. */
  private token: number[] | undefined = [];
  private key = '';
  private readonly ids: string[] = [];
  private sawMethod = false;

  push(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0;
      if (this.inString) {
        // Inside deeper strings nothing matters but where they end.
        if (this.depth !== 1 && !this.escaped) {
          const quote = chunk.indexOf(QUOTE, i);
          const slash = chunk.indexOf(BACKSLASH, i);
          const stop = quote < 0 ? slash : slash < 0 ? quote : Math.min(quote, slash);
          if (stop < 0) return;
          i = stop;
        }
        this.stringByte(chunk[i] ?? 0);
      } else this.structureByte(byte);
    }
  }

  private stringByte(byte: number): void {
    this.keep(byte);
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inString = false;
  }

  private structureByte(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.inString = true;
        this.keep(byte);
        return;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (!this.started && byte === OPEN_BRACE) this.started = true;
        else if (this.depth === 0) this.broken = true;
        this.depth++;
        this.token = this.depth === 1 ? [] : undefined;
        return;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (this.depth === 1) {
          this.endValue();
          this.closed = true;
        }
        this.depth--;
        if (this.depth < 0) this.broken = true;
        return;
      case COLON:
        if (this.depth === 1) this.endKey();
        return;
      case COMMA:
        if (this.depth === 1) this.endValue();
        return;
      case 0x20:
      case 0x09:
      case 0x0a:
      case 0x0d:
        return;
      default:
        if (this.depth === 0) this.broken = true;
        this.keep(byte);
    }
  }

  private keep(byte: number): void {
    if (this.depth !== 1 || this.token === undefined) return;
    if (this.token.length < MAX_SCALAR_BYTES) this.token.push(byte);
    else this.token = undefined;
  }

  private endKey(): void {
    this.key = this.token === undefined ? '' : Buffer.from(this.token).toString('utf8');
    this.token = [];
    if (this.key === '"method"') this.sawMethod = true;
  }

  private endValue(): void {
    if (this.key === '"id"') this.ids.push(this.token === undefined ? '' : Buffer.from(this.token).toString('utf8'));
    this.key = '';
    this.token = [];
  }

  /** Source text of the id, or undefined when there was none or more than one reading. */
  id(): string | undefined {
    const [id] = this.ids;
    if (id === undefined || this.ids.length !== 1 || this.broken || !this.started) return undefined;
    if (/^-?(0|[1-9]\d{0,127})$/.test(id)) return id;
    if (!/^"[^]*"$/.test(id)) return undefined;
    try {
      return typeof JSON.parse(id) === 'string' ? id : undefined;
    } catch {
      return undefined;
    }
  }

  /** True when the message ended as an object; an id read from an unfinished one is still good to answer with. */
  get complete(): boolean {
    return this.closed && this.depth === 0;
  }

  get isRequest(): boolean {
    return this.sawMethod;
  }
}

/** The id of one whole line, by the same rules. */
export function probeId(line: Buffer): string | undefined {
  const probe = new EnvelopeProbe();
  probe.push(line);
  return probe.id();
}
