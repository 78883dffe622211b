/** What a binding reaches now, or why its token is refused. Said in the same words where it is listed and where it is used. */
import {
  CompanionError,
  secretNameOf,
  type StoredDefinition,
  type HubBinding,
  type HubConfig,
} from '../../preload/contract/index.ts';
import { httpHash } from '../connectors/definition-hash.ts';
import type { Settings } from '../settings/schema.ts';
import { endpointDefinition } from './binding-secrets.ts';

export function unknownConfig(name: string): CompanionError {
  return new CompanionError(
    'E_HUB_CONFIG_UNKNOWN',
    `There is no hub config named "${name}".`,
    'See what there is with "runlayer hub config list", or make one with "runlayer hub config create".',
    { exitCode: 2 },
  );
}

export function unknownBinding(id: string): CompanionError {
  return new CompanionError(
    'E_HUB_BINDING_UNKNOWN',
    `There is no binding "${id}".`,
    'See what there is with "runlayer hub binds".',
    { exitCode: 2 },
  );
}

type HubView = Pick<Settings, 'connectors' | 'hub'>;

/** The server that a config names. @throws CompanionError where its connector is gone or switched off. */
export function definitionOf(config: HubConfig, settings: HubView): StoredDefinition {
  const { target } = config;
  if ('endpoint' in target) return endpointDefinition(target.endpoint);
  const connector = settings.connectors.find(({ name }) => name === target.connector);
  if (connector === undefined)
    throw new CompanionError(
      'E_HUB_CONNECTOR_GONE',
      `The hub config "${config.name}" is for a connector "${target.connector}", and there is none of that name.`,
      `Add it with "runlayer connectors add ${target.connector}", or aim the config elsewhere with "runlayer hub config update ${config.name}".`,
      { exitCode: 2 },
    );
  if (!connector.enabled)
    throw new CompanionError(
      'E_CONNECTOR_DISABLED',
      `The connector "${target.connector}" is switched off.`,
      `Switch it on with "runlayer connectors enable ${target.connector}".`,
      { exitCode: 2 },
    );
  return connector.definition;
}

/** The config of a binding; null for the aggregate of all connectors. @throws CompanionError where it is gone. */
export function configOf(binding: Pick<HubBinding, 'config'>, settings: HubView): HubConfig | null {
  if (binding.config === null) return null;
  const config = settings.hub.configs.find(({ name }) => name === binding.config);
  if (config === undefined) throw unknownConfig(binding.config);
  return config;
}

/**
 * What the secrets of a binding of this config go to now; undefined for a binding without any, for which the connector's own
 * consent is enough. @throws CompanionError where nobody has agreed to the connector
 */
export function consentHashFor(
  config: HubConfig | null,
  { secrets }: Pick<HubBinding, 'secrets'>,
  settings: HubView,
): string | undefined {
  if (config === null || Object.keys(secrets).length === 0) return undefined;
  const { target } = config;
  if ('endpoint' in target) return httpHash(endpointDefinition(target.endpoint));
  const connector = settings.connectors.find(({ name }) => name === target.connector);
  if (connector?.consent !== undefined) return connector.consent.hash;
  throw new CompanionError(
    'E_CONSENT_MISSING',
    `Nobody has agreed to the connector "${target.connector}", so no secret is handed to it.`,
    `Look at it and agree with "runlayer connectors edit ${target.connector}".`,
    { exitCode: 2 },
  );
}

/** Secrets go only to what was there when the token was bound. @throws CompanionError where that is something else now */
export function refuseChanged(
  binding: Pick<HubBinding, 'id' | 'config' | 'secrets' | 'consentHash'>,
  settings: HubView,
): void {
  const config = configOf(binding, settings);
  if (consentHashFor(config, binding, settings) === binding.consentHash) return;
  const what =
    config !== null && 'connector' in config.target
      ? `The connector "${config.target.connector}"`
      : 'The address of the config';
  throw new CompanionError(
    'E_HUB_TARGET_CHANGED',
    `${what} changed since this token was bound, and its secrets were meant for what was there then.`,
    `Look at it, bind again with "runlayer hub bind ${binding.config ?? '--all'}", and end this one with "runlayer hub revoke ${binding.id}".`,
    { exitCode: 2 },
  );
}

/** Why the binding's token would be refused now, with what to do; empty while it would not. */
export function bindingProblem(
  binding: Pick<HubBinding, 'id' | 'config' | 'secrets' | 'consentHash'>,
  settings: HubView,
  stored: ReadonlySet<string>,
): string {
  try {
    const config = configOf(binding, settings);
    if (config !== null) definitionOf(config, settings);
    refuseChanged(binding, settings);
  } catch (error) {
    if (!(error instanceof CompanionError)) throw error;
    return `${error.message} ${error.next}`;
  }
  const missing = Object.values(binding.secrets)
    .map(secretNameOf)
    .find((name) => !stored.has(name));
  return missing === undefined
    ? ''
    : `The secret "${missing}" is not stored. Store it with "runlayer secrets set ${missing}".`;
}
