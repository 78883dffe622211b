/**
 * Makes a connector of a server that a client starts by itself. Looked at twice, once for the person and once when it is
 * done; whatever is not the same then is refused. Values go from the file to the keychain here and nowhere else. All of it or
 * nothing: what was made is taken back in reverse when a later step fails.
 */
import {
  CompanionError,
  HttpDefinition,
  isHttpDefinition,
  type BringInPreview,
  type ClientChange,
  type Connector,
  type ConnectorDefinition,
  type OperationInput,
} from '../../preload/contract/index.ts';
import { adapterFor } from '../clients/adapters.ts';
import { backupDirectory } from '../clients/backups.ts';
import { refuseWhileRunning } from '../clients/change.ts';
import type { ClientEnvironment } from '../clients/environment.ts';
import { foreignServer, type ForeignServer } from '../clients/foreign-servers.ts';
import { replaceEntry } from '../clients/operations.ts';
import { displayText } from '../connectors/display.ts';
import { withConnector } from '../connectors/with-connector.ts';
import type { LoginShellEnvironment } from '../process/login-shell-environment.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { ClientConsents } from './client-consents.ts';
import { consentChanged } from './consent-changed.ts';
import { hiddenConsent } from './hidden-consent.ts';
import { previewDefinition, type DefinitionPreview } from './definition-preview.ts';
import { bringInWords } from './describe-clients.ts';
import { withMovedSecrets, type MovedSecret } from './moved-secrets.ts';
import { takeBack, type Step } from './take-back.ts';

export interface BringInParts {
  readonly settings: SettingsStore;
  readonly vault: SecretVault;
  readonly login: LoginShellEnvironment;
  readonly clock: () => Date;
  /** With `installLauncher`, what client files name is put in its place first. */
  readonly clientEnvironment: (installLauncher: boolean) => Promise<ClientEnvironment>;
  readonly consents: ClientConsents;
  readonly recordConsent: (connector: string, hash: string, by: string) => void;
  readonly recordSecret: (name: string, change: 'set' | 'removed', by: string) => void;
}

type Input = OperationInput<'clients.bringInPreview'>;

interface Looked {
  readonly server: ForeignServer;
  readonly definition: ConnectorDefinition;
  readonly moved: readonly MovedSecret[];
  readonly preview: DefinitionPreview;
  readonly consentHash: string;
}

export interface BroughtIn {
  readonly connector: Connector;
  readonly change: ClientChange;
  readonly secrets: string[];
}

async function look(parts: BringInParts, environment: ClientEnvironment, input: Input): Promise<Looked> {
  const { client, entry, name, default: mode, moveSecrets } = input;
  const server = await foreignServer(environment, client, entry);
  if (server.target.kind === 'unusable') {
    const { problem, next } = server.target;
    throw new CompanionError('E_ENTRY_UNUSABLE', problem, next, { exitCode: 2 });
  }
  refuseTakenName(parts, name);
  if (moveSecrets.length > 0) await refuseWithoutKeychain(parts.vault);
  const stored = new Set(parts.vault.list().map((secret) => secret.name));
  const { definition, moved } = withMovedSecrets(server.target.definition, moveSecrets, name, stored);
  refuseOpenSecrets(definition);
  const preview = await previewDefinition(
    { name, definition, default: mode },
    { login: parts.login, stored: () => parts.vault.list() },
  );
  const consentHash = parts.consents.hash([
    'bringIn',
    client,
    entry,
    server.source,
    name,
    mode,
    moved.map(({ from, secret }) => [from, secret]),
    // With its risks: they stand in what a person is shown.
    preview.request,
  ]);
  return { server, definition, moved, preview, consentHash };
}

export async function previewBringIn(parts: BringInParts, input: Input): Promise<BringInPreview> {
  const environment = await parts.clientEnvironment(false);
  const { server, definition, moved, preview, consentHash } = await look(parts, environment, input);
  const change = await replaceEntry(environment, {
    client: input.client,
    entry: input.entry,
    connector: input.name,
    source: server.source,
    dryRun: true,
  });
  parts.consents.show(consentHash, bringInWords(input, definition, moved, preview.request));
  return {
    consent: { ...hiddenConsent(preview.request, definition), hash: consentHash },
    change,
    secrets: moved.map(({ from, secret }) => ({ from, secret })),
    notes: notesOf(environment, input, server, definition, moved),
  };
}

