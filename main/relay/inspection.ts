/**
 * One direction of a session between parsing and the gates: every message is looked at by the guard, in the order in which it
 * came. What is answered at once goes on at once; behind one that a worker looks at everything waits, and its source is
 * paused. Nothing passes here unseen: what cannot be looked at is handed on as `unscannable`.
 */
import { isJsonObject } from '../../preload/contract/json.ts';
import { PASS, type ScanResult } from '../guard/scan-job.ts';
import type { GuardGate } from './guard-gate.ts';
import type { ParseLarge } from './lane.ts';
import type { WireLimits } from './limits.ts';
import { isListMethod, openList, type ListMethod } from './list-source.ts';
import { parseMessage, type Message, type Parsed, type Sender } from './parse-message.ts';
import { isInputRequired } from './retry-key.ts';
import type { Span } from './scan-json.ts';
import { spanAt, splice } from './splice-json.ts';

/** What the guard says of one message. */
export interface Seen {
  /** Of the whole message; of a list, of what stands beside its items. */
  readonly found: ScanResult;
  /** Of each item of a list of definitions, in their order. */
  readonly items?: readonly ScanResult[];
}

export const NOTHING_SEEN: Seen = { found: PASS };

/** What the message says could not be read again once it was masked. */
const UNUSABLE: ScanResult = {
  verdict: 'block',
  asks: false,
  findings: [{ category: 'unscannable', rule: 'mask-failed', tier: 'hard', at: '', action: 'block' }],
};

export interface Inspected {
  readonly parsed: Parsed;
  readonly line: Buffer;
  readonly seen: Seen;
}

export interface InspectorOptions {
  readonly sender: Sender;
  readonly guard: GuardGate;
  readonly limits: WireLimits;
  readonly parseLarge: ParseLarge | undefined;
  /** The method that an answer belongs to. */
  readonly methodOf: (idKey: string) => string | undefined;
  /** The state that a client sends is one that its server gave it. */
  readonly isIssued: (requestState: unknown) => boolean;
}

const EMPTY_TEXT = Buffer.from('""');

/** Looks at single messages; keeps nothing. */
export class Inspector {
  private readonly options: InspectorOptions;

  constructor(options: InspectorOptions) {
    this.options = options;
  }

  inspect(parsed: Parsed, line: Buffer): Inspected | Promise<Inspected> {
    if (parsed.kind === 'invalid') return { parsed, line, seen: NOTHING_SEEN };
    const list = parsed.kind === 'response' ? this.listOf(parsed) : undefined;
    if (list !== undefined && parsed.kind === 'response') return this.list(parsed, line, list);
    return this.message(parsed, line);
  }

  private listOf(message: Extract<Message, { kind: 'response' }>): ListMethod | undefined {
    const { result } = message;
    if (this.options.sender === 'client' || !isJsonObject(result)) return undefined;
    // A list of tools is one whatever was asked.
    if (Array.isArray(result['tools'])) return 'tools/list';
    const method = this.options.methodOf(message.idKey);
    return isListMethod(method) && method !== 'resources/list' ? method : undefined;
  }

  private list(
    message: Message & { kind: 'response' },
    line: Buffer,
    method: ListMethod,
  ): Inspected | Promise<Inspected> {
    const { guard, limits } = this.options;
    const opened = openList(line, message.result, method, limits);
    // Whoever reads the list next refuses it for the same reason.
    if (opened.kind === 'refused') return this.message(message, line);
    const { sources } = opened.list;
    const items = sources.map((source) => guard.scan('tool-definition', source));
    const bare = opened.list.only([]);
    const rest = guard.scan('output', valueOf(bare));
    // A mask would have to be put back around the items; nobody needs a list whose frame holds secrets.
    const seen = (found: ScanResult, each: readonly ScanResult[]): Inspected => ({
      parsed: message,
      line,
      seen: { found: found.verdict === 'mask' ? { ...found, verdict: 'block' } : found, items: each },
    });
    const ready = items.filter((item): item is ScanResult => !isPromise(item));
    if (!isPromise(rest) && ready.length === items.length) return seen(rest, ready);
    return Promise.all([rest, Promise.all(items.map((item) => Promise.resolve(item)))]).then(([found, each]) =>
      seen(found, each),
    );
  }

  private message(parsed: Message, line: Buffer): Inspected | Promise<Inspected> {
    const { guard, sender } = this.options;
    const opaque = this.isOpaque(parsed) ? opaqueSpan(parsed, line) : undefined;
    // What a server keeps with a client to be handed back is nobody's text, and must come back as it was.
    const shown = opaque === undefined ? line : splice(line, [{ span: opaque, bytes: EMPTY_TEXT }]);
    const found = guard.scan(sender === 'client' ? 'input' : 'output', valueOf(shown));
    const goOn = (result: ScanResult): Inspected | Promise<Inspected> => {
      // What a person is asked about may have something masked in it as well.
      const isMasked = result.verdict === 'mask' || (result.asks && result.masked !== undefined);
      if (!isMasked) return { parsed, line, seen: { found: result } };
      const made = result.masked && restored(parsed, result.masked, opaque && line.subarray(opaque.start, opaque.end));
      return made === undefined ? { parsed, line, seen: { found: UNUSABLE } } : this.masked(parsed, line, result, made);
    };
    return isPromise(found) ? found.then(goOn) : goOn(found);
  }

