import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { WritableClientId } from '../../preload/contract/client.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { ensurePrivateDirectory } from './private-directory.ts';
import { errorCode } from './refusals.ts';
import { replaceFile, syncDirectory } from './replace-file.ts';

// Owns: what we did to a client's file, one JSON line a change, so that it can be taken back. Holds names and hashes,
// never a value from the file. A line is written and synced before the file is touched: a crash in between leaves a line
// whose change never happened, which `liveChanges` sees from the hashes; a crash before it leaves nothing at all.

const VERSION = 1;
/** A few hundred bytes a line: thousands of changes. Older ones are dropped; their backups are long gone. */
const MAX_BYTES = 512 * 1024;
const KEPT_LINES = 200;

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

export const ChangeRecord = z.object({
  v: z.literal(VERSION),
  seq: z.number().int().positive(),
  time: z.iso.datetime(),
  client: WritableClientId,
  kind: z.enum(['install', 'uninstall', 'undo', 'abandoned']),
  /** The change that an `undo` took back, or that was `abandoned` because the file changed at the last moment. */
  of: z.number().int().positive().optional(),
  path: z.string(),
  target: z.string(),
  /** Servers that were touched; `had`: there was an entry of that key before. */
  keys: z.array(z.strictObject({ key: z.string(), had: z.boolean() })).readonly(),
  /** Which connector each of these keys starts since; of changes that write entries of ours. */
  connectors: z.record(z.string(), z.string()).optional(),
  /** SHA-256 of the file before and after; null: no file. */
  before: Hash.nullable(),
  after: Hash.nullable(),
  /** Permission bits before; null: no file. */
  mode: z.number().int().nullable(),
  /** File name in the client's backup folder that holds the bytes before. */
  backup: z
    .string()
    .regex(/^[0-9A-Za-z.-]+$/)
    .optional(),
  createdServersKey: z.boolean(),
  /** Outermost first. */
  createdDirectories: z.array(z.string()),
});
export type ChangeRecord = z.infer<typeof ChangeRecord>;

export function journalPath(companionHome: string, client: WritableClientId): string {
  return join(companionHome, 'clients', `${client}.jsonl`);
}

/** All records, oldest first. A torn or foreign line is skipped: it cannot have been followed by a write of ours. */
export async function readJournal(companionHome: string, client: WritableClientId): Promise<ChangeRecord[]> {
  const bytes = await readIfThere(journalPath(companionHome, client));
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const parsed = parseLine(line);
      if (isNewer(parsed)) throw newerJournal(journalPath(companionHome, client));
      const record = ChangeRecord.safeParse(parsed);
      return record.success && record.data.client === client ? [record.data] : [];
    });
}

/** Appends one record, synced to disk. The caller holds the client's lock. */
export async function appendToJournal(
  companionHome: string,
  record: Omit<ChangeRecord, 'v' | 'seq'>,
  platform: NodeJS.Platform,
): Promise<ChangeRecord> {
  await ensurePrivateDirectory(companionHome, platform);
  await ensurePrivateDirectory(join(companionHome, 'clients'), platform);
  const path = journalPath(companionHome, record.client);
  const earlier = await readJournal(companionHome, record.client);
  const stamped: ChangeRecord = { v: VERSION, seq: (earlier.at(-1)?.seq ?? 0) + 1, ...record };
  const line = `${JSON.stringify(stamped)}\n`;
  const text = await readIfThere(path);
  if (text.length > MAX_BYTES) {
    const kept = earlier.slice(-KEPT_LINES).map((kept) => `${JSON.stringify(kept)}\n`);
    await replaceFile(path, Buffer.from(kept.join('') + line), { mode: 0o600, platform });
    return stamped;
  }
  // A torn last line is ended first, or it would swallow this one.
  const start = text.length > 0 && text.at(-1) !== 0x0a ? '\n' : '';
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  const handle = await open(path, flags, 0o600);
  try {
    await handle.writeFile(start + line);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (text.length === 0) await syncDirectory(join(companionHome, 'clients'), platform);
  return stamped;
}

async function readIfThere(path: string): Promise<Buffer> {
  try {
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isNewer(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'v' in value && typeof value.v === 'number' && value.v > VERSION
  );
}

function newerJournal(path: string): CompanionError {
  return new CompanionError(
    'E_JOURNAL_NEWER',
    `${path} was written by a newer version of the companion. Nothing was written.`,
    'Update the companion on this machine, then try again.',
  );
}

/**
 * The changes to `path` that still stand, oldest first. Pure.
 *
 * A record whose successor found the very state that the record started from never happened (we were interrupted between
 * the line and the write) or was taken back by hand; either way there is nothing of it to undo.
 * @param current SHA-256 of the file now, null without one.
 */
export function liveChanges(records: readonly ChangeRecord[], path: string, current: string | null): ChangeRecord[] {
  const abandoned = new Set(records.filter((record) => record.kind === 'abandoned').map((record) => record.of));
  const relevant = records.filter(
    (record) => record.path === path && record.kind !== 'abandoned' && !abandoned.has(record.seq),
  );
  const live: ChangeRecord[] = [];
  relevant.forEach((record, index) => {
    const next = relevant[index + 1];
    const found = next === undefined ? current : next.before;
    if (record.before !== record.after && found === record.before) return;
    if (record.kind !== 'undo') live.push(record);
    else {
      const undone = live.findIndex((change) => change.seq === record.of);
      if (undone !== -1) live.splice(undone, 1);
    }
  });
  return live;
}
