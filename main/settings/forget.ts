/** What goes with something that a person took away on purpose, so that nothing of it comes back or is inherited. */
import type { PolicyBefore, Settings } from './schema.ts';

/** Undoing a suggestion brings none of these rules and chains back. */
export function forgotten(before: PolicyBefore | null, gone: ReadonlySet<string>): PolicyBefore | null {
  if (before === null || gone.size === 0) return before;
  return {
    ...before,
    rules: before.rules.filter(({ id }) => !gone.has(id)),
    chains: before.chains.filter(({ id }) => !gone.has(id)),
  };
}

/** Another connector of the same name must inherit neither what was allowed to this one nor what the guard was told of it. */
export function withoutConnector(settings: Settings, name: string): Settings {
  const { connectors, rules, guard, policyBefore } = settings;
  const isInherited = ({ effect, connector }: Settings['rules'][number]): boolean =>
    effect === 'allow' && connector === name;
  const { [name]: _default, ...defaults } = policyBefore?.defaults ?? {};
  const { [name]: _choices, ...choices } = guard.connectors;
  return {
    ...settings,
    connectors: connectors.filter((connector) => connector.name !== name),
    rules: rules.filter((rule) => !isInherited(rule)),
    guard: { ...guard, connectors: choices },
    policyBefore:
      policyBefore === null
        ? null
        : { ...policyBefore, defaults, rules: policyBefore.rules.filter((rule) => !isInherited(rule)) },
  };
}