  /**
   * The state that a server keeps with its client comes from that server and goes back to it. Anywhere else, and anything else
   * under that name, is text like any other.
   */
  private isOpaque(parsed: Message): boolean {
    const { sender, isIssued } = this.options;
    if (sender === 'client') return parsed.kind === 'request' && isIssued(parsed.params['requestState']);
    if (parsed.kind !== 'response' || !isInputRequired(parsed.result)) return false;
    return typeof parsed.result['requestState'] === 'string';
  }

  /** The message with what was found replaced, parsed as strictly as the first one was; it must still be the same message. */
  private masked(parsed: Message, line: Buffer, found: ScanResult, source: Buffer): Inspected | Promise<Inspected> {
    const { limits, sender, parseLarge } = this.options;
    const made = Buffer.concat([source, Buffer.from('\n')]);
    const goOn = (again: Parsed): Inspected =>
      isSame(parsed, again)
        ? { parsed: again, line: made, seen: { found } }
        : { parsed, line, seen: { found: UNUSABLE } };
    if (made.length > limits.maxMessageBytes || source.includes(0x0a))
      return { parsed, line, seen: { found: UNUSABLE } };
    if (parseLarge === undefined || made.length <= limits.inlineParseBytes)
      return goOn(parseMessage(made, sender, limits));
    return parseLarge(made, sender).then(goOn);
  }
}

/** Where a message holds the state that its server keeps with the client. */
function opaqueSpan(parsed: Message, line: Buffer): Span | undefined {
  return spanAt(line, [parsed.kind === 'response' ? 'result' : 'params', 'requestState']);
}

/** The masked message with the state in its place again; undefined where that is not found. */
function restored(parsed: Message, masked: Uint8Array, state: Buffer | undefined): Buffer | undefined {
  const source = Buffer.from(masked.buffer, masked.byteOffset, masked.byteLength);
  if (state === undefined) return source;
  const span = spanAt(source, [parsed.kind === 'response' ? 'result' : 'params', 'requestState']);
  return span === undefined ? undefined : splice(source, [{ span, bytes: state }]);
}

/** Without the newline behind it. */
function valueOf(line: Buffer): Buffer {
  return line.at(-1) === 0x0a ? line.subarray(0, -1) : line;
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise;
}

function isSame(before: Message, after: Parsed): boolean {
  if (after.kind === 'invalid' || after.kind !== before.kind) return false;
  const id = (message: Message): string => (message.kind === 'notification' ? '' : message.idKey);
  const method = (message: Message): string => (message.kind === 'response' ? '' : message.method);
  return id(before) === id(after) && method(before) === method(after);
}

export interface InspectionOptions extends InspectorOptions {
  message(inspected: Inspected, related: string | undefined): void;
  /** True while something waits here. */
  busyChanged(busy: boolean): void;
  /** All that was pushed so far is handled: a good moment to write. */
  flush(): void;
  /** A message that could not be handled at all; the session must end. */
  broken(error: unknown): void;
}

interface Waiting {
  readonly parsed: Parsed;
  readonly line: Buffer;
  readonly related: string | undefined;
}

export class Inspection {
  private readonly options: InspectionOptions;
  private readonly inspector: Inspector;
  /** The first one is being looked at. */
  private readonly queue: Waiting[] = [];
  private whenEmpty: (() => void)[] = [];

  constructor(options: InspectionOptions) {
    this.options = options;
    this.inspector = new Inspector(options);
  }

  /** Messages that wait. */
  get size(): number {
    return this.queue.length;
  }

  push(parsed: Parsed, line: Buffer, related?: string): void {
    const waiting: Waiting = { parsed, line, related };
    if (this.queue.length > 0) {
      this.queue.push(waiting);
      return;
    }
    const work = this.inspector.inspect(parsed, line);
    if (!isPromise(work)) {
      this.options.message(work, related);
      return;
    }
    this.queue.push(waiting);
    this.options.busyChanged(true);
    this.work(work).catch((error: unknown) => this.options.broken(error));
  }

  /** Calls `then` once nothing waits here any more; at once where nothing does. */
  afterwards(then: () => void): void {
    if (this.queue.length === 0) then();
    else this.whenEmpty.push(then);
  }

  private async work(first: Promise<Inspected>): Promise<void> {
    const { options, queue, inspector } = this;
    let inspected = await first;
    for (;;) {
      options.message(inspected, queue.shift()?.related);
      const next = queue[0];
      if (next === undefined) break;
      // Looked at only now that it is its turn: what an answer belongs to may have changed until then.
      const work = inspector.inspect(next.parsed, next.line);
      if (isPromise(work)) {
        options.flush();
        inspected = await work;
      } else inspected = work;
    }
    options.flush();
    options.busyChanged(false);
    for (const then of this.whenEmpty.splice(0)) then();
  }
}
