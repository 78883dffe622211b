import type { ClientView, WritableClientId } from '../../preload/contract/client.ts';
import { adapters, type ClientAdapter } from './adapters.ts';
import { liveChanges, readJournal, type ChangeRecord } from './change-journal.ts';
import { readClientFile, type ClientFile } from './client-file.ts';
import { parseConfig } from './document.ts';
import { driftOf } from './drift.ts';
import { ownEntries } from './entries.ts';
import type { ClientEnvironment } from './environment.ts';
import { locate, rivalNotes } from './locate.ts';
import { undo } from './operations.ts';
import { foreignNames } from './plan.ts';
import { printable } from './printable.ts';

/** What the host knows beyond the files. */
export interface ClientFacts {
  /** Names of the connectors that there are; undefined where nobody can say. */
  readonly connectors?: ReadonlySet<string>;
  /** Sessions by the name that they claim; `since`: only those that began after it count as seen. */
  readonly seen?: (
    client: WritableClientId,
    since: string | null,
  ) => Promise<{ readonly at: string | null; readonly sessions: number }>;
}

const UNSEEN = { at: null, sessions: 0 };

/** The state of every client that can be written. Reads only; a file that cannot be read is a state, not an error. */
export async function listClients(environment: ClientEnvironment, facts: ClientFacts = {}): Promise<ClientView[]> {
  return Promise.all(adapters.map((adapter) => viewOf(environment, adapter, facts)));
}

async function viewOf(environment: ClientEnvironment, adapter: ClientAdapter, facts: ClientFacts): Promise<ClientView> {
  const location = await locate(adapter, environment);
  const [warning] = rivalNotes(adapter, location);
  const journal = await readJournal(environment.companionHome, adapter.id).catch((): ChangeRecord[] => []);
  const standing = async (file?: ClientFile): Promise<Omit<ClientView, 'state' | 'connectors' | 'unmanaged'>> => {
    const live = file === undefined ? [] : liveChanges(journal, location.path, file.sha256);
    const document = file?.bytes == null ? undefined : parseConfig(file.bytes, adapter.dialect);
    const servers = document?.kind === 'ok' ? document.servers : undefined;
    const changedAt = live.at(-1) === undefined ? null : (lastChange(journal, location.path) ?? null);
    const seen = (await facts.seen?.(adapter.id, changedAt)) ?? UNSEEN;
    return {
      id: adapter.id,
      title: adapter.title,
      path: location.path,
      ...(warning === undefined ? {} : { problem: warning }),
      drift: document?.kind === 'invalid' ? [] : driftOf(adapter, servers, live, environment, facts.connectors),
      restartHint: adapter.restartHint,
      changedAt,
      lastSeenAt: seen.at,
      sessions: seen.sessions,
      undo: await canUndo(environment, adapter, live.length > 0),
    };
  };
  let file: ClientFile;
  try {
    file = await readClientFile(location.path);
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/ Nothing was written\.$/, '') : 'it cannot be read';
    return { ...(await standing()), connectors: [], unmanaged: [], state: 'invalid', problem };
  }
  const view = { ...(await standing(file)), connectors: [], unmanaged: [] };
  if (file.bytes === null) return { ...view, state: location.clientSeen ? 'no_file' : 'absent' };
  const document = parseConfig(file.bytes, adapter.dialect);
  if (document.kind === 'invalid') return { ...view, state: 'invalid', problem: document.problem };
  const connectors = ownEntries(document.servers, environment).map((entry) => entry.connector);
  return {
    ...view,
    state: 'ok',
    connectors: [...new Set(connectors)],
    unmanaged: foreignNames(document, environment).map(printable),
  };
}

/** When we last wrote this file. What was abandoned or only forgotten changed nothing in it. */
function lastChange(journal: readonly ChangeRecord[], path: string): string | undefined {
  const abandoned = new Set(journal.filter(({ kind }) => kind === 'abandoned').map(({ of }) => of));
  return journal.findLast(
    (record) =>
      record.path === path &&
      record.kind !== 'abandoned' &&
      !abandoned.has(record.seq) &&
      record.before !== record.after,
  )?.time;
}

async function canUndo(environment: ClientEnvironment, adapter: ClientAdapter, hasLive: boolean): Promise<boolean> {
  if (!hasLive) return false;
  return undo(environment, { client: adapter.id, dryRun: true }).then(
    () => true,
    () => false,
  );
}
