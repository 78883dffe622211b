/**
 * Owns `<home>/pins`: one file for each connector and an index that knows the SHA-256 of each, so that a file that was taken
 * away is noticed like one that was changed: it would otherwise be agreed to afresh, as if seen for the first time. What does
 * not fit is never overwritten but by a reset, which is a person's. Each write is recorded before it is made.
 */
import { chmodSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { ConnectorPins } from '../../pin/pins.ts';
import { IndexDocument, PINS_FILE, pinsDocument, pinsFileName, readPinsDocument, type IndexEntry } from './pin-form.ts';
import { readSealed, seal, type Sealed, type Unsealed } from './sealed-file.ts';

export type StoredPins =
  | { readonly kind: 'pins'; readonly pins: ConnectorPins }
  /** Never seen. */
  | { readonly kind: 'none' }
  /** It may have been known, and what was agreed to cannot be told. */
  | { readonly kind: 'damaged'; readonly reason: string };

export interface WriteFacts {
  /** `listing`, `pins.accept` … */
  readonly operation: string;
  readonly by: string;
}

export interface PinStore {
  read(connector: string): StoredPins;
  /** Throws, with what was there before still in force, where it cannot be recorded or written. */
  write(connector: string, pins: ConnectorPins, facts: WriteFacts): void;
  /** A connector that is removed takes its pins with it. */
  remove(connector: string, facts: WriteFacts): void;
  /** Every connector that something is known of. */
  connectors(): string[];
  /** Why no connector's pins can be trusted that was not reset since, or undefined. */
  problem(): string | undefined;
  /** Another host writes from now on: this one only reads. */
  handOver(): void;
  /** Another host does. */
  isReader(): boolean;
  /** Reads the index again; true where it is another one. Only after {@link handOver}. */
  reload(): boolean;
}

export interface StoreOptions {
  readonly home: string;
  /** Called before a write; throws where it cannot be recorded. `index`: SHA-256 of the index that the write leaves. */
  readonly record: (facts: WriteFacts & { connector: string; sha256: string; index: string }) => void;
  /** Hashes of the index as last recorded, where that is known: one that is neither was put back or taken away. */
  readonly recordedIndexes: readonly string[];
  /** All that there are. Once each of them was reset, an index that was lost is made good. */
  readonly connectors: () => readonly string[];
}

interface Index {
  readonly distrust: boolean;
  readonly entries: ReadonlyMap<string, IndexEntry>;
  readonly reason: string | undefined;
  /** Of the file as it was read or written. */
  readonly hash: string | undefined;
}

const EMPTY: Index = { distrust: false, entries: new Map(), reason: undefined, hash: undefined };

function sealIndex({ distrust, entries }: Pick<Index, 'distrust' | 'entries'>): Sealed {
  const sorted = [...entries.values()].toSorted((a, b) => (a.connector < b.connector ? -1 : 1));
  return seal({ version: 1, distrust, entries: sorted } satisfies IndexDocument);
}

export function openPinStore(options: StoreOptions): PinStore {
  const folder = join(options.home, 'pins');
  const indexPath = join(folder, 'index.json');
  const pathOf = (connector: string): string => join(folder, pinsFileName(connector));
  let isReader = false;
  let index = loadIndex(folder, indexPath, options.recordedIndexes);

  const put = (path: string, { bytes }: Sealed): void => writeFileAtomic.sync(path, bytes, { mode: 0o600 });
  const putIndex = (next: Pick<Index, 'distrust' | 'entries'>): void => {
    const sealed = sealIndex(next);
    put(indexPath, sealed);
    index = { ...next, reason: next.distrust ? index.reason : undefined, hash: sealed.hash };
  };
  const withEntry = (entry: IndexEntry): Pick<Index, 'distrust' | 'entries'> => {
    const entries = new Map(index.entries).set(entry.connector, entry);
    return { distrust: index.distrust && !options.connectors().every((name) => entries.has(name)), entries };
  };
  const prepare = (): void => {
    if (isReader) throw new Error('another host of the companion writes the pins now');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  };

  /** The journal names what is there, not only what was meant to be: many failed writes must not make it look put back. */
  const recordUndone = (connector: string, { operation, by }: WriteFacts): void => {
    if (index.hash === undefined) return;
    try {
      options.record({ operation: `${operation}, failed`, by, connector, sha256: '', index: index.hash });
    } catch {
      // Nothing can be recorded either; the write is refused in any case.
    }
  };

  return {
    read: (connector) => {
      const file = readSealed(pathOf(connector));
      const entry = index.entries.get(connector);
      if (entry === undefined) {
        if (index.distrust) return { kind: 'damaged', reason: index.reason ?? UNTOLD };
        return file.kind === 'none' ? file : { kind: 'damaged', reason: 'its file is not in the index of pins' };
      }
      return judge(connector, entry, file);
    },
    write: (connector, pins, facts) => {
      prepare();
      const sealed = seal(pinsDocument(connector, pins));
      const done = withEntry({ connector, sha256: sealed.hash });
      options.record({ ...facts, connector, sha256: sealed.hash, index: sealIndex(done).hash });
      const file = readSealed(pathOf(connector));
      const before = file.kind === 'good' ? file.hash : null;
      try {
        // Between the two writes of the index both contents of the file are right: a companion that is ended here leaves no damage.
        putIndex(withEntry({ connector, sha256: sealed.hash, before }));
        put(pathOf(connector), sealed);
        putIndex(done);
      } catch (error) {
        recordUndone(connector, facts);
        throw error;
      }
    },
    remove: (connector, facts) => {
      const file = readSealed(pathOf(connector));
      if (file.kind === 'none' && !index.entries.has(connector)) return;
      prepare();
      const entries = new Map(index.entries);
      entries.delete(connector);
      const next = { distrust: index.distrust, entries };
      options.record({ ...facts, connector, sha256: '', index: sealIndex(next).hash });
      if (file.kind !== 'none') unlinkSync(pathOf(connector));
      putIndex(next);
    },
    connectors: () => [...index.entries.keys()].toSorted(),
    problem: () => (index.distrust ? (index.reason ?? UNTOLD) : undefined),
    handOver: () => {
      isReader = true;
    },
    isReader: () => isReader,
    reload: () => {
      const { hash } = index;
      index = loadIndex(folder, indexPath, []);
      return index.hash !== hash || hash === undefined;
    },
  };
}

const UNTOLD = 'the index of pins was lost once, so that nobody can tell what was agreed to';

function judge(connector: string, entry: IndexEntry, file: Unsealed): StoredPins {
  switch (file.kind) {
    case 'none':
      return entry.before === null ? { kind: 'none' } : { kind: 'damaged', reason: 'its file is gone' };
    case 'bad':
      return { kind: 'damaged', reason: `its file is not used: ${file.reason}` };
    case 'good': {
      if (file.hash !== entry.sha256 && file.hash !== entry.before)
        return { kind: 'damaged', reason: 'its file is not the one that was written last' };
      const pins = readPinsDocument(connector, file.value);
      return pins === undefined ? { kind: 'damaged', reason: 'its file does not fit' } : { kind: 'pins', pins };
    }
  }
}

function loadIndex(folder: string, path: string, recorded: readonly string[]): Index {
  const distrusted = (reason: string): Index => ({ ...EMPTY, distrust: true, reason });
  const file = readSealed(path);
  if (file.kind === 'bad') return distrusted(`the index of pins is not used: ${file.reason}`);
  if (file.kind === 'none')
    return recorded.length > 0 || holdsPins(folder) ? distrusted('the index of pins is gone') : EMPTY;
  const { data } = IndexDocument.safeParse(file.value);
  if (data === undefined) return distrusted('the index of pins does not fit');
  const entries = new Map(data.entries.map((entry) => [entry.connector, entry]));
  if (entries.size !== data.entries.length) return distrusted('the index of pins names a connector twice');
  const found: Index = { distrust: data.distrust, entries, reason: undefined, hash: file.hash };
  // A write that was interrupted was recorded with what it was to leave.
  const meant = new Map([...entries].map(([key, { connector, sha256 }]) => [key, { connector, sha256 }]));
  const hashes = [file.hash, sealIndex({ distrust: data.distrust, entries: meant }).hash];
  if (recorded.length > 0 && !hashes.some((hash) => recorded.includes(hash)))
    return distrusted('the index of pins is not the one that was recorded last');
  return found;
}

/** A folder that cannot be read may hold some. */
function holdsPins(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => PINS_FILE.test(name));
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
}
