/**
 * Everything that must be true before a connector's server is started for one client: it exists, is enabled, is not
 * paused, consent covers exactly what would run, and its secrets are there. Any doubt is a refusal that says what to do.
 */
import { homedir } from 'node:os';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { CompanionError, ConnectorName, type Connector } from '../../preload/contract/index.ts';
import type { Policy } from '../policy/decide.ts';
import type { LoginShellEnvironment } from '../process/login-shell-environment.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import { createStreamRedactor } from '../secrets/stream-redactor.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { PreparedServer } from '../transport/run-session.ts';
import { childEnvironment, isGuiStart } from './child-environment.ts';
import { checkConsent } from './consent.ts';
import { resolveCommand } from './resolve-command.ts';
import type { ConnectorRuntimes } from './runtimes.ts';

/** Clients give up on initialize soon after this. */
const MAX_HOLD_MS = 20_000;

export interface PrepareDependencies {
  readonly find: (name: string) => Connector | undefined;
  readonly runtimes: ConnectorRuntimes;
  readonly vault: Pick<SecretVault, 'resolve'>;
  readonly live: LiveSecrets;
  readonly login: LoginShellEnvironment;
  readonly policyOf: (name: string) => Policy;
}

export interface PrepareRequest {
  readonly name: string;
  /** The client's environment and folder, as the thin client received them. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export function unknownConnector(name: string): CompanionError {
  return new CompanionError(
    'E_CONNECTOR_UNKNOWN',
    `There is no connector named "${name.slice(0, 64)}".`,
    'See what there is with "runlayer connectors list", or add one with "runlayer connectors add".',
    { exitCode: 2 },
  );
}

/** Finds the connector or says why it cannot be started now. */
export function startableConnector(name: string, deps: Pick<PrepareDependencies, 'find' | 'runtimes'>): Connector {
  const connector = ConnectorName.safeParse(name).success ? deps.find(name) : undefined;
  if (connector === undefined) throw unknownConnector(name);
  if (!connector.enabled) {
    throw new CompanionError(
      'E_CONNECTOR_DISABLED',
      `The connector "${name}" is switched off.`,
      `Switch it on with "runlayer connectors enable ${name}".`,
      { exitCode: 2 },
    );
  }
  const start = deps.runtimes.of(name).crashes.state();
  if (start.kind === 'paused') {
    throw new CompanionError(
      'E_CONNECTOR_PAUSED',
      `The server of "${name}" crashed ${start.crashes} times in a minute and is paused for ${Math.ceil(start.retryInMs / 1000)} more seconds.`,
      `See why with "runlayer connectors logs ${name}"; it is tried again by itself.`,
    );
  }
  return connector;
}

async function isFolder(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => undefined);
  return entry?.isDirectory() === true;
}

export async function prepareServer(request: PrepareRequest, deps: PrepareDependencies): Promise<PreparedServer> {
  const connector = startableConnector(request.name, deps);
  const { definition, consent, name } = connector;
  const runtime = deps.runtimes.of(name);
  // After a crash a new start waits a little, longer each time; the client's initialize waits with it.
  const start = runtime.crashes.state();
  if (start.kind === 'waiting') await delay(Math.min(start.retryInMs, MAX_HOLD_MS));
  const resolved = consent === undefined ? undefined : await resolveCommand(consent.path, '');
  const check = checkConsent(connector, resolved);
  if (!check.ok)
    throw new CompanionError(check.failure.code, check.failure.message, check.failure.next, {
      exitCode: check.exitCode,
    });
  if (consent === undefined) throw new Error('consent was checked');

  const holdsSecret = Object.keys(definition.secrets).length > 0;
  const guiStart = isGuiStart(request.env);
  const login = holdsSecret || guiStart ? (await deps.login.get()).env : {};
  const releases: (() => void)[] = [];
  const secrets: Record<string, string> = {};
  try {
    for (const [variable, reference] of Object.entries(definition.secrets)) {
      const value = await deps.vault.resolve(reference);
      releases.push(deps.live.add(value));
      secrets[variable] = value;
    }
  } catch (error) {
    for (const release of releases) release();
    throw error;
  }
  // A package runner looks into the folder it starts in first: with a secret in its environment that folder must not be
  // one that a repository chose.
  const cwd = definition.cwd ?? (!holdsSecret && (await isFolder(request.cwd)) ? request.cwd : homedir());
  runtime.sessions += 1;
  return {
    connector: name,
    launch: {
      path: consent.path,
      args: definition.args,
      env: childEnvironment({
        client: request.env,
        login,
        definitionEnv: definition.env,
        secrets,
        holdsSecret,
        guiStart,
      }),
      cwd,
    },
    policy: () => deps.policyOf(name),
    log: runtime.log,
    redactor: createStreamRedactor(deps.live),
    redact: (text) => deps.live.redact(text),
    release: ({ crashed, answered }) => {
      for (const release of releases.splice(0)) release();
      runtime.sessions -= 1;
      if (crashed) runtime.crashes.exited({ hadAnswered: answered });
    },
  };
}
