// Owns the order of records: each gets its place in the hash chain and is handed to the store before `append` returns, so
// a caller that goes on only after `append` leaves nothing unrecorded. It never writes an unredacted or ill-formed
// record and never skips a sequence number. On any failure it throws, the head stays where it was, the caller denies.
import { Buffer } from 'node:buffer';
import type { AuditRecord, NewAuditRecord } from '../../preload/contract/audit.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { buildCheckpoint, buildRecord, refused } from './build-record.ts';
import type { BuiltRecord, ChainHead } from './build-record.ts';
import type { Signer } from './checkpoint.ts';

export type { ChainHead } from './build-record.ts';

/** A checkpoint follows at the latest so many records after the one before, and when the owner asks for one. */
export const CHECKPOINT_RECORDS = 100;

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
  /** Signs checkpoints from now on. Until then, and where there is no key, none is written and nothing else changes. */
  signWith(signer: Signer): void;
  /**
   * Signs what was recorded since the last checkpoint; the owner calls it at start, from time to time and at the end.
   * True once everything recorded is signed; false without a signer, before the first record of this run, or where it
   * could not be written. Never throws.
   */
  checkpoint(): boolean;
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
/** A journal over `store` that continues the chain at `start`. */
export function createJournal(options: JournalOptions): Journal {
  const { store, clock, newId, redact } = options;
  const listeners = new Set<(record: AuditRecord) => void>();
  const pending = [...(options.first ?? [])];
  let head = options.start;
  let failure: string | undefined;
  let closed = false;
  let signer: Signer | undefined;
  let unsigned = 0;
  let isSigned = false;
  /** What the run before left is signed only together with something of this one, see trust.ts. */
  let hasWritten = false;

  const write = (records: readonly NewAuditRecord[]): readonly AuditRecord[] => {
    const written: BuiltRecord[] = [];
    let next = head;
    for (const record of records) {
      const built = buildRecord(record, next, { clock, newId, redact });
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
    isSigned = false;
    hasWritten = true;
    unsigned += written.length;
    for (const built of written) announce(built.record);
    // After the records are written and told: a signature must not stand between a call and its intent.
    if (unsigned >= CHECKPOINT_RECORDS) checkpoint();
    return written.map((built) => built.record);
  };

  const checkpoint = (): boolean => {
    if (signer === undefined || closed || !hasWritten) return false;
    if (isSigned) return true;
    // Whatever comes of it: a disk that takes none must not be asked for one with every record.
    unsigned = 0;
    let built: BuiltRecord;
    try {
      built = buildCheckpoint(signer, head, { clock, newId, redact });
      store.append(built.line, built.record.seq);
    } catch {
      // Nothing of it is in the file. The next record tells whether the disk takes any.
      return false;
    }
    head = { chainId: head.chainId, seq: built.record.seq, hash: built.hash };
    isSigned = true;
    announce(built.record);
    return true;
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
    signWith(next) {
      signer = next;
      isSigned = false;
    },
    checkpoint,
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

function unavailable(detail: string, cause?: unknown): CompanionError {
  return new CompanionError('E_AUDIT_UNAVAILABLE', `The audit journal cannot be written: ${detail}.`, NEXT, { cause });
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
