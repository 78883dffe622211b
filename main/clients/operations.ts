import { ConnectorName } from '../../preload/contract/connector.ts';
import type { ClientChange, ClientView, WritableClientId } from '../../preload/contract/client.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { adapterFor, adapters, type ClientAdapter } from './adapters.ts';
import { readJournal } from './change-journal.ts';
import { changeClientFile, type Decision } from './change.ts';
import { readClientFile, type ClientFile } from './client-file.ts';
import { parseConfig, parseConfigText } from './document.ts';
import { ownEntries } from './entries.ts';
import type { ClientEnvironment } from './environment.ts';
import { locate, rivalNotes, type Location } from './locate.ts';
import { foreignServers, planInstall } from './plan.ts';
import { printable } from './printable.ts';
import { invalidConfig } from './refusals.ts';
import { decideUndo } from './undo-decision.ts';
import { decideUninstall } from './uninstall-decision.ts';

/** The state of every client that can be written. Reads only; a file that cannot be read is a state, not an error. */
export async function listClients(environment: ClientEnvironment): Promise<ClientView[]> {
  return Promise.all(adapters.map((adapter) => viewOf(environment, adapter)));
}

async function viewOf(environment: ClientEnvironment, adapter: ClientAdapter): Promise<ClientView> {
  const location = await locate(adapter, environment);
  const [warning] = rivalNotes(adapter, location);
  const view = {
    id: adapter.id,
    title: adapter.title,
    path: location.path,
    connectors: [],
    unmanaged: [],
    ...(warning === undefined ? {} : { problem: warning }),
  };
  let file: ClientFile;
  try {
    file = await readClientFile(location.path);
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/ Nothing was written\.$/, '') : 'it cannot be read';
    return { ...view, state: 'invalid', problem };
  }
  if (file.bytes === null) return { ...view, state: location.clientSeen ? 'no_file' : 'absent' };
  const document = parseConfig(file.bytes, adapter.dialect);
  if (document.kind === 'invalid') return { ...view, state: 'invalid', problem: document.problem };
  const connectors = ownEntries(document.servers, environment).map((entry) => entry.connector);
  return {
    ...view,
    state: 'ok',
    connectors: [...new Set(connectors)],
    unmanaged: foreignServers(document, environment).map(printable),
  };
}

/**
 * Writes the entry `<connector>: {command: launcher, args: ["run", connector]}`; `unchanged` where it is there already.
 * @throws CompanionError E_CLIENT_ENTRY_EXISTS, E_CLIENT_CONFIG_INVALID, E_CLIENT_CONFIG_TOO_LARGE, E_CLIENT_RUNNING,
 *   E_CLIENT_FILE_BUSY, E_CLIENT_FILE_ACCESS, E_HOME_UNSAFE; nothing is written then.
 */
export async function install(
  environment: ClientEnvironment,
  request: { client: WritableClientId; connector: string; dryRun: boolean },
): Promise<ClientChange> {
  const { connector, dryRun } = request;
  checkName(connector);
  const adapter = adapterFor(request.client);
  const location = await locate(adapter, environment);
  const decide = async (file: ClientFile): Promise<Decision> =>
    decideInstall(environment, adapter, location, connector, file);
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
  connector: string,
  file: ClientFile,
): Decision {
  const document =
    file.bytes === null ? parseConfigText('', adapter.dialect) : parseConfig(file.bytes, adapter.dialect);
  if (document.kind === 'invalid') throw invalidConfig(file.path, document.problem);
  const plan = planInstall(document, adapter.dialect, connector, environment);
  if (plan.kind === 'present') {
    const name = plan.key === connector ? '' : ` under the name "${printable(plan.key)}"`;
    return { kind: 'keep', notes: [`The entry is there already${name}.`, ...rivalNotes(adapter, location)] };
  }
  const unseen = location.clientSeen
    ? []
    : [`${adapter.title} was not found for this user; it reads the file once it is installed.`];
  return {
    kind: 'write',
    action: file.bytes === null ? 'created' : 'changed',
    bytes: plan.edit.bytes,
    record: { kind: 'install', keys: plan.edit.keys, createdServersKey: plan.edit.createdServersKey },
    backUp: true,
    notes: [
      ...unseen,
      ...rivalNotes(adapter, location),
      ...adapter.notesForName(connector),
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
 * Takes back the last change to the client's file that still stands; call it again to go one further back.
 * @throws CompanionError E_NOTHING_TO_UNDO, and as {@link install} does.
 */
export async function undo(
  environment: ClientEnvironment,
  request: { client: WritableClientId; dryRun?: boolean },
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
    decide: (file, records) => decideUndo(environment, adapter, file, records),
  });
}
