/** An ask rule closes less than a default of deny: there it opens what was closed, to whoever says yes. */
import type { Rule } from '../../preload/contract/index.ts';
import { foldName } from '../policy/fold.ts';
import { globMatches } from '../policy/glob.ts';
import type { Settings } from './schema.ts';

/** Names whose calls are denied where no rule speaks: connectors, and hub configs that reach an address. */
function deniedByDefault({ connectors, hub }: Settings): string[] {
  return [
    ...connectors.filter(({ default: mode }) => mode === 'deny').map(({ name }) => name),
    ...hub.configs.flatMap(({ name, target }) => ('endpoint' in target && target.default === 'deny' ? [name] : [])),
  ];
}

/** Wide, as ask rules match. */
export function asksWhereDenied(rule: Pick<Rule, 'effect' | 'connector'>, settings: Settings): boolean {
  if (rule.effect !== 'ask') return false;
  const folded = foldName(rule.connector);
  return deniedByDefault(settings).some(
    (name) => globMatches(rule.connector, name) || globMatches(folded, foldName(name)),
  );
}
