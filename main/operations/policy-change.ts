/** What would be in force after a change that nobody made yet. */
import type { Chain, DefaultMode, PolicyChange, Rule } from '../../preload/contract/index.ts';
import type { Settings } from '../settings/schema.ts';
import { importChanges } from './policy-rules.ts';

export interface InForce {
  readonly rules: readonly Rule[];
  readonly chains: readonly Chain[];
  /** Of each connector. */
  readonly defaults: ReadonlyMap<string, DefaultMode>;
}

export function inForce({ rules, chains, connectors }: Settings): InForce {
  return { rules, chains, defaults: new Map(connectors.map(({ name, default: mode }) => [name, mode])) };
}

/** `at`: when new rules are said to be made. A change of what is not there changes nothing. */
export function changed(settings: Settings, change: PolicyChange, at: string): InForce {
  const now = inForce(settings);
  const stamped = (id: string): { readonly id: string; readonly createdAt: string } => ({ id, createdAt: at });
  if ('add' in change) return { ...now, rules: [...now.rules, { ...change.add, ...stamped('new') }] };
  if ('remove' in change) return { ...now, rules: now.rules.filter(({ id }) => id !== change.remove) };
  if ('replace' in change) {
    const { id, rule } = change.replace;
    return { ...now, rules: now.rules.map((one) => (one.id === id ? { ...rule, ...stamped(id) } : one)) };
  }
  if ('default' in change) {
    const { connector, mode } = change.default;
    return now.defaults.has(connector) ? { ...now, defaults: new Map([...now.defaults, [connector, mode]]) } : now;
  }
  const { addedRules, addedChains, removedRules, removedChains } = importChanges(settings, change.import);
  const gone = new Set([...removedRules, ...removedChains].map(({ id }) => id));
  return {
    ...now,
    rules: [
      ...now.rules.filter(({ id }) => !gone.has(id)),
      ...addedRules.map((rule, place): Rule => ({ ...rule, ...stamped(`#${place + 1}`) })),
    ],
    chains: [
      ...now.chains.filter(({ id }) => !gone.has(id)),
      ...addedChains.map((chain, place): Chain => ({ ...chain, ...stamped(`chain #${place + 1}`) })),
    ],
  };
}
