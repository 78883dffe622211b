/** Values of a server's variables or headers that go to the keychain when it is brought in, and the definition without them. */
import { CompanionError, isHttpDefinition, type ConnectorDefinition } from '../../preload/contract/index.ts';
import { freeName } from '../connectors/tenant/connector-name.ts';
import { isReservedSecret } from '../secrets/reserved-names.ts';
import { refuseValue } from '../secrets/secret-value.ts';

export interface MovedSecret {
  /** The variable or header. */
  readonly from: string;
  /** Its name in the keychain. */
  readonly secret: string;
  readonly value: string;
}

const MAX_SECRET_NAME = 120;
/** A scheme stays in the definition; what stands behind it is the secret. */
const WITH_SCHEME = /^((?:Bearer|Basic|Token|ApiKey) )(\S+)$/i;

/**
 * The definition with references in the place of these values.
 * @throws CompanionError E_SECRET_SOURCE for a name that has no value, E_SECRET_VALUE for one that cannot be kept.
 */
export function withMovedSecrets(
  definition: ConnectorDefinition,
  names: readonly string[],
  connector: string,
  stored: ReadonlySet<string>,
): { readonly definition: ConnectorDefinition; readonly moved: readonly MovedSecret[] } {
  const isHttp = isHttpDefinition(definition);
  const values = new Map(Object.entries(isHttp ? definition.headers : definition.env));
  const references: Record<string, string> = {};
  const taken = new Set(stored);
  const moved = [...new Set(names)].map((from): MovedSecret => {
    const whole = values.get(from);
    if (whole === undefined) throw noValue(from);
    const [, scheme = '', behind = whole] = (isHttp && WITH_SCHEME.exec(whole)) || [];
    const refused = refuseValue(behind);
    if (refused !== undefined) throw refused;
    const base = `${connector}-${from.replaceAll(/[^A-Za-z0-9_.-]/g, '-')}`.slice(0, MAX_SECRET_NAME);
    const secret = freeName(base, (name) => taken.has(name) || isReservedSecret(name));
    taken.add(secret);
    values.delete(from);
    references[from] = `${scheme}keychain:${secret}`;
    return { from, secret, value: behind };
  });
  const rest = Object.fromEntries(values);
  return {
    definition: isHttpDefinition(definition)
      ? { ...definition, headers: rest, secrets: references }
      : { ...definition, env: rest, secrets: references },
    moved,
  };
}

function noValue(from: string): CompanionError {
  return new CompanionError(
    'E_SECRET_SOURCE',
    `The entry has no variable or header "${from}". Nothing was changed.`,
    'Look at the entry again.',
    { exitCode: 2 },
  );
}
