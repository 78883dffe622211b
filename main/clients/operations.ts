import { ConnectorName } from '../../preload/contract/connector.ts';
import type { ClientChange, WritableClientId } from '../../preload/contract/client.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { adapterFor, type ClientAdapter } from './adapters.ts';
import { broughtBack, type BroughtBack } from './brought-back.ts';
import { readJournal } from './change-journal.ts';
import { changeClientFile, type Decision } from './change.ts';
import { type ClientFile } from './client-file.ts';
import { parseConfig, parseConfigText } from './document.ts';
import type { ClientEnvironment } from './environment.ts';
import { sourceOf } from './foreign-servers.ts';
import { locate, rivalNotes, type Location } from './locate.ts';
import { planInstalls } from './plan-installs.ts';
import { entryChanged, entryUnknown, planReplacement } from './plan-replacement.ts';
import { printable } from './printable.ts';
import { invalidConfig } from './refusals.ts';
import { decideUndo } from './undo-decision.ts';
import { decideUninstall } from './uninstall-decision.ts';

/**
 * Writes the entry `<connector>: {command: launcher, args: ["run", connector]}` of each, in one change; `unchanged` where all
 * are there already.
 * @throws CompanionError E_CLIENT_ENTRY_EXISTS, E_CLIENT_CONFIG_INVALID, E_CLIENT_CONFIG_TOO_LARGE, E_CLIENT_RUNNING,
 *   E_CLIENT_FILE_BUSY, E_CLIENT_FILE_ACCESS, E_HOME_UNSAFE; nothing is written then.
 */
export async function install(
  environment: ClientEnvironment,
  request: { client: WritableClientId; connectors: readonly string[]; dryRun: boolean },
): Promise<ClientChange> {
  const { connectors, dryRun } = request;
  for (const connector of connectors) checkName(connector);
  const adapter = adapterFor(request.client);
  const location = await locate(adapter, environment);
  const decide = async (file: ClientFile): Promise<Decision> =>
    decideInstall(environment, adapter, location, connectors, file);
  return changeClientFile({ environment, adapter, path: location.path, dryRun, decide });
}

function checkName(connector: string): void {
  if (ConnectorName.safeParse(connector).success) return;
  throw new CompanionError(
    'E_CONNECTOR_NAME',
    'That is not a connector name.',
    'Use 1 to 63 of a-z, 0-9, "-" and "_", starting with a letter or digit.',
    { exitCode: 2 },
  );
}

function decideInstall(
  environment: ClientEnvironment,
  adapter: ClientAdapter,
  location: Location,
  connectors: readonly string[],
  file: ClientFile,
): Decision {
  const document =
    file.bytes === null ? parseConfigText('', adapter.dialect) : parseConfig(file.bytes, adapter.dialect);
  if (document.kind === 'invalid') throw invalidConfig(file.path, document.problem);
  const plan = planInstalls(document, adapter.dialect, connectors, environment);
  if (plan.edit === undefined) {
    const present = plan.present.map(({ connector, key }) =>
      key === connector
        ? 'The entry is there already.'
        : `The entry is there already under the name "${printable(key)}".`,
    );
    return { kind: 'keep', notes: [...new Set(present), ...rivalNotes(adapter, location)] };
  }
  const unseen = location.clientSeen
    ? []
    : [`${adapter.title} was not found for this user; it reads the file once it is installed.`];
  return {
    kind: 'write',
    action: file.bytes === null ? 'created' : 'changed',
    bytes: plan.edit.bytes,
    record: {
      kind: 'install',
      keys: plan.edit.keys,
      connectors: plan.connectors,
      createdServersKey: plan.edit.createdServersKey,
    },
    backUp: true,
    notes: [
      ...unseen,
      ...rivalNotes(adapter, location),
      ...connectors.flatMap((connector) => adapter.notesForName(connector)),
      ...adapter.notesAfterChange(),
    ],
  };
}

/**
 * Removes our entries from the client's file: those of one connector, or all. Never an entry that starts something else.
 * @throws CompanionError as {@link install} does.
 */
export async function uninstall(
  environment: ClientEnvironment,
  request: { client: WritableClientId; connector?: string; dryRun: boolean },
): Promise<ClientChange> {
  const adapter = adapterFor(request.client);
  const { path } = await locate(adapter, environment);
  return changeClientFile({
    environment,
    adapter,
    path,
    dryRun: request.dryRun,
    decide: (file, journal) => decideUninstall(environment, adapter, request.connector, file, journal),
  });
}

/**
 * Lets the entry of this key start a connector of ours in the place of what it starts now. `source`: refused where it is not
 * the entry that somebody looked at (foreign-servers.ts).
 * @throws CompanionError E_CLIENT_ENTRY_UNKNOWN, E_CLIENT_ENTRY_OURS, E_CONSENT_CHANGED, and as {@link install} does.
 */
export async function replaceEntry(
  environment: ClientEnvironment,
  request: {
    readonly client: WritableClientId;
    readonly entry: string;
    readonly connector: string;
    readonly source?: string;
    readonly dryRun: boolean;
  },
): Promise<ClientChange> {
  const { connector, entry, dryRun } = request;
  checkName(connector);
  const adapter = adapterFor(request.client);
  const location = await locate(adapter, environment);
  const decide = async (file: ClientFile): Promise<Decision> => {
    if (file.bytes === null) throw entryUnknown(entry);
    const document = parseConfig(file.bytes, adapter.dialect);
    if (document.kind === 'invalid') throw invalidConfig(file.path, document.problem);
    if (request.source !== undefined && sourceOf(document, entry) !== request.source) throw entryChanged(entry);
    const { bytes, keys } = planReplacement(document, adapter.dialect, entry, connector, environment);
    return {
      kind: 'write',
      action: 'changed',
      bytes,
      record: { kind: 'install', keys, connectors: { [entry]: connector }, createdServersKey: false },
      backUp: true,
      notes: [...rivalNotes(adapter, location), ...adapter.notesAfterChange()],
    };
  };
  return changeClientFile({ environment, adapter, path: location.path, dryRun, decide });
}

/**
 * Takes back the last change to the client's file that still stands; call it again to go one further back. `bringsBack` is
 * told, before anything is written, what would run without the companion again; it throws to refuse.
 * @throws CompanionError E_NOTHING_TO_UNDO, and as {@link install} does.
 */
export async function undo(
  environment: ClientEnvironment,
  request: {
    readonly client: WritableClientId;
    readonly dryRun?: boolean;
    readonly bringsBack?: (servers: readonly BroughtBack[]) => void;
  },
): Promise<ClientChange> {
  const adapter = adapterFor(request.client);
  const located = (await locate(adapter, environment)).path;
  const journal = await readJournal(environment.companionHome, adapter.id);
  // A client that moved its file (an MSIX build on Windows) leaves our changes at the old place.
  const path = journal.some((record) => record.path === located) ? located : (journal.at(-1)?.path ?? located);
  return changeClientFile({
    environment,
    adapter,
    path,
    dryRun: request.dryRun ?? false,
    decide: async (file, records) => {
      const decision = await decideUndo(environment, adapter, file, records);
      if (decision.kind === 'write')
        request.bringsBack?.(broughtBack(file.bytes, decision.bytes, adapter.dialect, environment));
      return decision;
    },
  });
}
