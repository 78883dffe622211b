/** Where each secret goes: read from the settings, by name. Touches no keychain and knows no value. */
import {
  isHttpDefinition,
  isTenantDefinition,
  secretNameOf,
  type SecretUse,
  type StoredDefinition,
} from '../../preload/contract/index.ts';
import { isReservedSecret } from '../secrets/reserved-names.ts';
import type { Settings } from '../settings/schema.ts';

type Carried = readonly (readonly [as: string, reference: string])[];

function carriedBy(definition: StoredDefinition): Carried {
  if (isTenantDefinition(definition)) return [];
  const carried = Object.entries(definition.secrets);
  const ofClient = isHttpDefinition(definition) ? definition.oauthClient?.secret : undefined;
  return ofClient === undefined ? carried : [...carried, ['OAuth client secret', ofClient] as const];
}

function named(name: string, carried: Carried): string[] {
  return carried.filter(([, reference]) => secretNameOf(reference) === name).map(([as]) => as);
}

export function usesOf(
  name: string,
  { connectors, hub, auditEndpoint }: Pick<Settings, 'connectors' | 'hub' | 'auditEndpoint'>,
): SecretUse[] {
  const authorization = auditEndpoint?.authorization;
  return [
    ...(authorization !== undefined && secretNameOf(authorization) === name
      ? [{ by: 'audit_endpoint', name: '', as: 'Authorization' } as const]
      : []),
    ...connectors.flatMap((connector) =>
      named(name, carriedBy(connector.definition)).map(
        (as) => ({ by: 'connector', name: connector.name, as }) as const,
      ),
    ),
    ...(isReservedSecret(name) ? [{ by: 'companion', name: '', as: '' } as const] : []),
    ...hub.bindings.flatMap((binding) =>
      named(name, Object.entries(binding.secrets)).map((as) => ({ by: 'binding', name: binding.id, as }) as const),
    ),
  ];
}

const WORDS: Readonly<Record<SecretUse['by'], (name: string) => string>> = {
  audit_endpoint: () => 'audit endpoint',
  connector: (name) => name,
  companion: () => 'the companion',
  binding: (id) => `hub binding ${id}`,
};

/** Each user once, in words. */
export function usersOf(uses: readonly SecretUse[]): string[] {
  return [...new Set(uses.map(({ by, name }) => WORDS[by](name)))];
}
