/**
 * What a settings file that is not trusted may still say. Nothing that it adds or changes lets more through: it can only
 * take away from the settings that are trusted. Where it cannot be told, the trusted part is dropped or stays as it was,
 * whichever is the tighter.
 */
import type { Connector, HubConfig, HubSettings, HubTarget } from '../../preload/contract/index.ts';
import { inBoth } from '../hub/globs.ts';
import { stricter } from '../policy/strictness.ts';
import { asksWhereDenied } from './asks-where-denied.ts';
import type { Settings } from './schema.ts';
import { tightenedGuard } from './tighten-guard.ts';

const text = (value: unknown): string => JSON.stringify(value);

/** Those of `good` that the other list holds too, letter by letter. */
function unchanged<T>(good: readonly T[], suspect: readonly T[]): T[] {
  const theirs = new Set(suspect.map(text));
  return good.filter((one) => theirs.has(text(one)));
}

function tightenedConnector(connector: Connector, suspect: Settings): Connector {
  const other = suspect.connectors.find((candidate) => candidate.name === connector.name);
  return {
    ...connector,
    enabled: connector.enabled && other?.enabled === true,
    default: other === undefined ? connector.default : stricter(connector.default, other.default),
  };
}

function tightenedTarget(good: HubTarget, suspect: HubTarget): HubTarget {
  return 'endpoint' in good && 'endpoint' in suspect
    ? { ...good, default: stricter(good.default, suspect.default) }
    : good;
}

/** Those of the suspect that the good one does not hold, letter by letter. */
function added<T>(good: readonly T[], suspect: readonly T[]): T[] {
  const known = new Set(good.map(text));
  return suspect.filter((one) => !known.has(text(one)));
}

/** Ids have 64 characters at most. */
const ID_ROOM = 56;

/** Under ids that nothing else has: what is removed by its id is one thing. */
function withOwnIds<T extends { readonly id: string }>(
  kept: readonly T[],
  more: readonly T[],
  others: readonly { readonly id: string }[],
): T[] {
  const taken = new Set([...kept, ...others].map(({ id }) => id));
  const renamed = more.map((one) => {
    let { id } = one;
    for (let n = 2; taken.has(id); n++) id = `${one.id.slice(0, ID_ROOM)}-${n}`;
    taken.add(id);
    return { ...one, id };
  });
  return [...kept, ...renamed];
}

/** Configs that it lacks are gone, and so is one that it leaves no tool; their bindings then open nothing. */
function tightenedConfigs(good: HubSettings, suspect: HubSettings): HubConfig[] {
  return good.configs.flatMap((config) => {
    const other = suspect.configs.find((candidate) => candidate.name === config.name);
    if (other === undefined) return [];
    const allowedTools = inBoth(config.allowedTools, other.allowedTools);
    const target = tightenedTarget(config.target, other.target);
    return allowedTools.length === 0 ? [] : [{ ...config, target, allowedTools }];
  });
}

/**
 * Counts: deny and ask rules and chains that it adds (no ask where the default is deny), categories that the guard takes more
 * seriously, questions about new items, a stop of everything; allow rules, what a proposal replaced, connectors, configs, bindings,
 * listeners, origins and tenants that it lacks, connectors that it switches off, stricter defaults, fewer tools. Nothing else does;
 * `suspect` is undefined where it says nothing.
 */
export function tightened(good: Settings, suspect: Settings | undefined): Settings {
  if (suspect === undefined) return good;
  const theirs = new Set(suspect.rules.map(text));
  const kept = good.rules.filter((rule) => rule.effect !== 'allow' || theirs.has(text(rule)));
  const tenants = unchanged(good.tenants, suspect.tenants);
  return {
    ...good,
    tenants,
    defaultTenant: tenants.some(({ host }) => host === good.defaultTenant) ? good.defaultTenant : null,
    rules: withOwnIds(
      kept,
      added(good.rules, suspect.rules).filter((rule) => rule.effect !== 'allow' && !asksWhereDenied(rule, good)),
      [...good.rules, ...(good.policyBefore?.rules ?? [])],
    ),
    chains: withOwnIds(good.chains, added(good.chains, suspect.chains), good.policyBefore?.chains ?? []),
    guard: tightenedGuard(good.guard, suspect.guard),
    newItems: good.newItems === 'ask' ? 'ask' : suspect.newItems,
    lockdown: good.lockdown ?? suspect.lockdown,
    policyBefore: text(good.policyBefore) === text(suspect.policyBefore) ? good.policyBefore : null,
    connectors: good.connectors.map((connector) => tightenedConnector(connector, suspect)),
    hub: {
      port: good.hub.port,
      configs: tightenedConfigs(good.hub, suspect.hub),
      bindings: unchanged(good.hub.bindings, suspect.hub.bindings),
      listeners: unchanged(good.hub.listeners, suspect.hub.listeners),
      origins: good.hub.origins.filter((origin) => suspect.hub.origins.includes(origin)),
    },
  };
}
