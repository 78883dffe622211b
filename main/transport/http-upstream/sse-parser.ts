/**
 * Cuts a `text/event-stream` into events, on bytes: the data of an event is handed over as the bytes that came. Linear in
 * what comes, however it is cut into chunks. An event with more data than may be kept is skipped, with one notice. What an
 * unfinished event holds at the end of the stream never counts, its id neither (WHATWG HTML, "Server-sent events").
 */
import { LineBuilder, type Refused } from './line-builder.ts';
import type { Unfinished } from './unfinished.ts';

export interface SseEvents {
  /** `data` ends with a newline; where the event had several lines of data there are newlines between them, too. */
  event(type: string, data: Buffer): void;
  /** The server wants this pause before it is connected to again. */
  retry(ms: number): void;
  /** The event is being skipped. */
  skipped(why: Refused): void;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BOM = [0xef, 0xbb, 0xbf];
const NEWLINE = Buffer.from('\n');
const MAX_NAME = 5;
/** Of an id, an event type or a retry time; a longer one is ignored. */
const MAX_VALUE = 1024;
const DIGITS = /^\d{1,9}$/;
/** Bytes that may stand in the header that gives an id back. */
const HEADER_SAFE = /^[\x20-\x7e\x80-\xff]*$/;

type Field = 'name' | 'data' | 'id' | 'event' | 'retry' | 'ignored';

function fieldOf(name: string): Field {
  return name === 'data' || name === 'id' || name === 'event' || name === 'retry' ? name : 'ignored';
}

export class SseParser {
  /** Of the last whole event that had one, as latin1 text of its bytes: what a header takes. */
  lastEventId: string | undefined;
  /** Bytes of data that were skipped so far. */
  skippedBytes = 0;

  private readonly events: SseEvents;
  private readonly data: LineBuilder;
  private bom = 0;
  private stopped = false;
  private afterCr = false;
  private field: Field = 'name';
  private name = '';
  private value = '';
  private atValueStart = false;
  private id: string | undefined;
  private type = '';
  private hasData = false;
  private skipping = false;

  constructor(maxBytes: number, events: SseEvents, lastEventId?: string, unfinished?: Unfinished) {
    this.events = events;
    this.data = new LineBuilder(maxBytes, unfinished, (why) => {
      this.skipping = true;
      events.skipped(why);
    });
    this.lastEventId = lastEventId;
    this.id = lastEventId;
  }

  /** Nothing is handed over any more, not even the rest of the current chunk. */
  stop(): void {
    this.stopped = true;
    this.data.clear();
  }

  push(chunk: Buffer): void {
    let at = this.skipBom(chunk);
    // Looked for again only once passed: a stream without any CR is searched for one once per chunk.
    let lf = -1;
    let cr = -1;
    while (at < chunk.length && !this.stopped) {
      if (this.afterCr) {
        this.afterCr = false;
        if (chunk[at] === LF) {
          at++;
          continue;
        }
      }
      if (lf < at) lf = indexOf(chunk, LF, at);
      if (cr < at) cr = indexOf(chunk, CR, at);
      const end = Math.min(lf, cr);
      this.take(chunk, at, end);
      if (end === chunk.length) return;
      this.afterCr = end === cr;
      this.endLine();
      at = end + 1;
    }
  }

  private skipBom(chunk: Buffer): number {
    let at = 0;
    while (this.bom < BOM.length && at < chunk.length) {
      if (chunk[at] !== BOM[this.bom]) {
        // Part of one only: it belongs to a field name, which is none that we know.
        if (this.bom > 0) this.field = 'ignored';
        this.bom = BOM.length;
        return at;
      }
      this.bom++;
      at++;
    }
    return at;
  }

  private take(chunk: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && this.field === 'name') {
      const byte = chunk[at++] ?? 0;
      if (byte === COLON) this.beginValue();
      else if (this.name.length === MAX_NAME) this.field = 'ignored';
      else this.name += String.fromCharCode(byte);
    }
    if (at < end && this.atValueStart) {
      this.atValueStart = false;
      if (chunk[at] === SPACE) at++;
    }
    if (at === end) return;
    if (this.field === 'data') this.append(chunk, at, end);
    else if (this.field !== 'ignored') {
      if (this.value.length + end - at > MAX_VALUE) this.field = 'ignored';
      else this.value += chunk.toString('latin1', at, end);
    }
  }

  private beginValue(): void {
    this.field = fieldOf(this.name);
    this.atValueStart = true;
    if (this.field !== 'data') return;
    if (this.hasData) this.append(NEWLINE, 0, 1);
    this.hasData = true;
  }

  private append(chunk: Buffer, start: number, end: number): void {
    if (!this.skipping) this.data.append(chunk, start, end);
    if (this.skipping) this.skippedBytes += end - start;
  }

  private endLine(): void {
    // The whole line is a field's name, with an empty value.
    if (this.field === 'name' && this.name !== '') this.beginValue();
    const { field, value } = this;
    const isBlank = field === 'name';
    this.field = 'name';
    this.name = '';
    this.value = '';
    this.atValueStart = false;
    if (isBlank) this.dispatch();
    else if (field === 'event') this.type = value;
    else if (field === 'id') {
      if (HEADER_SAFE.test(value)) this.id = value === '' ? undefined : value;
    } else if (field === 'retry' && DIGITS.test(value)) this.events.retry(Number(value));
  }

  private dispatch(): void {
    const { type, hasData, skipping } = this;
    this.lastEventId = this.id;
    this.type = '';
    this.hasData = false;
    this.skipping = false;
    if (hasData && !skipping) this.events.event(type === '' ? 'message' : type, this.data.take());
  }
}

/** Where the byte is, or the end. */
function indexOf(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at < 0 ? chunk.length : at;
}
