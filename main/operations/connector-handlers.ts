import { isDeepStrictEqual } from 'node:util';
import {
  CompanionError,
  isHttpDefinition,
  isTenantDefinition,
  type Connector,
  type ConnectorView,
  type OAuthClient,
  type OperationInput,
  type TenantDefinition,
} from '../../preload/contract/index.ts';
import { agreedClient } from '../connectors/agreed-client.ts';
import { prepareServer, type PrepareDependencies } from '../connectors/prepare-server.ts';
import { unknownConnector } from '../connectors/startable-connector.ts';
import type { ConnectorRuntimes } from '../connectors/runtimes.ts';
import { testServer } from '../connectors/test-server.ts';
import { withConnector } from '../connectors/with-connector.ts';
import type { LoginShellEnvironment } from '../process/login-shell-environment.ts';
import type { SecretVault } from '../secrets/vault.ts';
import { withoutConnector } from '../settings/forget.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { consentChanged } from './consent-changed.ts';
import { viewForPage, viewConnector } from './connector-view.ts';
import { hideKept, withKeptValues, withoutValues } from './kept-values.ts';
import { previewDefinition, type DefinitionPreview } from './definition-preview.ts';
import type { CallContext, Handlers } from './dispatch.ts';
import type { ShownConsents } from './shown-consents.ts';

export interface ConnectorParts {
  readonly settings: SettingsStore;
  readonly runtimes: ConnectorRuntimes;
  /** Whether somebody is signed in to the tenant of this host; asks it nothing. */
  readonly isSignedIn: (host: string) => boolean;
  readonly vault: SecretVault;
  readonly login: LoginShellEnvironment;
  readonly prepare: PrepareDependencies;
  readonly clock: () => Date;
  readonly version: string;
  readonly recordConsent: (connector: string, hash: string, by: string) => void;
  /**
   * Removes the sign-in of a connector that is gone, reaches another address or has another client id. Never rejects.
   * `client`: of the definition that the sign-in was made with.
   */
  readonly forgetSignIn: (connector: string, client: OAuthClient | undefined) => Promise<void>;
  readonly shown: ShownConsents;
  /** Starts or reaches it once, now that a person said yes to it. Never throws; how it went is told by its health. */
  readonly checkSoon: (name: string) => void;
}

/** What the sign-in of a connector hangs on. */
interface SignInOf {
  readonly url: string;
  readonly clientId: string | undefined;
  readonly client: OAuthClient | undefined;
}

function signInOf(connector: Connector | undefined): SignInOf | undefined {
  if (connector === undefined || !isHttpDefinition(connector.definition) || !connector.definition.oauth)
    return undefined;
  const { url, oauthClient } = connector.definition;
  return { url, clientId: oauthClient?.id, client: agreedClient(connector) };
}

function definedByTenant(name: string, { tenant, server }: TenantDefinition): CompanionError {
  return new CompanionError(
    'E_CONNECTOR_OF_TENANT',
    `What "${name}" runs is defined by ${tenant}, not on this machine.`,
    `Change it there; see what it is now with "runlayer connectors accept ${server} --host ${tenant}".`,
    { exitCode: 2 },
  );
}

type ConnectorHandlers = Pick<
  Handlers,
  | 'connectors.list'
  | 'connectors.get'
  | 'connectors.preview'
  | 'connectors.save'
  | 'connectors.definition'
  | 'connectors.editable'
  | 'connectors.remove'
  | 'connectors.enable'
  | 'connectors.disable'
  | 'connectors.test'
  | 'connectors.logs'
>;