function notesOf(
  environment: ClientEnvironment,
  { client, name }: Input,
  { dropped }: ForeignServer,
  definition: ConnectorDefinition,
  moved: readonly MovedSecret[],
): string[] {
  return [
    ...(moved.length === 0
      ? []
      : [
          `A copy of the file as it was, these values included, stays in ${backupDirectory(environment.companionHome, client)}, which only you can read, so that this can be undone.`,
        ]),
    ...(dropped.length === 0
      ? []
      : [`Not taken over: ${dropped.map((key) => displayText(key).slice(0, 64)).join(', ')}.`]),
    ...(isHttpDefinition(definition) && moved.length === 0
      ? [`If this server asks for a sign-in, run "runlayer connectors edit ${name} --oauth" afterwards.`]
      : []),
  ];
}

/** Carries it out. The caller sees to it that two never run at once. */
export async function bringIn(
  parts: BringInParts,
  input: OperationInput<'clients.bringIn'>,
  by: string,
): Promise<BroughtIn> {
  const { client, entry, name, default: mode } = input;
  const environment = await parts.clientEnvironment(true);
  const { server, definition, moved, preview, consentHash } = await look(parts, environment, input);
  if (consentHash !== input.consentHash) throw consentChanged();
  // What is known to fail fails before anything is made.
  await refuseWhileRunning(environment, adapterFor(client));

  const made: Step[] = [];
  try {
    for (const { secret, value } of moved) {
      await parts.vault.set(secret, value);
      made.push({ what: `the secret "${secret}"`, undo: () => removeAgain(parts, secret, by) });
      parts.recordSecret(secret, 'set', by);
    }
    refuseTakenName(parts, name);
    const at = parts.clock().toISOString();
    parts.recordConsent(name, preview.request.hash, by);
    const consent = { hash: preview.request.hash, ...preview.resolved, at };
    const saved = parts.settings.update('clients.bringIn', by, (current) =>
      withConnector(current, { name, definition, default: mode, consent }, at),
    );
    made.push({
      what: `the connector "${name}"`,
      undo: () => {
        parts.settings.update('clients.bringIn', by, (current) => ({
          ...current,
          connectors: current.connectors.filter((other) => other.name !== name),
        }));
      },
    });
    const change = await replaceEntry(environment, {
      client,
      entry,
      connector: name,
      source: server.source,
      dryRun: false,
    });
    const connector = saved.connectors.find((other) => other.name === name);
    if (connector === undefined) throw new Error('the connector that was stored is not there');
    return { connector, change, secrets: moved.map(({ secret }) => secret) };
  } catch (error) {
    throw await takeBack(made, error);
  }
}

async function removeAgain({ vault, recordSecret }: BringInParts, secret: string, by: string): Promise<void> {
  await vault.remove(secret);
  try {
    recordSecret(secret, 'removed', by);
  } catch {
    // It is gone, and must not be named among what stays; that nothing can be recorded denies every call until it can.
  }
}

function refuseTakenName({ settings }: Pick<BringInParts, 'settings'>, name: string): void {
  if (!settings.read().connectors.some((connector) => connector.name === name)) return;
  throw new CompanionError(
    'E_CONNECTOR_EXISTS',
    `There is a connector named "${name}" already. Nothing was changed.`,
    'Give it another name.',
    { exitCode: 2 },
  );
}

async function refuseWithoutKeychain(vault: SecretVault): Promise<void> {
  const { state, detail } = await vault.state({ again: true });
  if (state === 'ready') return;
  throw new CompanionError(
    state === 'locked' ? 'E_KEYCHAIN_LOCKED' : 'E_KEYCHAIN_ABSENT',
    `The values cannot be moved to the keychain: ${detail}`,
    'Make a keychain ready, or bring the server in without moving them: they stay in plain text then.',
  );
}

/** A secret is sent over https only, or to this machine. */
function refuseOpenSecrets(definition: ConnectorDefinition): void {
  if (!isHttpDefinition(definition)) return;
  const { success, error } = HttpDefinition.safeParse(definition);
  if (success) return;
  throw new CompanionError(
    'E_ENTRY_UNUSABLE',
    `It cannot be brought in like this: ${error.issues[0]?.message ?? 'it does not fit a connector'}.`,
    'Change its address in the client, or leave its values where they are.',
    { exitCode: 2 },
  );
}
