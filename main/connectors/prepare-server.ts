/**
 * Everything that must be true before a connector's server is started for one client: it exists, is enabled, is not
 * paused, consent covers exactly what would run, and its secrets are there. Any doubt is a refusal that says what to do.
 */
import { homedir } from 'node:os';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CompanionError,
  ConnectorName,
  HttpDefinition,
  isHttpDefinition,
  isTenantDefinition,
  toFailure,
  type Connector,
  type ProgramDefinition,
} from '../../preload/contract/index.ts';
import type { Policy } from '../policy/decide.ts';
import type { LoginShellEnvironment } from '../process/login-shell-environment.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import { createStreamRedactor } from '../secrets/stream-redactor.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { ServerProcess, SpawnOptions } from '../process/spawn-server.ts';
import { openChild } from '../transport/child-upstream.ts';
import type { PreparedServer } from '../transport/governed-session.ts';
import type { OpenUpstream } from '../transport/upstream.ts';
import { childEnvironment, isGuiStart } from './child-environment.ts';
import { checkConsent } from './consent.ts';
import type { HttpExtras } from './http-extras.ts';
import { resolveCommand } from './resolve-command.ts';
import { resolveSecrets } from './resolve-secrets.ts';
import type { ConnectorRuntimes } from './runtimes.ts';
import { startableConnector } from './startable-connector.ts';
import type { StartedTenant, StartTenant } from './tenant/started-tenant.ts';
import { withBindingSecrets } from './with-binding-secrets.ts';

/** Clients give up on initialize soon after this. */
const MAX_HOLD_MS = 20_000;

export interface PrepareDependencies {
  /** What was agreed to may not be known yet: undefined once it is. What is looked at before may be another thing by then. */
  readonly pending: () => Promise<void> | undefined;
  readonly find: (name: string) => Connector | undefined;
  readonly runtimes: ConnectorRuntimes;
  readonly vault: Pick<SecretVault, 'resolve'>;
  readonly live: LiveSecrets;
  readonly login: LoginShellEnvironment;
  readonly policyOf: (name: string) => Policy;
  readonly spawn: (options: SpawnOptions) => ServerProcess;
  readonly track: { readonly started: (pid: number) => void; readonly ended: (pid: number) => void };
  /** Has the credentials of a server over HTTP at hand until they are released. */
  readonly openHttp: (
    name: string,
    definition: HttpDefinition,
    extras?: HttpExtras,
  ) => Promise<{ readonly open: OpenUpstream; readonly release: () => void }>;
  /** What is started, before it is: compared with what was agreed to, so that its session begins with that verdict. */
  readonly identitySeen: (
    name: string,
    definition: ProgramDefinition | HttpDefinition,
    program: string | undefined,
    env: Readonly<Record<string, string | undefined>>,
  ) => Promise<void>;
  /** Asks the tenant of a connector what it is now. Without it none is started. */
  readonly startTenant?: StartTenant;
}

export interface PrepareRequest {
  readonly name: string;
  /** The client's environment and folder, as the thin client received them. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** What a hub binding adds: variables of a program, headers of an HTTP server, each with a secret reference. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What a hub binding takes away. */
  readonly narrow?: (policy: Policy) => Policy;
  /** Of a tenant, for this session alone. */
  readonly tenantKey?: string;
}

async function isFolder(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => undefined);
  return entry?.isDirectory() === true;
}

/** A person's yes to exactly what would be used now, or a refusal that says what to do. */
async function agreedProgram(connector: Connector): Promise<string | undefined> {
  const { consent, definition } = connector;
  const program = consent !== undefined && 'path' in consent ? consent.path : undefined;
  const resolved =
    isHttpDefinition(definition) || program === undefined ? undefined : await resolveCommand(program, '');
  const check = checkConsent(connector, resolved);
  if (!check.ok)
    throw new CompanionError(check.failure.code, check.failure.message, check.failure.next, {
      exitCode: check.exitCode,
    });
  return program;
}

/** A connector for one client. */
export async function prepareServer(request: PrepareRequest, deps: PrepareDependencies): Promise<PreparedServer> {
  try {
    return await prepareNow(request, deps);
  } catch (error) {
    const { message, next } = toFailure(error);
    if (isKnown(request.name, deps)) deps.runtimes.failed(request.name, deps.live.redact(`${message} ${next}`));
    throw error;
  }
}

function isKnown(name: string, { find }: Pick<PrepareDependencies, 'find'>): boolean {
  return ConnectorName.safeParse(name).success && find(name) !== undefined;
}

async function prepareNow(request: PrepareRequest, deps: PrepareDependencies): Promise<PreparedServer> {
  // Where nothing is pending nothing comes between a look of the caller's and this one.
  const pending = deps.pending();
  if (pending !== undefined) await pending;
  const connector = startableConnector(request.name, deps);
  const { definition, name } = connector;
  // After a crash a new start waits a little, longer each time; the client's initialize waits with it.
  const start = deps.runtimes.of(name).crashes.state();
  if (start.kind === 'waiting') await delay(Math.min(start.retryInMs, MAX_HOLD_MS));
  const policy = (): Policy => deps.policyOf(name);
  if (isTenantDefinition(definition)) return prepareTenant(connector, policy, request, deps);
  const program = await agreedProgram(connector);
  if (isHttpDefinition(definition)) return prepareHttp({ name, definition, policy }, request, deps);
  if (program === undefined) throw new Error('consent was checked');
  return prepareProgram({ name, definition, policy, program }, request, deps);
}

