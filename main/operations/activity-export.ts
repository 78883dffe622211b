/**
 * Writes entries into a file of the person's: its place and name are the companion's choice, never the asker's; only they may
 * read it; nothing that is there is overwritten. It has its name once it is whole, and ends in `.part` until then. What is
 * cancelled or fails leaves no file.
 */
import { constants } from 'node:fs';
import { access, link, lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { CompanionError, type ActivityFilter, type ExportFormat } from '../../preload/contract/index.ts';
import { exportHead } from '../audit/export-text.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import type { ExportPosition } from '../audit/disk/activity-protocol.ts';
import type { JobProgress } from './jobs.ts';

/** Entries that are read at once: as many as keep a search that comes meanwhile waiting for some 20 ms. */
const PART = 400;
/** Files of the same second. */
const MAX_TRIES = 100;

export interface ExportRequest {
  readonly index: Pick<AuditIndex, 'activity'>;
  readonly format: ExportFormat;
  readonly filter: ActivityFilter;
  /** The person's home. */
  readonly userHome: string;
  readonly now: Date;
}

/** Downloads, where there is one that can be written; home otherwise. */
async function folderOf(userHome: string): Promise<string> {
  const downloads = join(userHome, 'Downloads');
  const canWrite = await access(downloads, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  return canWrite ? downloads : userHome;
}

/** `runlayer-activity-2026-01-02-030405.csv`; in the same second, `-2`, `-3` … behind it. */
export function exportName(now: Date, format: ExportFormat, attempt: number): string {
  const [day = '', time = ''] = now.toISOString().split('T');
  const suffix = attempt === 1 ? '' : `-${attempt}`;
  return `runlayer-activity-${day}-${time.slice(0, 8).replaceAll(':', '')}${suffix}.${format === 'csv' ? 'csv' : 'jsonl'}`;
}

interface Part {
  readonly path: string;
  readonly file: FileHandle;
}

/** Names of the same second, in their order. */
function* namesOf(folder: string, { now, format }: Pick<ExportRequest, 'now' | 'format'>): Generator<string> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) yield join(folder, exportName(now, format, attempt));
}

async function createPart(names: Iterable<string>): Promise<Part> {
  for (const name of names) {
    if (await isTaken(name)) continue;
    const path = `${name}.part`;
    try {
      // `wx` follows no link and takes no file that is there.
      return { path, file: await open(path, 'wx', 0o600) };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw notWritten(error);
    }
  }
  throw notWritten(undefined);
}

async function isTaken(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Gives what is whole the first name that is free; what somebody put there meanwhile stays. */
async function giveName(part: string, names: Iterable<string>): Promise<string> {
  for (const name of names) {
    try {
      await link(part, name);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      if (!(await takePlace(part, name))) continue;
    }
    await rm(part, { force: true });
    return name;
  }
  throw notWritten(undefined);
}

/** Where the disk knows no second names (a memory stick): over an empty file that we made, and nobody else. */
async function takePlace(part: string, name: string): Promise<boolean> {
  try {
    await (await open(name, 'wx', 0o600)).close();
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw notWritten(error);
  }
  try {
    await rename(part, name);
    return true;
  } catch (error) {
    await rm(name, { force: true });
    throw notWritten(error);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function notWritten(cause: unknown): CompanionError {
  return new CompanionError(
    'E_EXPORT_FAILED',
    'The file of the export could not be written.',
    'Make room on the disk and look whether your Downloads folder can be written, then export again.',
    { cause },
  );
}

/** @returns where the file is. Memory is bounded by one part, whatever the number of entries. */
export async function exportEntries(request: ExportRequest, { signal, progress }: JobProgress): Promise<string> {
  const { index, format, filter } = request;
  const folder = await folderOf(request.userHome);
  const part = await createPart(namesOf(folder, request));
  try {
    await fill(part.file, { index, format, filter }, { signal, progress });
    return await giveName(part.path, namesOf(folder, request));
  } catch (error) {
    await rm(part.path, { force: true });
    throw error;
  }
}

async function fill(
  file: FileHandle,
  { index, format, filter }: Pick<ExportRequest, 'index' | 'format' | 'filter'>,
  { signal, progress }: JobProgress,
): Promise<void> {
  try {
    await write(file, Buffer.from(exportHead(format), 'utf8'));
    let after: ExportPosition | undefined;
    let done = 0;
    do {
      signal.throwIfAborted();
      const part = await index.activity({ op: 'export', filter, format, after, limit: PART });
      await write(file, part.bytes);
      done += part.rows;
      progress(done, Math.max(done, part.total));
      after = part.next;
    } while (after !== undefined);
    await file.sync().catch((error: unknown) => {
      throw notWritten(error);
    });
  } finally {
    await file.close();
  }
}

async function write(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await file.writeFile(bytes);
  } catch (error) {
    throw notWritten(error);
  }
}