export function connectorHandlers(parts: ConnectorParts): ConnectorHandlers {
  const { settings } = parts;
  const find = (name: string): Connector => {
    const connector = settings.read().connectors.find((candidate) => candidate.name === name);
    if (connector === undefined) throw unknownConnector(name);
    return connector;
  };

  const view = (connector: Connector): Promise<ConnectorView> => viewConnector(connector, parts);

  const refuseWrongTarget = (name: string, replace: boolean): void => {
    const exists = settings.read().connectors.some((candidate) => candidate.name === name);
    if (exists && !replace) {
      throw new CompanionError(
        'E_CONNECTOR_EXISTS',
        `There is a connector named "${name}" already.`,
        `Change it with "runlayer connectors edit ${name}", or remove it first.`,
        { exitCode: 2 },
      );
    }
    if (!exists && replace) throw unknownConnector(name);
  };

  const storedDefinition = (name: string): Connector['definition'] | undefined =>
    settings.read().connectors.find((candidate) => candidate.name === name)?.definition;

  const preview = (input: OperationInput<'connectors.preview'>): Promise<DefinitionPreview> => {
    refuseWrongTarget(input.name, input.replace);
    return previewDefinition(input, { login: parts.login, stored: () => parts.vault.list() });
  };

  const setEnabled = (name: string, enabled: boolean, context: CallContext): Promise<ConnectorView> => {
    find(name);
    const next = settings.update(enabled ? 'connectors.enable' : 'connectors.disable', context.by, (current) => ({
      ...current,
      connectors: current.connectors.map((connector) =>
        connector.name === name ? { ...connector, enabled } : connector,
      ),
    }));
    if (enabled) parts.runtimes.of(name).crashes.reset();
    return view(next.connectors.find((connector) => connector.name === name) ?? find(name));
  };

  return {
    'connectors.list': async (_input, { caller }) => {
      const views = await Promise.all(settings.read().connectors.map(view));
      return caller === 'cli' ? views : views.map(viewForPage);
    },
    'connectors.get': async ({ name }, { caller }) => {
      const found = await view(find(name));
      return caller === 'cli' ? found : viewForPage(found);
    },
    'connectors.preview': async (given, { caller }) => {
      const input = withKeptValues(given, storedDefinition(given.name));
      const { request } = await preview(input);
      parts.shown.remember({ request, definition: input.definition });
      return caller === 'ui' ? hideKept(request, input.keep ?? []) : request;
    },
    'connectors.save': async (given, context) => {
      const input = withKeptValues(given, storedDefinition(given.name));
      const { name, definition } = input;
      // What the question was made of; looked up now, because another look may take its place while this one is made.
      const agreed = parts.shown.find(input)?.request;
      const { request, resolved } = await preview(input);
      // The hash says what would run. Its risks, and which secrets are there, are part of what was shown too.
      if (!isDeepStrictEqual(agreed, request)) throw consentChanged();
      // Another save may have come between; from here to the write nothing can.
      refuseWrongTarget(name, input.replace);
      const at = parts.clock().toISOString();
      parts.recordConsent(name, request.hash, context.by);
      const consent = { hash: request.hash, ...resolved, at };
      const signedIn = signInOf(settings.read().connectors.find((other) => other.name === name));
      const next = settings.update('connectors.save', context.by, (current) =>
        withConnector(current, { name, definition, default: input.default, consent }, at),
      );
      parts.runtimes.forget(name);
      const saved = next.connectors.find((connector) => connector.name === name) ?? find(name);
      const kept = signInOf(saved);
      if (signedIn !== undefined && (kept?.url !== signedIn.url || kept.clientId !== signedIn.clientId))
        await parts.forgetSignIn(name, signedIn.client);
      if (input.check === true) parts.checkSoon(name);
      return view(saved);
    },
    'connectors.definition': ({ name }) => {
      const { definition, default: mode } = find(name);
      if (isTenantDefinition(definition)) throw definedByTenant(name, definition);
      return { definition, default: mode };
    },
    'connectors.editable': ({ name }) => {
      const { definition, default: mode } = find(name);
      if (isTenantDefinition(definition)) throw definedByTenant(name, definition);
      return { ...withoutValues(definition), default: mode };
    },
    'connectors.remove': async ({ name }, context) => {
      const signedIn = signInOf(find(name));
      settings.update('connectors.remove', context.by, (current) => withoutConnector(current, name));
      parts.runtimes.forget(name);
      if (signedIn !== undefined) await parts.forgetSignIn(name, signedIn.client);
      return {};
    },
    'connectors.enable': ({ name }, context) => setEnabled(name, true, context),
    'connectors.disable': ({ name }, context) => setEnabled(name, false, context),
    'connectors.test': async ({ name }) => {
      const prepared = await prepareServer({ name, env: (await parts.login.get()).env, cwd: '/' }, parts.prepare);
      return testServer(prepared, parts.version);
    },
    'connectors.logs': ({ name, lines }) => {
      find(name);
      return { lines: parts.runtimes.of(name).log.tail(lines) };
    },
  };
}
