/** How a connector does, as this companion saw it; and a check, by which it is started or reached once and lists its tools. */
import {
  isHttpDefinition,
  toFailure,
  type Connector,
  type ConnectorCheck,
  type ConnectorHealth,
} from '../../preload/contract/index.ts';
import { unknownConnector } from '../connectors/startable-connector.ts';
import type { ConnectorRuntimes } from '../connectors/runtimes.ts';
import { signInSecret } from '../identity/stored-sign-in.ts';
import type { SecretVault } from '../secrets/vault.ts';
import { viewConnector, type ViewParts } from './connector-view.ts';
import type { Handlers } from './dispatch.ts';

export interface HealthParts extends ViewParts {
  readonly find: (name: string) => Connector | undefined;
  readonly runtimes: ConnectorRuntimes;
  readonly vault: Pick<SecretVault, 'list'>;
  readonly clock: () => Date;
  /** How many tools a client would see; throws a CompanionError that says what is wrong. */
  readonly checkServer: (name: string) => Promise<number>;
  readonly redact: (text: string) => string;
  /** What is known of a connector changed. */
  readonly changed: () => void;
}

export interface ConnectorHealthOperations {
  readonly handlers: Pick<Handlers, 'connectors.health' | 'connectors.check'>;
  /** Checks it, unless that would only say that nobody signed in to it. Never throws. */
  readonly checkSoon: (name: string) => void;
}

export function connectorHealth(parts: HealthParts): ConnectorHealthOperations {
  const { runtimes, clock } = parts;
  const running = new Map<string, { readonly generation: number; readonly done: Promise<void> }>();

  const find = (name: string): Connector => {
    const connector = parts.find(name);
    if (connector === undefined) throw unknownConnector(name);
    return connector;
  };
  const signInOf = ({ name, definition }: Connector): ConnectorHealth['signIn'] => {
    if (!isHttpDefinition(definition) || !definition.oauth) return 'not_needed';
    const secret = signInSecret(name);
    return parts.vault.list().some((entry) => entry.name === secret) ? 'signed_in' : 'signed_out';
  };
  const health = async (connector: Connector): Promise<ConnectorHealth> => {
    const { name } = connector;
    const { state, sessions } = await viewConnector(connector, parts);
    const { starts, lastStartAt, crashed, crashes, lastError, check } = runtimes.of(name);
    const start = crashes.state();
    return {
      name,
      state,
      sessions,
      starts,
      lastStartAt: lastStartAt?.toISOString() ?? null,
      crashes: crashed,
      retryInMs: start.kind === 'ready' ? 0 : Math.ceil(start.retryInMs),
      lastError:
        lastError === undefined ? null : { at: lastError.at.toISOString(), text: parts.redact(lastError.text) },
      check: check ?? null,
      signIn: signInOf(connector),
    };
  };

  const once = async (name: string): Promise<void> => {
    const runtime = runtimes.of(name);
    const { generation } = runtime;
    const at = clock();
    const tell = (check: ConnectorCheck): void => {
      // Removed meanwhile, or made anew: what was seen is of another one.
      if (runtime.generation === generation) runtime.check = check;
      parts.changed();
    };
    tell({ state: 'running', at: at.toISOString() });
    const began = performance.now();
    const ended = (): { at: string; durationMs: number } => ({
      at: clock().toISOString(),
      durationMs: Math.round(performance.now() - began),
    });
    try {
      const tools = await parts.checkServer(name);
      tell({ state: 'passed', ...ended(), tools });
    } catch (error) {
      const { code, message, next } = toFailure(error);
      tell({ state: 'failed', ...ended(), code, message: parts.redact(message), next: parts.redact(next) });
    }
  };
  /** Those who ask while one of what it is now is under way get that one. */
  const check = (name: string): Promise<void> => {
    const { generation } = runtimes.of(name);
    const under = running.get(name);
    if (under?.generation === generation) return under.done;
    const done = once(name).finally(() => {
      if (running.get(name)?.done === done) running.delete(name);
    });
    running.set(name, { generation, done });
    return done;
  };

  return {
    handlers: {
      'connectors.health': ({ name }) => health(find(name)),
      'connectors.check': async ({ name }) => {
        find(name);
        await check(name);
        return health(find(name));
      },
    },
    checkSoon: (name) => {
      const connector = parts.find(name);
      if (connector?.enabled === true && signInOf(connector) !== 'signed_out') void check(name);
    },
  };
}
