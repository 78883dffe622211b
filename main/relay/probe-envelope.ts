/**
 * Reads the id and the kind out of a message that will not be forwarded, so that whoever waits for it can be told.
 * Streaming and tolerant: it looks only at the outermost keys and gives an id only when exactly one unambiguous one was
 * seen. Used on failure paths alone; nothing is ever decided by what it finds. Linear in what it is given, because a
 * hostile sender chooses what fails.
 */
import { isUtf8 } from 'node:buffer';
import { foldKey } from './fold-key.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
/** An id of 1,024 characters at four bytes each. */
const MAX_SCALAR_BYTES = 4096;
const MAX_ID_CHARACTERS = 1024;
/** Deeper than this, brackets are only counted. */
const MAX_CHECKED_DEPTH = 256;

/**
 * What a message that cannot be parsed seems to be. `envelope`: it has "jsonrpc", but was cut off or broken before it said
 * more; `unknown`: nothing of the protocol was seen.
 */
export type Reading = 'request' | 'notification' | 'response' | 'envelope' | 'unknown';

export interface Probed {
  /** Source text of the id, or undefined when there was none or more than one reading. */
  readonly id: string | undefined;
  readonly reading: Reading;
}

function indexOrEnd(chunk: Buffer, byte: number, from: number): number {
  const index = chunk.indexOf(byte, from);
  return index < 0 ? chunk.length : index;
}

export class EnvelopeProbe {
  private depth = 0;
  private inString = false;
  private escaped = false;
  private started = false;
  private closed = false;
  private broken = false;
  /** For each open container: is it an object? */
  private readonly containers: boolean[] = [];
  /** Bytes of the outermost token being read; undefined once it cannot be a key or an id any more. */
  private token: number[] | undefined = [];
  /** White space came after the token: more bytes would be a second token beside it. */
  private gap = false;
  /** The decoded key of the member being read; undefined before its colon. */
  private key: string | undefined;
  private readonly ids: (string | undefined)[] = [];
  private sawMethod = false;
  private sawAnswer = false;
  private sawVersion = false;

  push(chunk: Buffer): void {
    // The next quote and backslash, looked for again only once they were passed.
    let quote = -1;
    let slash = -1;
    for (let i = 0; i < chunk.length; i++) {
      if (!this.inString) {
        this.structureByte(chunk[i] ?? 0);
        continue;
      }
      // Inside strings that are no key and no id nothing matters but where they end.
      if (!this.escaped && (this.depth !== 1 || this.token === undefined)) {
        if (quote < i) quote = indexOrEnd(chunk, QUOTE, i);
        if (slash < i) slash = indexOrEnd(chunk, BACKSLASH, i);
        i = Math.min(quote, slash);
        if (i === chunk.length) return;
      }
      this.stringByte(chunk[i] ?? 0);
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
      case 0x20:
      case 0x09:
      case 0x0a:
      case 0x0d:
        this.gap = this.token !== undefined && this.token.length > 0;
        return;
      case QUOTE:
        this.inString = true;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        this.open(byte === OPEN_BRACE);
        return;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        this.close(byte === CLOSE_BRACE);
        return;
      case COLON:
        if (this.depth === 1) this.endKey();
        break;
      case COMMA:
        if (this.depth === 1) this.endValue();
        break;
      default:
    }
    if (this.depth === 0) this.broken = true;
    else if (byte !== COLON && byte !== COMMA) this.keep(byte);
  }

  private open(isObject: boolean): void {
    if (!this.started && isObject) this.started = true;
    else if (this.depth === 0) this.broken = true;
    if (this.depth < MAX_CHECKED_DEPTH) this.containers[this.depth] = isObject;
    this.depth++;
    this.token = this.depth === 1 ? [] : undefined;
  }

  private close(isObject: boolean): void {
    if (this.depth === 1) {
      this.endValue();
      this.closed = true;
    }
    this.depth--;
    if (this.depth < 0) this.broken = true;
    else if (this.depth < MAX_CHECKED_DEPTH && this.containers[this.depth] !== isObject) this.broken = true;
  }

  private keep(byte: number): void {
    if (this.depth !== 1 || this.token === undefined) return;
    if (this.gap || this.token.length >= MAX_SCALAR_BYTES) this.token = undefined;
    else this.token.push(byte);
  }

  private takeToken(): string | undefined {
    const bytes = this.token === undefined ? undefined : Buffer.from(this.token);
    this.token = [];
    this.gap = false;
    return bytes !== undefined && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  }

  private endKey(): void {
    if (this.key !== undefined) this.broken = true;
    this.key = decoded(this.takeToken()) ?? '';
    switch (this.key) {
      case 'method':
        this.sawMethod = true;
        return;
      case 'result':
      case 'error':
        this.sawAnswer = true;
        return;
      case 'jsonrpc':
        this.sawVersion = true;
        return;
      case 'id':
        return;
      default: {
        // What only looks like one of them makes any reading a guess.
        const folded = foldKey(this.key);
        if (folded === 'id' || folded === 'method') this.broken = true;
      }
    }
  }

  private endValue(): void {
    const token = this.takeToken();
    if (this.key === 'id') this.ids.push(token);
    this.key = undefined;
  }

  /** An id read from an unfinished message is still good to answer with. */
  result(): Probed {
    return { id: this.id(), reading: this.reading() };
  }

  private id(): string | undefined {
    const [id] = this.ids;
    if (id === undefined || this.ids.length !== 1 || this.broken || id.length > MAX_ID_CHARACTERS) return undefined;
    return /^(0|-?[1-9]\d*)$/.test(id) || decoded(id) !== undefined ? id : undefined;
  }

  private reading(): Reading {
    if (this.broken) return 'unknown';
    if (this.sawMethod) {
      if (this.ids.length > 0) return 'request';
      return this.closed && this.depth === 0 ? 'notification' : 'envelope';
    }
    if (this.sawAnswer) return 'response';
    return this.sawVersion ? 'envelope' : 'unknown';
  }
}

/** The value of a string's source text; undefined for anything else. */
function decoded(source: string | undefined): string | undefined {
  if (source === undefined || !source.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(source);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Id and kind of one whole line, by the same rules. */
export function probeEnvelope(line: Buffer): Probed {
  const probe = new EnvelopeProbe();
  probe.push(line);
  return probe.result();
}
