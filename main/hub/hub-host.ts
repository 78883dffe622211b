/**
 * The hub at work: which session a token opens, and the end of what was revoked. Holds no
 * token and decides nothing: every session is a governed one. What cannot be served is refused with what to do next.
 */
import { homedir } from 'node:os';
import {
  CompanionError,
  type DefaultMode,
  type HubBinding,
  type HubConfig,
  type HubEndpoint,
  type HubTarget,
} from '../../preload/contract/index.ts';
import { prepareHttp, prepareServer, type PrepareDependencies } from '../connectors/prepare-server.ts';
import type { Policy } from '../policy/decide.ts';
import { asServed } from '../transport/as-served.ts';
import type { OpenServedSession, Principal, ServedClient, ServedSession } from '../transport/downstream.ts';
import {
  startGovernedSession,
  type GovernedSession,
  type PreparedServer,
  type SessionDependencies,
} from '../transport/governed-session.ts';
import type { HttpEndpoint } from '../transport/http-endpoint/http-endpoint.ts';
import type { AggregateOptions } from './aggregate/options.ts';
import { narrowToConfig } from './binding-policy.ts';
import { endpointDefinition } from './binding-secrets.ts';
import { createHubListeners, type HubListenerParts } from './hub-listeners.ts';
import { refuseChanged } from './reachable.ts';
import { findByToken } from './tokens.ts';
import { isSameTarget } from './weakening.ts';

export interface HubParts extends HubListenerParts {
  readonly prepare: PrepareDependencies;
  readonly session: SessionDependencies;
  /** The policy of a config that names an address instead of a connector. */
  readonly policyOfEndpoint: (config: string, mode: DefaultMode) => Policy;
  readonly createEndpoint: (serve: {
    readonly authenticate: (token: string) => Principal | undefined;
    readonly open: OpenServedSession;
    readonly origins: () => readonly string[];
  }) => HttpEndpoint;
  /** One session for all connectors. */
  readonly openAggregate: (
    options: Pick<AggregateOptions, 'client' | 'connectors' | 'openMember' | 'changed'>,
  ) => ServedSession;
  readonly onSettingsChanged: (listener: () => void) => () => void;
  /** A session began; its end is `done`. */
  readonly began: (session: GovernedSession) => void;
}

export interface HubHost {
  /** The one address; listens from now on. Rejects with E_PORT_TAKEN. */
  endpointUrl(): Promise<string>;
  state(): HubEndpoint;
  /** Ends everything that this binding's token opened. */
  dropBinding(id: string): void;
  /** Opens and closes listeners so that they are those of the settings. */
  listenersChanged(): Promise<void>;
  sessions(id: string): number;
  lastUsedAt(id: string): Date | undefined;
  close(): Promise<void>;
}

function gone(binding: HubBinding): CompanionError {
  return new CompanionError(
    'E_HUB_CONFIG_UNKNOWN',
    `The hub config "${binding.config ?? ''}" of this token is not there any more.`,
    'See "runlayer hub binds", and bind another config.',
  );
}

export function createHubHost(parts: HubParts): HubHost {
  const { settings, prepare } = parts;
  const hub = () => settings.read().hub;
  const configNamed = (name: string): HubConfig | undefined => hub().configs.find((config) => config.name === name);

  const targetNow = (binding: HubBinding, target: HubTarget): boolean => {
    const config = binding.config === null ? undefined : configNamed(binding.config);
    return config !== undefined && isSameTarget(config.target, target);
  };
  /** Tokens and configs may change while a server is prepared: what was asked for then is not opened now. */
  const stillBound = (binding: HubBinding, target: HubTarget | undefined): boolean =>
    hub().bindings.some(({ id, tokenHash }) => id === binding.id && tokenHash === binding.tokenHash) &&
    (target === undefined || targetNow(binding, target));

  const start = (
    binding: HubBinding,
    prepared: PreparedServer,
    client: ServedClient,
    target?: HubTarget,
  ): ServedSession => {
    if (!stillBound(binding, target)) {
      prepared.release({ crashed: false, answered: false });
      throw new CompanionError('E_HUB_TOKEN', 'This token or its config was changed just now.', 'Connect again.');
    }
    const session = startGovernedSession(
      prepared,
      {
        peer: client.peer,
        claimed: client.claimed,
        introduced: () => {},
        stderr: () => {},
        binding: binding.id,
        provenClient: binding.client,
      },
      parts.session,
    );
    parts.began(session);
    return asServed(session);
  };

  const openConnector = async (
    binding: HubBinding,
    name: string,
    client: ServedClient,
    config?: { readonly narrow: (policy: Policy) => Policy; readonly target: HubTarget },
  ): Promise<ServedSession> => {
    // Without a client process of its own a session has the environment of the person's login shell.
    const { env } = await prepare.login.get();
    await prepare.pending();
    // Nothing comes between this look at the connector and that of the start.
    refuseChanged(binding, settings.read());
    const request = { name, env, cwd: homedir(), secrets: binding.secrets };
    const prepared = await prepareServer(
      config === undefined ? request : { ...request, narrow: config.narrow },
      prepare,
    );
    return start(binding, prepared, client, config?.target);
  };

  const openConfig = async (binding: HubBinding, name: string, client: ServedClient): Promise<ServedSession> => {
    await prepare.pending();
    const config = configNamed(name);
    if (config === undefined) throw gone(binding);
    const narrow = narrowToConfig(() => configNamed(name));
    const { target } = config;
    if ('connector' in target) return openConnector(binding, target.connector, client, { narrow, target });
    refuseChanged(binding, settings.read());
    const definition = endpointDefinition(target.endpoint);
    // Its default may be made stricter while a session runs.
    const policy = (): Policy => {
      const now = configNamed(name)?.target;
      return parts.policyOfEndpoint(name, now !== undefined && 'endpoint' in now ? now.default : 'deny');
    };
    const prepared = await prepareHttp({ name, definition, policy }, { secrets: binding.secrets, narrow }, prepare);
    return start(binding, prepared, client, target);
  };

  const usable = (): string[] =>
    settings
      .read()
      .connectors.filter(({ enabled, consent }) => enabled && consent !== undefined)
      .map(({ name }) => name);
  const onUsableChanged = (listener: () => void): (() => void) => {
    let before = usable().join(' ');
    return parts.onSettingsChanged(() => {
      const now = usable().join(' ');
      if (now === before) return;
      before = now;
      listener();
    });
  };

  const endpoint = parts.createEndpoint({
    origins: () => hub().origins,
    authenticate: (token) => {
      const binding = findByToken(hub().bindings, token);
      return binding === undefined ? undefined : { id: binding.id, client: binding.client };
    },
    open: async (principal, client) => {
      const binding = hub().bindings.find(({ id }) => id === principal.id);
      if (binding === undefined)
        throw new CompanionError('E_HUB_TOKEN', 'This token was revoked.', 'Make another with "runlayer hub bind".');
      if (binding.config !== null) return openConfig(binding, binding.config, client);
      return parts.openAggregate({
        client,
        connectors: usable,
        openMember: (connector, member) => openConnector(binding, connector, member),
        changed: onUsableChanged,
      });
    },
  });

  const listeners = createHubListeners(parts, endpoint);

  return {
    endpointUrl: () => listeners.endpointUrl(),
    state: () => listeners.state(),
    dropBinding: (id) => endpoint.drop(id),
    listenersChanged: () => listeners.changed(),
    sessions: (id) => endpoint.sessions(id),
    lastUsedAt: (id) => endpoint.lastUsed(id),
    close: () => endpoint.close(),
  };
}
