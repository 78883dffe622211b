import { stat } from 'node:fs/promises';
import {
  CompanionError,
  type Connector,
  type ConnectorDefinition,
  type ConnectorView,
  type ConsentRequest,
  type DefaultMode,
} from '../../preload/contract/index.ts';
import { connectorState, consentRequest } from '../connectors/consent.ts';
import { displayArgv } from '../connectors/display.ts';
import { prepareServer, unknownConnector, type PrepareDependencies } from '../connectors/prepare-server.ts';
import { resolveCommand, type ResolvedCommand } from '../connectors/resolve-command.ts';
import { assessRisks } from '../connectors/risks.ts';
import type { ConnectorRuntimes } from '../connectors/runtimes.ts';
import { testServer } from '../connectors/test-server.ts';
import { isWritableByOthers } from '../connectors/writable-by-others.ts';
import type { LoginShellEnvironment } from '../process/login-shell-environment.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { CallContext, Handlers } from './dispatch.ts';

export interface ConnectorParts {
  readonly settings: SettingsStore;
  readonly runtimes: ConnectorRuntimes;
  readonly vault: SecretVault;
  readonly login: LoginShellEnvironment;
  readonly prepare: PrepareDependencies;
  readonly track: { readonly started: (pid: number) => void; readonly ended: (pid: number) => void };
  readonly clock: () => Date;
  readonly version: string;
  readonly recordConsent: (connector: string, hash: string, by: string) => void;
}

type ConnectorHandlers = Pick<
  Handlers,
  | 'connectors.list'
  | 'connectors.get'
  | 'connectors.preview'
  | 'connectors.save'
  | 'connectors.definition'
  | 'connectors.remove'
  | 'connectors.enable'
  | 'connectors.disable'
  | 'connectors.test'
  | 'connectors.logs'
>;

async function resolveDefinition(
  definition: ConnectorDefinition,
  login: LoginShellEnvironment,
): Promise<ResolvedCommand> {
  const { cwd } = definition;
  if (cwd !== undefined && (await stat(cwd).catch(() => undefined))?.isDirectory() !== true) {
    throw new CompanionError(
      'E_FOLDER_MISSING',
      `There is no folder "${cwd}".`,
      'Make it, or name another with --cwd. Nothing was stored.',
    );
  }
  const { env } = await login.get();
  const resolved = await resolveCommand(definition.command, env['PATH'], cwd);
  if (resolved === undefined) {
    throw new CompanionError(
      'E_COMMAND_NOT_FOUND',
      definition.command.includes('/')
        ? `The program "${definition.command}" was not found, or cannot be run.`
        : `The command "${definition.command}" was not found on your login shell's PATH.`,
      'Install it, or give its absolute path. Nothing was stored.',
    );
  }
  return resolved;
}

export function connectorHandlers(parts: ConnectorParts): ConnectorHandlers {
  const { settings } = parts;
  const find = (name: string): Connector => {
    const connector = settings.read().connectors.find((candidate) => candidate.name === name);
    if (connector === undefined) throw unknownConnector(name);
    return connector;
  };

  const view = async (connector: Connector): Promise<ConnectorView> => {
    const { definition, consent } = connector;
    const runtime = parts.runtimes.of(connector.name);
    const resolved = consent === undefined ? undefined : await resolveCommand(consent.path, '');
    const standing = connectorState(connector, { paused: runtime.crashes.state().kind === 'paused', resolved });
    return {
      name: connector.name,
      argv: displayArgv([definition.command, ...definition.args]),
      envNames: Object.keys(definition.env).sort(),
      secrets: definition.secrets,
      ...(definition.cwd === undefined ? {} : { cwd: definition.cwd }),
      default: connector.default,
      enabled: connector.enabled,
      ...standing,
      sessions: runtime.sessions,
      createdAt: connector.createdAt,
    };
  };

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

  const preview = async (
    name: string,
    definition: ConnectorDefinition,
    mode: DefaultMode,
    replace: boolean,
  ): Promise<{ request: ConsentRequest; resolved: ResolvedCommand }> => {
    refuseWrongTarget(name, replace);
    const both = Object.keys(definition.env).find((key) => Object.hasOwn(definition.secrets, key));
    if (both !== undefined) {
      throw new CompanionError('E_CONNECTOR_ENV', `${both} is given both as --env and as --secret.`, 'Give it once.', {
        exitCode: 2,
      });
    }
    const resolved = await resolveDefinition(definition, parts.login);
    const risks = assessRisks(definition, {
      realPath: resolved.realPath,
      writableByOthers: await isWritableByOthers(resolved.realPath),
    });
    const stored = new Set(parts.vault.list().map((entry) => entry.name));
    return {
      request: consentRequest({ name, definition, resolved, default: mode, risks, storedSecrets: stored }),
      resolved,
    };
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
    'connectors.list': () => Promise.all(settings.read().connectors.map(view)),
    'connectors.get': ({ name }) => view(find(name)),
    'connectors.preview': async (input) =>
      (await preview(input.name, input.definition, input.default, input.replace)).request,
    'connectors.save': async (input, context) => {
      const { name, definition } = input;
      const { request, resolved } = await preview(name, definition, input.default, input.replace);
      if (request.hash !== input.consentHash) {
        throw new CompanionError(
          'E_CONSENT_CHANGED',
          'What would be started changed since you looked at it.',
          'Look at it again, then say yes.',
          { exitCode: 2 },
        );
      }
      // Another save may have come between; from here to the write nothing can.
      refuseWrongTarget(name, input.replace);
      const at = parts.clock().toISOString();
      parts.recordConsent(name, request.hash, context.by);
      const consent = { hash: request.hash, ...resolved, at };
      const next = settings.update('connectors.save', context.by, (current) => {
        const before = current.connectors.find((connector) => connector.name === name);
        const connector: Connector = {
          name,
          definition,
          default: input.default,
          enabled: before?.enabled ?? true,
          consent,
          createdAt: before?.createdAt ?? at,
        };
        return {
          ...current,
          connectors:
            before === undefined
              ? [...current.connectors, connector]
              : current.connectors.map((other) => (other === before ? connector : other)),
        };
      });
      parts.runtimes.of(name).crashes.reset();
      return view(next.connectors.find((connector) => connector.name === name) ?? find(name));
    },
    'connectors.definition': ({ name }) => {
      const connector = find(name);
      return { definition: connector.definition, default: connector.default };
    },
    'connectors.remove': ({ name }, context) => {
      find(name);
      settings.update('connectors.remove', context.by, (current) => ({
        ...current,
        connectors: current.connectors.filter((connector) => connector.name !== name),
        // What was allowed to this connector must not be inherited by another one of the same name.
        rules: current.rules.filter((rule) => rule.effect !== 'allow' || rule.connector !== name),
      }));
      return {};
    },
    'connectors.enable': ({ name }, context) => setEnabled(name, true, context),
    'connectors.disable': ({ name }, context) => setEnabled(name, false, context),
    'connectors.test': async ({ name }) => {
      const prepared = await prepareServer({ name, env: (await parts.login.get()).env, cwd: '/' }, parts.prepare);
      return testServer(prepared, parts.track, parts.version);
    },
    'connectors.logs': ({ name, lines }) => {
      find(name);
      return { lines: parts.runtimes.of(name).log.tail(lines) };
    },
  };
}
