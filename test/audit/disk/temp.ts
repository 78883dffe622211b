import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openJournal } from '../../../main/audit/disk/open-journal.ts';
import type { OpenJournalOptions } from '../../../main/audit/disk/open-journal.ts';
import type { Journal } from '../../../main/audit/journal.ts';
import { parseLine } from '../../../main/audit/line.ts';
import { AuditRecord } from '../../../preload/contract/audit.ts';
import { asIs, countingIds, steppingClock } from '../records.ts';

/** Gives each test of a file a folder of its own, and closes what it opened before the folder goes. */
export function tempHome() {
  const folders: string[] = [];
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const item of open.splice(0)) await item.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const newId = countingIds();
  const clock = steppingClock();
  return {
    folder(): string {
      const folder = mkdtempSync(join(tmpdir(), 'rl-audit-'));
      folders.push(folder);
      return folder;
    },
    closing<T extends { close(): Promise<void> }>(item: T): T {
      open.push(item);
      return item;
    },
    async journal(directory: string, options: Partial<OpenJournalOptions> = {}): Promise<Journal> {
      return this.closing(await openJournal({ directory, clock, newId, redact: asIs, ...options }));
    },
  };
}

export const filesOf = (directory: string): string[] => readdirSync(directory).sort();

/** Every record in the segments of a folder, by file and line; throws on a line that does not fit. */
export function recordsOf(directory: string): AuditRecord[] {
  return filesOf(directory)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) => {
      const lines = readFileSync(join(directory, file), 'utf8').split('\n').slice(0, -1);
      return lines.map((line) => {
        const parsed = parseLine(Buffer.from(line));
        if (parsed.kind !== 'line' || !parsed.fits) throw new Error(`${file} holds a bad line`);
        return AuditRecord.parse(parsed.record);
      });
    });
}
