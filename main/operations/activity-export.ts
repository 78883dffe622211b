/**
 * Writes entries into a file of the person's: its place and name are the companion's choice, never the asker's; only they may
 * read it; nothing that is there is overwritten. What is cancelled or fails leaves no file.
 */
import { constants } from 'node:fs';
import { access, open, rm, type FileHandle } from 'node:fs/promises';
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

async function createFile(
  folder: string,
  now: Date,
  format: ExportFormat,
): Promise<{ path: string; file: FileHandle }> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
    const path = join(folder, exportName(now, format, attempt));
    try {
      // `wx` follows no link and takes no file that is there.
      return { path, file: await open(path, 'wx', 0o600) };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      throw notWritten(error);
    }
  }
  throw notWritten(undefined);
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
  const { index, format, filter, now } = request;
  const { path, file } = await createFile(await folderOf(request.userHome), now, format);
  let isWhole = false;
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
    isWhole = true;
    return path;
  } finally {
    await file.close();
    if (!isWhole) await rm(path, { force: true });
  }
}

async function write(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await file.writeFile(bytes);
  } catch (error) {
    throw notWritten(error);
  }
}
