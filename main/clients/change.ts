import { mkdir, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClientChange } from '../../preload/contract/client.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import type { ClientAdapter } from './adapters.ts';
import { backupDirectory, writeBackup } from './backups.ts';
import { broughtBack } from './brought-back.ts';
import { appendToJournal, readJournal, type ChangeRecord } from './change-journal.ts';
import { isUnchanged, readClientFile, sha256, type ClientFile } from './client-file.ts';
import type { ClientEnvironment } from './environment.ts';
import { withLock, type HeldLock } from './file-lock.ts';
import { printable } from './printable.ts';
import { ensurePrivateDirectory } from './private-directory.ts';
import { busy, errorCode, fileFailure } from './refusals.ts';
import { replaceFile, settleDirectory, sweepTemporaries } from './replace-file.ts';
import { shownDiff } from './shown-diff.ts';

// Owns: the one way in which a client's file is written. Order: lock, read, decide, backup, look again, journal line,
// temporary file, look again, rename. Whoever else changed the file meanwhile wins: we start over, five times at most.
// A crash at any point leaves the old file or the new one, and a journal that undo can tell the truth from.

const ATTEMPTS = 5;

export interface Write {
  readonly kind: 'write';
  readonly action: Exclude<ClientChange['action'], 'unchanged'>;
  /** What the file is to hold; null: the file goes. */
  readonly bytes: Buffer | null;
  readonly record: Pick<ChangeRecord, 'kind' | 'of' | 'keys' | 'connectors' | 'createdServersKey'>;
  readonly notes: string[];
  /** False where the bytes that go are known to be our own work. */
  readonly backUp: boolean;
  /** Permission bits of a file that has to be made anew. */
  readonly mode?: number;
  /** Folders to remove, if empty, after the file is gone; innermost first. */
  readonly removeDirectories?: readonly string[];
}

interface Keep {
  readonly kind: 'keep';
  readonly notes: string[];
  /** Keys that should not be expected in the file any more: the journal says so, the file stays. */
  readonly forget?: readonly string[];
}

export type Decision = Write | Keep;

/** Looks at the file and its journal and says what should happen. Called again for each attempt; writes nothing. */
type Decide = (file: ClientFile, journal: readonly ChangeRecord[]) => Promise<Decision>;

interface Request {
  readonly environment: ClientEnvironment;
  readonly adapter: ClientAdapter;
  readonly path: string;
  readonly dryRun: boolean;
  readonly decide: Decide;
}

/** Carries out (or, with `dryRun`, only describes) what `decide` wants. @throws CompanionError; nothing is written then. */
export async function changeClientFile(request: Request): Promise<ClientChange> {
  const { environment, adapter, path } = request;
  try {
    // Without a lock first: most refusals, and "nothing to do", should leave no trace at all.
    const file = await readClientFile(path);
    const decision = await request.decide(file, await readJournal(environment.companionHome, adapter.id));
    if (decision.kind === 'keep' && (request.dryRun || decision.forget === undefined))
      return describe(request, file, decision);
    if (request.dryRun && decision.kind === 'write')
      return describe(request, file, await withRunningNote(decision, environment, adapter));

    await ensurePrivateDirectory(environment.companionHome, environment.platform);
    await ensurePrivateDirectory(join(environment.companionHome, 'clients'), environment.platform);
    return await withLock(join(environment.companionHome, 'clients', adapter.id), async (home) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const change = await tryOnce(request, home);
        if (change !== undefined) return change;
      }
      throw busy(path, 'it kept changing while it was being edited');
    });
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** Undefined: the file changed under our hands, start over. */
async function tryOnce(request: Request, home: HeldLock): Promise<ClientChange | undefined> {
  const found = await readClientFile(request.path);
  // A file that is not there yet cannot be locked beside itself; the lock in our home stands in.
  const done =
    found.bytes === null
      ? await changeLocked(request, found, () => home.isHeld())
      : await withLock(found.target, (lock) => changeLocked(request, found, () => home.isHeld() && lock.isHeld()));
  if (done === undefined) return undefined;
  // Only now: the lock beside the file was in that folder.
  for (const directory of done.removeDirectories) await removeIfEmpty(directory);
  return done.change;
}