/** What its tenant says that it is now, agreed to; every call of it is asked about there. */
async function prepareTenant(
  connector: Connector,
  policy: () => Policy,
  request: PrepareRequest,
  deps: PrepareDependencies,
): Promise<PreparedServer> {
  const { name } = connector;
  if (deps.startTenant === undefined) throw new Error('nobody asks tenants here');
  if (Object.keys(request.secrets ?? {}).length > 0) {
    throw new CompanionError(
      'E_BINDING_SECRETS',
      `What "${name}" is given is decided by its tenant, so no binding may add a secret.`,
      'Revoke the binding with "runlayer hub revoke", and bind it without --secret.',
    );
  }
  const log = (text: string): void => deps.runtimes.of(name).log.line(deps.live.redact(text));
  const { tenantKey: key } = request;
  const tenant = await deps.startTenant(connector, key === undefined ? { log } : { key, log });
  try {
    const { run } = tenant;
    return run.kind === 'http'
      ? await prepareHttp({ name, definition: run.definition, policy, tenant, extras: run.extras }, request, deps)
      : await prepareProgram({ name, definition: run.definition, policy, tenant, program: run.program }, request, deps);
  } catch (error) {
    tenant.release();
    throw error;
  }
}

interface Subject<D> {
  readonly name: string;
  readonly definition: D;
  readonly policy: () => Policy;
  readonly tenant?: StartedTenant;
}

/** A server over HTTP for one client; whoever calls has looked at consent. */
export async function prepareHttp(
  { name, definition, policy, tenant, extras }: Subject<HttpDefinition> & { readonly extras?: HttpExtras },
  request: Pick<PrepareRequest, 'secrets' | 'narrow'>,
  deps: PrepareDependencies,
): Promise<PreparedServer> {
  const joined = HttpDefinition.safeParse(withBindingSecrets(definition, request.secrets ?? {}));
  if (!joined.success) {
    throw new CompanionError(
      'E_BINDING_SECRETS',
      `The secrets of this binding do not fit "${name}": ${joined.error.issues[0]?.message ?? 'unknown'}.`,
      'Revoke the binding with "runlayer hub revoke", and bind again.',
    );
  }
  await deps.identitySeen(name, definition, undefined, {});
  const { open, release } = await deps.openHttp(name, joined.data, extras);
  return prepared({ name, policy, tenant }, request, deps, open, [release]);
}

async function prepareProgram(
  subject: Subject<ProgramDefinition> & { readonly program: string },
  request: PrepareRequest,
  deps: PrepareDependencies,
): Promise<PreparedServer> {
  const { name, definition, policy, program, tenant } = subject;
  const references = { ...definition.secrets, ...request.secrets };
  // What a tenant puts into the environment may be a secret under any name.
  const isGiven = tenant !== undefined && Object.keys(definition.env).length > 0;
  const holdsSecret = isGiven || Object.keys(references).length > 0;
  const guiStart = isGuiStart(request.env);
  const login = holdsSecret || guiStart ? (await deps.login.get()).env : {};
  const { secrets, releases } = await resolveSecrets(references, deps);
  // A package runner looks into the folder it starts in first: with a secret in its environment that folder must not be
  // one that a repository chose.
  const cwd = definition.cwd ?? (!holdsSecret && (await isFolder(request.cwd)) ? request.cwd : homedir());
  const launch = {
    path: program,
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
  };
  try {
    await deps.identitySeen(name, definition, program, launch.env);
  } catch (error) {
    for (const release of releases) release();
    throw error;
  }
  const { spawn, track } = deps;
  return prepared({ name, policy, tenant }, request, deps, openChild({ launch, spawn, track }), releases);
}

function prepared(
  {
    name,
    policy,
    tenant,
  }: { readonly name: string; readonly policy: () => Policy; readonly tenant: StartedTenant | undefined },
  { narrow }: Pick<PrepareRequest, 'narrow'>,
  deps: PrepareDependencies,
  open: OpenUpstream,
  releases: (() => void)[],
): PreparedServer {
  const runtime = deps.runtimes.of(name);
  runtime.sessions += 1;
  deps.runtimes.started(name);
  return {
    connector: name,
    open: tenant?.endable(open) ?? open,
    ...(tenant === undefined ? {} : { tenant: tenant.gate }),
    policy: narrow === undefined ? policy : () => narrow(policy()),
    log: runtime.log,
    redactor: createStreamRedactor(deps.live),
    redact: (text) => deps.live.redact(text),
    release: ({ crashed, answered, reason }) => {
      for (const release of releases.splice(0)) release();
      tenant?.release();
      runtime.sessions -= 1;
      if (reason !== undefined) deps.runtimes.failed(name, reason);
      if (crashed) {
        runtime.crashed += 1;
        runtime.crashes.exited({ hadAnswered: answered });
      }
    },
  };
}
