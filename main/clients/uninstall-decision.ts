import type { Node } from 'jsonc-parser';
import type { ClientAdapter } from './adapters.ts';
import { readBackup } from './backups.ts';
import { liveChanges, type ChangeRecord } from './change-journal.ts';
import type { Decision } from './change.ts';
import type { ClientFile } from './client-file.ts';
import { expectedEntries } from './drift.ts';
import { outsideOf, parseConfig, type ConfigDocument } from './document.ts';
import { ownEntries } from './entries.ts';
import type { ClientEnvironment } from './environment.ts';
import { planUninstall } from './plan.ts';
import { invalidConfig } from './refusals.ts';

/**
 * Decides how to remove our entries (of one connector, or all). Where the last of them goes and nobody else has written
 * the file in between, it becomes byte for byte what it was before us, or goes if we made it. Writes nothing.
 */
export async function decideUninstall(
  environment: ClientEnvironment,
  adapter: ClientAdapter,
  connector: string | undefined,
  file: ClientFile,
  journal: readonly ChangeRecord[],
): Promise<Decision> {
  const live = liveChanges(journal, file.path, file.sha256);
  const gone = missingKeys(live, undefined, connector, environment);
  if (file.bytes === null && gone.length > 0) return forgotten(gone);
  if (file.bytes === null) return { kind: 'keep', notes: ['There is no such file, so there is nothing to remove.'] };
  const document = parseConfig(file.bytes, adapter.dialect);
  if (document.kind === 'invalid') throw invalidConfig(file.path, document.problem);

  const missing = missingKeys(live, document.servers, connector, environment);
  const createdServersKey = live.some((change) => change.createdServersKey);
  const edit = planUninstall(document, adapter.dialect, connector, createdServersKey, environment);
  if (edit === undefined && missing.length > 0) return forgotten(missing);
  if (edit === undefined) return { kind: 'keep', notes: ['The file has no such entry of the companion.'] };

  const isLast = edit.keys.length === ownEntries(document.servers, environment).length;
  const original = isLast ? await originalOf(environment, adapter, file, document, live) : undefined;
  const common = {
    kind: 'write',
    record: {
      kind: 'uninstall',
      keys: [...edit.keys, ...missing.map((key) => ({ key, had: false }))],
      createdServersKey: false,
    },
    notes: adapter.notesAfterChange(),
    backUp: true,
  } as const;
  if (original === undefined) return { ...common, action: 'removed', bytes: edit.bytes };
  if (original.bytes !== null) return { ...common, action: 'restored', bytes: original.bytes };
  return { ...common, action: 'deleted', bytes: null, removeDirectories: original.directories };
}

/** Entries of ours that should be there, and that somebody else took out or changed. */
function missingKeys(
  live: readonly ChangeRecord[],
  servers: Node | undefined,
  connector: string | undefined,
  environment: ClientEnvironment,
): string[] {
  const own = new Set(ownEntries(servers, environment).map(({ key }) => key));
  return [...expectedEntries(live)]
    .filter(([key, starts]) => !own.has(key) && (connector === undefined || starts === connector))
    .map(([key]) => key);
}

function forgotten(keys: readonly string[]): Decision {
  return { kind: 'keep', forget: keys, notes: ['The entry is gone already, and is not expected there any more.'] };
}

interface Original {
  readonly bytes: Buffer | null;
  /** Folders that we made for it, innermost first. */
  readonly directories: readonly string[];
}

/** The file as it was before our first change, if an unbroken chain of our own changes leads from there to now. */
async function originalOf(
  environment: ClientEnvironment,
  adapter: ClientAdapter,
  file: ClientFile,
  document: ConfigDocument,
  live: readonly ChangeRecord[],
): Promise<Original | undefined> {
  let first: ChangeRecord | undefined;
  let state = file.sha256;
  for (const change of live.toReversed()) {
    if (change.after !== state) break;
    first = change;
    state = change.before;
  }
  if (first === undefined || first.target !== file.target) return undefined;
  const ownKeys = new Set(ownEntries(document.servers, environment).map((entry) => entry.key));
  const outside = outsideOf(document, ownKeys);
  if (first.before === null) {
    return outside === '{}' ? { bytes: null, directories: first.createdDirectories.toReversed() } : undefined;
  }
  if (first.backup === undefined) return undefined;
  const bytes = await readBackup(environment.companionHome, adapter.id, first.backup, first.before);
  const before = bytes === undefined ? undefined : parseConfig(bytes, adapter.dialect);
  if (bytes === undefined || before?.kind !== 'ok') return undefined;
  const isClean = ownEntries(before.servers, environment).length === 0 && outsideOf(before, new Set()) === outside;
  return isClean ? { bytes, directories: [] } : undefined;
}
