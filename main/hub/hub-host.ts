/**
 * The hub at work: which session a token opens, the endpoint's listeners, and the end of what was revoked. Holds no
 * token and decides nothing: every session is a governed one. What cannot be served is refused with what to do next.
 */
import { homedir } from 'node:os';
import {
  CompanionError,
  type DefaultMode,
  type HubBinding,
  type HubConfig,
  type HubEndpoint,
  type HubListener,
  type HubTarget,
} from '../../preload/contract/index.ts';
import { prepareHttp, prepareServer, type PrepareDependencies } from '../connectors/prepare-server.ts';
import type { Policy } from '../policy/decide.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { OpenServedSession, Principal, ServedClient, ServedSession } from '../transport/downstream.ts';
import {
  startGovernedSession,
  type GovernedSession,
  type PreparedServer,
  type SessionDependencies,
} from '../transport/governed-session.ts';
import type { HttpEndpoint, OpenListener } from '../transport/http-endpoint/http-endpoint.ts';
import { reachOf, refuseUnagreedReach, type Reach } from './address-reach.ts';
import type { AggregateOptions } from './aggregate/options.ts';
import { narrowToConfig } from './binding-policy.ts';
import { endpointDefinition } from './binding-secrets.ts';
import { refuseChanged } from './reachable.ts';
import { findByToken } from './tokens.ts';
import { isSameTarget } from './weakening.ts';

export interface HubParts {
  readonly settings: SettingsStore;
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
  /** Something in {@link HubHost.state} changed. */
  readonly changed: () => void;
  /** This companion leaves when nobody uses it. */
  readonly onDemand: boolean;
  /** Who can reach an address of this machine now; asked of the system where it is left out. */
  readonly reach?: (address: string) => Reach;
  readonly warn: (text: string) => void;
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

interface Extra {
  readonly listener: HubListener;
  readonly open: OpenListener | undefined;
  readonly problem: string;
}

function gone(binding: HubBinding): CompanionError {
  return new CompanionError(
    'E_HUB_CONFIG_UNKNOWN',
    `The hub config "${binding.config ?? ''}" of this token is not there any more.`,
    'See "runlayer hub binds", and bind another config.',
  );
}

/** Clients show their tokens to whoever answers at the port. */
function withStolenTokens(error: unknown): unknown {
  if (!(error instanceof CompanionError) || error.code !== 'E_PORT_TAKEN') return error;
  const next = `${error.next} Its tokens may have been seen: rotate them with "runlayer hub env --rotate".`;
  return new CompanionError(error.code, error.message, next, { cause: error });
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
      },
      parts.session,
    );
    parts.began(session);
    return {
      id: session.id,
      messageFromClient: (parsed, line) => session.relay.messageFromClient(parsed, line),
      clientDrained: () => session.relay.clientDrained(),
      clientGone: () => session.clientGone(),
      get openCalls() {
        return session.relay.openCalls;
      },
      get awaitsInput() {
        return session.relay.awaitsInput;
      },
      done: session.done,
    };
  };

  const openConnector = async (
    binding: HubBinding,
    name: string,
    client: ServedClient,
    config?: { readonly narrow: (policy: Policy) => Policy; readonly target: HubTarget },
  ): Promise<ServedSession> => {
    // Without a client process of its own a session has the environment of the person's login shell.
    const { env } = await prepare.login.get();
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

  let loopback: Promise<OpenListener> | undefined;
  let url: string | null = null;
  /** Why it does not listen. */
  let failure = '';
  /** What is wrong although it listens. */
  let warning = '';
  const listenOnLoopback = async (): Promise<OpenListener> => {
    let open: OpenListener | undefined;
    const before = [url, failure, warning].join('\n');
    try {
      open = await endpoint.listen({ kind: 'loopback', port: hub().port ?? 0 });
      const { port } = open;
      if (port !== undefined && hub().port === null) {
        // Chosen once and kept: clients have it in their files.
        settings.update('hub.port', 'companion', (current) => ({ ...current, hub: { ...current.hub, port } }));
      }
      url = `http://127.0.0.1:${port ?? 0}/mcp`;
      failure = '';
      warning = open.warning ?? '';
      return open;
    } catch (error) {
      // A port that could not be written down would be another one next time.
      await open?.close();
      loopback = undefined;
      const told = hub().bindings.length > 0 ? withStolenTokens(error) : error;
      failure = told instanceof CompanionError ? `${told.message} ${told.next}` : String(told);
      throw told;
    } finally {
      // Whoever looks at the state tries again: only what is new may make somebody look.
      if ([url, failure, warning].join('\n') !== before) parts.changed();
    }
  };
  const endpointUrl = async (): Promise<string> => {
    loopback ??= listenOnLoopback();
    await loopback;
    return url ?? '';
  };

  let extras: readonly Extra[] = [];
  let settling: Promise<void> = Promise.resolve();
  const openExtra = async (listener: HubListener): Promise<Extra> => {
    try {
      // A network of today may have the address of yesterday's bridge.
      refuseUnagreedReach(listener, parts.reach ?? reachOf);
      return { listener, open: await endpoint.listen(listener), problem: '' };
    } catch (error) {
      const text = error instanceof CompanionError ? `${error.message} ${error.next}` : String(error);
      parts.warn(text);
      return { listener, open: undefined, problem: text };
    }
  };
  const settle = async (): Promise<void> => {
    const wanted = hub().listeners;
    const kept = extras.filter(
      (extra) => extra.open !== undefined && wanted.some((listener) => listener.id === extra.listener.id),
    );
    for (const extra of extras) if (!kept.includes(extra)) await extra.open?.close();
    const missing = wanted.filter((listener) => !kept.some((extra) => extra.listener.id === listener.id));
    extras = [...kept, ...(await Promise.all(missing.map(openExtra)))];
    parts.changed();
  };
  const listenersChanged = (): Promise<void> => {
    const settled = settling.then(settle);
    settling = settled.catch(() => undefined);
    return settled;
  };

  // What clients have in their files must answer as soon as the companion runs.
  if (hub().bindings.length > 0)
    endpointUrl().catch((error: unknown) =>
      parts.warn(error instanceof CompanionError ? `${error.message} ${error.next}` : String(error)),
    );
  if (hub().listeners.length > 0) listenersChanged().catch((error: unknown) => parts.warn(String(error)));

  return {
    endpointUrl,
    state: () => ({
      url: url ?? (hub().port === null ? null : `http://127.0.0.1:${hub().port}/mcp`),
      state: failure !== '' ? 'failed' : url === null ? 'off' : 'listening',
      problem: failure === '' ? warning : failure,
      onDemand: parts.onDemand,
      origins: [...hub().origins],
      listeners: extras.map((extra) => ({
        listener: extra.listener,
        state: extra.open === undefined ? ('failed' as const) : ('listening' as const),
        problem: extra.problem,
      })),
    }),
    dropBinding: (id) => endpoint.drop(id),
    listenersChanged,
    sessions: (id) => endpoint.sessions(id),
    lastUsedAt: (id) => endpoint.lastUsed(id),
    close: () => endpoint.close(),
  };
}
