import { CompanionError } from '../../preload/contract/failure.ts';
import type { ClientAdapter } from './adapters.ts';
import { readBackup } from './backups.ts';
import { liveChanges, type ChangeRecord } from './change-journal.ts';
import type { Decision, Write } from './change.ts';
import type { ClientFile } from './client-file.ts';
import { parseConfig, parseConfigText, type ConfigDocument } from './document.ts';
import type { ClientEnvironment } from './environment.ts';
import { planReversal } from './plan-reversal.ts';
import { printable } from './printable.ts';
import { invalidConfig } from './refusals.ts';

// Owns: which change is taken back, and how. While the file is byte for byte what we wrote, the earlier bytes return.
// After somebody else's change only our own entry is put back, and the note says so. A backup that does not hash to what
// the journal says is not used.

/** Decides how to take back the last change to this file that still stands. Writes nothing. */
export async function decideUndo(
  environment: ClientEnvironment,
  adapter: ClientAdapter,
  file: ClientFile,
  journal: readonly ChangeRecord[],
): Promise<Decision> {
  const left: string[] = [];
  for (const record of liveChanges(journal, file.path, file.sha256).toReversed()) {
    // It changed nothing in the file: an entry that somebody else took out was forgotten.
    if (record.before === record.after) continue;
    const earlier = await bytesBefore(environment, record);
    const exact = record.after === file.sha256 ? exactUndo(adapter, file, record, earlier) : undefined;
    if (exact !== undefined) return exact;

    const document = open(file, adapter);
    const parsed = earlier === undefined ? undefined : parseConfig(earlier, adapter.dialect);
    const before = parsed?.kind === 'ok' ? parsed : undefined;
    const reversal = planReversal(document, adapter.dialect, record, before, environment);
    left.push(...reversal.left);
    if (reversal.edit === undefined) continue;
    const { bytes, keys, createdServersKey } = reversal.edit;
    const removesOnly = record.keys.every((key) => !key.had);
    return {
      kind: 'write',
      action: removesOnly ? 'removed' : 'changed',
      bytes,
      record: { kind: 'undo', of: record.seq, keys, createdServersKey },
      backUp: true,
      notes: [
        'The file was changed by somebody else since: only the entry of the companion was taken back, the rest stays as it is now.',
        ...leftNotes(left),
        ...adapter.notesAfterChange(),
      ],
    };
  }
  throw new CompanionError(
    'E_NOTHING_TO_UNDO',
    `There is no change of ours left to take back for ${adapter.title}.${left.length === 0 ? '' : ` ${leftNotes(left).join(' ')}`}`,
    'Look at the file, or at the copies in the backups folder, to go further back by hand.',
  );
}

function leftNotes(keys: readonly string[]): string[] {
  return [...new Set(keys)].map(
    (key) => `"${printable(key)}" does not start the companion any more, so it was left as it is.`,
  );
}

function open(file: ClientFile, adapter: ClientAdapter): ConfigDocument {
  const parsed = file.bytes === null ? parseConfigText('', adapter.dialect) : parseConfig(file.bytes, adapter.dialect);
  if (parsed.kind === 'invalid') throw invalidConfig(file.path, parsed.problem);
  return parsed;
}

async function bytesBefore(environment: ClientEnvironment, record: ChangeRecord): Promise<Buffer | undefined> {
  if (record.before === null || record.backup === undefined) return undefined;
  return readBackup(environment.companionHome, record.client, record.backup, record.before);
}

function exactUndo(
  adapter: ClientAdapter,
  file: ClientFile,
  record: ChangeRecord,
  earlier: Buffer | undefined,
): Write | undefined {
  const common = {
    kind: 'write',
    record: { kind: 'undo', of: record.seq, keys: record.keys, createdServersKey: false },
    // What goes is what we wrote: the bytes before it plus our entry.
    backUp: false,
    notes: adapter.notesAfterChange(),
  } as const;
  if (record.before === null) {
    // Through a link that was put there since, the file that we made is not what would go.
    if (file.target !== record.target) return undefined;
    return { ...common, action: 'deleted', bytes: null, removeDirectories: record.createdDirectories.toReversed() };
  }
  if (earlier === undefined) return undefined;
  return {
    ...common,
    action: 'restored',
    bytes: earlier,
    ...(record.mode === null ? {} : { mode: record.mode & 0o777 }),
  };
}