async function changeLocked(
  request: Request,
  found: ClientFile,
  isHeld: () => boolean,
): Promise<{ change: ClientChange; removeDirectories: readonly string[] } | undefined> {
  const { environment, adapter, path } = request;
  const { companionHome, platform } = environment;
  const file = await readClientFile(path);
  if (file.target !== found.target || (file.bytes === null) !== (found.bytes === null)) return undefined;
  const decision = await request.decide(file, await readJournal(companionHome, adapter.id));
  if (decision.kind === 'keep') {
    await forget(request, file, decision);
    return { change: describe(request, file, decision), removeDirectories: [] };
  }

  await refuseWhileRunning(environment, adapter);
  await sweepTemporaries(file.target);
  const time = environment.clock();
  const backup =
    decision.backUp && file.bytes !== null
      ? await writeBackup(companionHome, adapter.id, file.bytes, time, platform)
      : undefined;
  const stillWanted = async (): Promise<boolean> => isHeld() && (await isUnchanged(file));
  if (!(await stillWanted())) return undefined;

  const record: Omit<ChangeRecord, 'v' | 'seq'> = {
    time: time.toISOString(),
    client: adapter.id,
    ...decision.record,
    path,
    target: file.target,
    before: file.sha256,
    after: decision.bytes === null ? null : sha256(decision.bytes),
    mode: file.stat?.mode ?? null,
    ...(backup === undefined ? {} : { backup }),
    createdDirectories: decision.bytes === null ? [] : [...file.missingDirectories],
  };
  const { seq } = await appendToJournal(companionHome, record, platform);
  if (!(await apply(file, decision, stillWanted, platform))) {
    await appendToJournal(companionHome, { ...record, kind: 'abandoned', of: seq }, platform);
    return undefined;
  }
  const change = describe(request, file, decision, backup);
  return { change, removeDirectories: decision.removeDirectories ?? [] };
}

/** Says in the journal that these entries are gone for good. */
async function forget({ environment, adapter, path }: Request, file: ClientFile, decision: Keep): Promise<void> {
  if (decision.forget === undefined) return;
  const record: Omit<ChangeRecord, 'v' | 'seq'> = {
    time: environment.clock().toISOString(),
    client: adapter.id,
    kind: 'uninstall',
    path,
    target: file.target,
    keys: decision.forget.map((key) => ({ key, had: false })),
    before: file.sha256,
    after: file.sha256,
    mode: file.stat?.mode ?? null,
    createdServersKey: false,
    createdDirectories: [],
  };
  await appendToJournal(environment.companionHome, record, environment.platform);
}

async function apply(
  file: ClientFile,
  { bytes, mode }: Write,
  stillWanted: () => Promise<boolean>,
  platform: NodeJS.Platform,
): Promise<boolean> {
  if (bytes === null) {
    if (!(await stillWanted())) return false;
    await unlink(file.target);
    await settleDirectory(dirname(file.target), platform);
    return true;
  }
  const made: string[] = [];
  try {
    for (const directory of file.missingDirectories) {
      await mkdir(directory, { mode: 0o700 });
      made.unshift(directory);
    }
    return await replaceFile(file.target, bytes, {
      mode: file.stat?.mode ?? mode ?? 0o600,
      ...(file.stat === null ? {} : { owner: file.stat }),
      stillWanted,
      platform,
    });
  } catch (error) {
    for (const directory of made) await removeIfEmpty(directory);
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function removeIfEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch(() => undefined);
}

export async function refuseWhileRunning(environment: ClientEnvironment, adapter: ClientAdapter): Promise<void> {
  if (!adapter.rewritesFileWhileRunning) return;
  const next = `Quit ${adapter.title} (from the tray or menu bar, not just its window), then try again.`;
  const running = await environment.isClientRunning(adapter.id).catch((cause: unknown) => {
    throw new CompanionError(
      'E_CLIENT_RUNNING',
      `It could not be found out whether ${adapter.title} is running, and it overwrites this file while it runs. Nothing was written.`,
      next,
      { cause },
    );
  });
  if (running) {
    throw new CompanionError(
      'E_CLIENT_RUNNING',
      `${adapter.title} is running, and it overwrites this file while it runs. Nothing was written.`,
      next,
    );
  }
}

async function withRunningNote(
  decision: Write,
  environment: ClientEnvironment,
  adapter: ClientAdapter,
): Promise<Write> {
  if (!adapter.rewritesFileWhileRunning) return decision;
  const running = await environment.isClientRunning(adapter.id).catch(() => true);
  if (!running) return decision;
  return {
    ...decision,
    notes: [`Quit ${adapter.title} first: it overwrites this file while it runs.`, ...decision.notes],
  };
}

function describe(request: Request, file: ClientFile, decision: Decision, backup?: string): ClientChange {
  const { environment, adapter, path, dryRun } = request;
  const back = decision.kind === 'keep' ? [] : broughtBack(file.bytes, decision.bytes, adapter.dialect, environment);
  return {
    client: adapter.id,
    path,
    action: decision.kind === 'keep' ? 'unchanged' : decision.action,
    diff: decision.kind === 'keep' ? '' : shownDiff(path, file.bytes, decision.bytes, adapter.dialect, environment),
    dryRun,
    ...(backup === undefined ? {} : { backup: join(backupDirectory(environment.companionHome, adapter.id), backup) }),
    notes: decision.notes,
    bringsBack: back.map(({ key }) => printable(key)),
  };
}
