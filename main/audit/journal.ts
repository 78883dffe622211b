// Owns the order of records: each gets its place in the hash chain and is handed to the store before `append` returns, so
// a caller that goes on only after `append` leaves nothing unrecorded. It never writes an unredacted or ill-formed
// record and never skips a sequence number. On any failure it throws, the head stays where it was, the caller denies.
import { Buffer } from 'node:buffer';
import { AUDIT_SCHEMA_VERSION, AuditRecord } from '../../preload/contract/audit.ts';
import type { NewAuditRecord } from '../../preload/contract/audit.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { canonical } from './canonical.ts';
import { hashRecord, lineOf, MAX_LINE_BYTES } from './chain.ts';
import { scrub } from './scrub.ts';

/** Where lines go. The store owns files and timers; the journal owns their content. */
export interface JournalStore {
  /** Writes one whole line, or throws and leaves nothing of it. `seq` names a new segment, should this line open one. */
  append(line: Buffer, seq: number): void;
  /** Why written lines cannot be made durable (a failing sync), or undefined while they can. */
  readonly problem: string | undefined;
  /** Syncs what was written; rejects if it cannot. */
  flush(): Promise<void>;
  /** Syncs and lets go of everything; rejects, after that, if the sync failed. */
  close(): Promise<void>;
}

/** The last record of a chain: -1 and GENESIS in a chain that has none yet. */
export interface ChainHead {
  readonly chainId: string;
  readonly seq: number;
  readonly hash: string;
}

export interface JournalState {
  readonly state: 'ok' | 'unavailable';
  readonly detail: string;
}

export interface Journal {
  /**
   * Records and returns what was recorded. Synchronous: when it returns, the line is with the operating system and
   * survives the end of this process. Throws CompanionError `E_AUDIT_UNAVAILABLE`; then nothing was recorded.
   */
  append(record: NewAuditRecord): AuditRecord;
  /** The same for several at once, in one write: all of them are recorded, or none and it throws. */
  appendAll(records: readonly NewAuditRecord[]): void;
  readonly head: ChainHead;
  /** For display only: each `append` tries again, so a gate asks `append`, never this. */
  readonly state: JournalState;
  /** Called after each record; what it throws is ignored. Returns a function that ends it. */
  onAppend(listener: (record: AuditRecord) => void): () => void;
  /** Everything appended so far is on the disk when it resolves. Rejects with `E_AUDIT_UNAVAILABLE`. */
  flush(): Promise<void>;
  /** Syncs and lets go of the files. Rejects with `E_AUDIT_UNAVAILABLE` if the last sync failed; closed it is then too. */
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly store: JournalStore;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly redact: (text: string) => string;
  readonly start: ChainHead;
  /** Written before any other record, as soon as the store takes them: what was recovered at start. */
  readonly first?: readonly NewAuditRecord[];
}

const NEXT =
  'Free disk space or repair access to the audit folder; the next call tries again. "runlayer doctor" shows the state.';
const NEXT_RECORD = 'The call was not made. Report this with the output of "runlayer doctor".';

