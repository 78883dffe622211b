import type { FoundTarget } from '../../preload/contract/client.ts';
import { isHttpDefinition, type ConnectorDefinition } from '../../preload/contract/connector.ts';
import { displayArgv, displayText } from '../connectors/display.ts';
import { secretHeaders, secretVariable } from '../connectors/risk/secret-literals.ts';
import type { ForeignTarget } from '../clients/foreign-target.ts';
import { hideInArgv, hideInText } from './hide-secrets.ts';
import { SECRET_WORD } from '../clients/mask.ts';

/** Whether the value of a variable or header should be in the keychain. An empty one is nothing to keep. */
function looksSecret(name: string, value: string, isHeader: boolean): boolean {
  if (value.trim() === '') return false;
  if (isHeader ? secretHeaders({ [name]: value }).length > 0 : secretVariable(name, value) !== undefined) return true;
  return SECRET_WORD.test(name) || (hideInText(value) !== value && !/^[/~]|:\/\//.test(value));
}

/** Names of a definition whose values should be in the keychain, in order. */
export function secretNames(definition: ConnectorDefinition): string[] {
  const isHttp = isHttpDefinition(definition);
  return Object.entries(isHttp ? definition.headers : definition.env)
    .filter(([name, value]) => looksSecret(name, value, isHttp))
    .map(([name]) => name);
}

/** What a page may show of a server in a client's file: no value of a variable or a header. */
export function shownTarget(target: ForeignTarget): FoundTarget {
  if (target.kind === 'unusable') return target;
  const { definition } = target;
  const secret = new Set(secretNames(definition));
  const named = (table: Readonly<Record<string, string>>): { name: string; looksSecret: boolean }[] =>
    Object.keys(table).map((name) => ({ name, looksSecret: secret.has(name) }));
  if (isHttpDefinition(definition)) {
    return { kind: 'http', url: displayText(hideInText(definition.url)), headers: named(definition.headers) };
  }
  return {
    kind: 'program',
    argv: displayArgv(hideInArgv([definition.command, ...definition.args])),
    env: named(definition.env),
    ...(definition.cwd === undefined ? {} : { cwd: displayText(definition.cwd) }),
  };
}
