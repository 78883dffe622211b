import { createHash } from 'node:crypto';
import { CompanionError, type Connector, type Rule, type SecretEntry } from '../../preload/contract/index.ts';
import { ConnectorRuntimes } from '../../main/connectors/runtimes.ts';
import { connectorHandlers, type ConnectorParts } from '../../main/operations/connector-handlers.ts';
import type { CallContext } from '../../main/operations/dispatch.ts';
import { ShownConsents } from '../../main/operations/shown-consents.ts';
import { secretHandlers, secretWeakeningTests, type SecretParts } from '../../main/operations/secret-handlers.ts';
import { createPassphraseAttempts } from '../../main/secrets/passphrase-attempts.ts';
import { EMPTY_SETTINGS, type Settings } from '../../main/settings/schema.ts';
import type { SettingsStore } from '../../main/settings/settings-store.ts';

export const NOW = new Date('2026-11-21T08:00:00.000Z');
export const CLI: CallContext = { caller: 'cli', confirmed: true, tty: true, by: 'a test' };
export const PAGE: CallContext = { caller: 'ui', confirmed: false, tty: false, by: 'a page' };

const notUsed = (): never => {
  throw new Error('a part that this test does not give');
};

export interface MemorySettings extends SettingsStore {
  /** What was written, oldest first: `operation by caller`. */
  readonly writes: string[];
}

export function memorySettings(start: Partial<Settings> = {}): MemorySettings {
  let current: Settings = { ...EMPTY_SETTINGS, ...start };
  const writes: string[] = [];
  return {
    writes,
    read: () => current,
    update: (operation, caller, change) => {
      current = change(current);
      writes.push(`${operation} by ${caller}`);
      return current;
    },
    problem: undefined,
    handOver: notUsed,
    reload: notUsed,
  };
}

/** Names and values in memory; says the same words as the vault. */
export function memoryVault(
  entries: SecretEntry[] = [],
): ConnectorParts['vault'] & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  const state = { backend: null, state: 'ready', detail: 'in memory' } as const;
  return {
    values,
    list: () => entries,
    set: (name, value, typedIn) => {
      values.set(name, value);
      const entry: SecretEntry = {
        name,
        backend: 'vault',
        redactable: true,
        updatedAt: NOW.toISOString(),
        ...(typedIn === undefined ? {} : { typedIn }),
      };
      entries.push(entry);
      return Promise.resolve(entry);
    },
    own: notUsed,
    remove: (name) => {
      const at = entries.findIndex((entry) => entry.name === name);
      if (at < 0) return Promise.reject(new CompanionError('E_SECRET_UNKNOWN', 'none', 'list', { exitCode: 2 }));
      entries.splice(at, 1);
      return Promise.resolve();
    },
    rewrite: notUsed,
    resolve: notUsed,
    state: () => Promise.resolve(state),
    peekState: () => state,
    createVault: () => Promise.resolve(state),
    unlock: () => Promise.resolve(state),
    hasPendingCall: () => false,
  };
}

export interface ConnectorBench {
  readonly handlers: ReturnType<typeof connectorHandlers>;
  readonly settings: MemorySettings;
  readonly runtimes: ConnectorRuntimes;
  readonly consents: string[];
  /** Connectors whose sign-in was forgotten. */
  readonly forgotten: string[];
  /** Connectors that were to be checked. */
  readonly checked: string[];
}

/** `pathVariable`: the PATH that the login shell gives. */
export function connectorBench(
  pathVariable: string,
  over: Partial<ConnectorParts> & { settings?: MemorySettings } = {},
): ConnectorBench {
  const settings = over.settings ?? memorySettings();
  const runtimes = new ConnectorRuntimes(() => 0);
  const consents: string[] = [];
  const forgotten: string[] = [];
  const checked: string[] = [];
  const handlers = connectorHandlers({
    runtimes,
    isSignedIn: () => false,
    vault: memoryVault(),
    login: { get: () => Promise.resolve({ env: { PATH: pathVariable } }) },
    prepare: {
      find: notUsed,
      runtimes,
      vault: { resolve: notUsed },
      live: notUsed,
      login: notUsed,
      policyOf: notUsed,
    } as unknown as ConnectorParts['prepare'],
    clock: () => NOW,
    version: '0.0.0',
    recordConsent: (connector, hash, by) => consents.push(`${connector} ${hash.slice(0, 8)} by ${by}`),
    forgetSignIn: (connector) => {
      forgotten.push(connector);
      return Promise.resolve();
    },
    shown: new ShownConsents(),
    checkSoon: (name) => checked.push(name),
    ...over,
    settings,
  });
  return { handlers, settings, runtimes, consents, forgotten, checked };
}

export interface SecretBench {
  readonly handlers: ReturnType<typeof secretHandlers>;
  readonly weakens: ReturnType<typeof secretWeakeningTests>;
  readonly settings: MemorySettings;
  /** What was recorded, as words. */
  readonly recorded: string[];
}

export function secretBench(over: Partial<SecretParts> & { settings?: MemorySettings } = {}): SecretBench {
  const settings = over.settings ?? memorySettings();
  const vault = over.vault ?? memoryVault();
  const recorded: string[] = [];
  const handlers = secretHandlers({
    attempts: createPassphraseAttempts(() => 0),
    unlocked: () => {},
    recordSecret: (name, change, by) => recorded.push(`secret ${name} ${change} by ${by}`),
    ...over,
    vault,
    settings,
  });
  return { handlers, weakens: secretWeakeningTests({ settings, vault }), settings, recorded };
}

export function aConnector(name: string, over: Partial<Connector> = {}): Connector {
  return {
    name,
    definition: { command: 'server', args: [], env: {}, secrets: {} },
    default: 'read-only',
    enabled: true,
    createdAt: NOW.toISOString(),
    ...over,
  };
}

/** A connector that somebody agreed to; `letter` is all of its hash. */
export function agreedConnector(name: string, letter = 'a', over: Partial<Connector> = {}): Connector {
  const at = NOW.toISOString();
  return aConnector(name, {
    consent: { hash: letter.repeat(64), path: '/bin/server', realPath: '/bin/server', at },
    ...over,
  });
}

export function aRule(effect: Rule['effect'], connector: string, tool: string): Rule {
  const id = `r${createHash('sha256').update(`${effect} ${connector} ${tool}`).digest('hex').slice(0, 6)}`;
  return { id, effect, connector, tool, createdAt: NOW.toISOString() };
}