/** A journal over `store` that continues the chain at `start`. */
export function createJournal(options: JournalOptions): Journal {
  const { store, clock, newId, redact } = options;
  const listeners = new Set<(record: AuditRecord) => void>();
  const pending = [...(options.first ?? [])];
  let head = options.start;
  let failure: string | undefined;
  let closed = false;

  const write = (records: readonly NewAuditRecord[]): readonly AuditRecord[] => {
    const written: Built[] = [];
    let next = head;
    for (const record of records) {
      const built = build(record, next, { clock, newId, redact });
      next = { chainId: next.chainId, seq: built.record.seq, hash: built.hash };
      written.push(built);
    }
    const [first] = written;
    if (first === undefined) return [];
    try {
      store.append(
        written.length === 1 ? first.line : Buffer.concat(written.map((built) => built.line)),
        first.record.seq,
      );
    } catch (error) {
      failure = reasonOf(error);
      throw unavailable(failure, error);
    }
    failure = undefined;
    head = next;
    for (const built of written) announce(built.record);
    return written.map((built) => built.record);
  };

  const announce = (record: AuditRecord): void => {
    for (const listener of listeners) {
      try {
        listener(record);
      } catch {
        // The record is written; whoever watches must not be able to make it look otherwise.
      }
    }
  };

  const writePending = (): void => {
    // Taken out before it is written: a listener may append in turn.
    for (let note = pending.shift(); note !== undefined; note = pending.shift()) {
      try {
        write([note]);
      } catch (error) {
        pending.unshift(note);
        throw error;
      }
    }
  };

  try {
    writePending();
  } catch {
    // `state` says so, and the first append tries again.
  }

  const appendAll = (records: readonly NewAuditRecord[]): readonly AuditRecord[] => {
    if (closed) throw unavailable('the journal is closed');
    // A call must not leave while its intent may be lost; the outcome of one that left is written as well as it can be.
    if (store.problem !== undefined && records.some((record) => record.kind === 'intent'))
      throw unavailable(store.problem);
    writePending();
    return write(records);
  };

  return {
    append(record) {
      const [written] = appendAll([record]);
      if (written === undefined) throw refused('nothing was written');
      return written;
    },
    appendAll: (records) => void appendAll(records),
    get head() {
      return head;
    },
    get state(): JournalState {
      const detail = closed ? 'the journal is closed' : (failure ?? store.problem);
      return detail === undefined ? { state: 'ok', detail: '' } : { state: 'unavailable', detail };
    },
    onAppend(listener) {
      const own = (record: AuditRecord): void => listener(record);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async flush() {
      try {
        await store.flush();
      } catch (error) {
        throw unavailable(reasonOf(error), error);
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      listeners.clear();
      try {
        await store.close();
      } catch (error) {
        throw unavailable(reasonOf(error), error);
      }
    },
  };
}

interface Built {
  readonly record: AuditRecord;
  readonly hash: string;
  readonly line: Buffer;
}

function build(
  input: NewAuditRecord,
  head: ChainHead,
  { clock, newId, redact }: Pick<JournalOptions, 'clock' | 'newId' | 'redact'>,
): Built {
  let record: AuditRecord;
  let text: string;
  try {
    const place = { v: AUDIT_SCHEMA_VERSION, id: newId(), chain_id: head.chainId, seq: head.seq + 1 };
    const parsed = AuditRecord.safeParse({ ...scrub(input, redact), ...place, time: clock().toISOString() });
    if (!parsed.success) {
      // Paths only: a value could be what must not be shown.
      const where = parsed.error.issues.map((issue) => issue.path.join('.') || issue.code).join(', ');
      throw refused(`a record does not fit the audit schema (${where})`);
    }
    record = parsed.data;
    text = canonical(record);
    if (Buffer.byteLength(text) > MAX_LINE_BYTES / 2 && record.kind === 'intent') {
      const bytesOf = (value: unknown) => ({ $bytes: Buffer.byteLength(canonical(value ?? null)) });
      record = {
        ...record,
        arguments: bytesOf(record.arguments),
        ...(record.input_responses === undefined ? {} : { input_responses: bytesOf(record.input_responses) }),
      };
      text = canonical(record);
    }
  } catch (error) {
    if (error instanceof CompanionError) throw error;
    throw refused('a record could not be prepared', error);
  }
  const hash = hashRecord(head.hash, text);
  const line = Buffer.from(lineOf(hash, head.hash, text), 'utf8');
  if (line.length > MAX_LINE_BYTES) throw refused(`a record of ${line.length} bytes is too long`);
  return { record, hash, line };
}

function unavailable(detail: string, cause?: unknown): CompanionError {
  return new CompanionError('E_AUDIT_UNAVAILABLE', `The audit journal cannot be written: ${detail}.`, NEXT, { cause });
}

function refused(detail: string, cause?: unknown): CompanionError {
  return new CompanionError('E_AUDIT_UNAVAILABLE', `Not recorded: ${detail}.`, NEXT_RECORD, { cause });
}

function reasonOf(error: unknown): string {
  if (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    !(error instanceof CompanionError)
  ) {
    return `${error.code} (${error.message})`;
  }
  return error instanceof Error ? error.message : String(error);
}
