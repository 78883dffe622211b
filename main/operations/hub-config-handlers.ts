import { CompanionError, type HubBinding, type HubConfig, type HubTarget } from '../../preload/contract/index.ts';
import { secretLiterals } from '../connectors/risk/secret-literals.ts';
import { checkBindingSecrets } from '../hub/binding-secrets.ts';
import { consentHashFor, definitionOf, unknownConfig } from '../hub/reachable.ts';
import { isSameTarget } from '../hub/weakening.ts';
import type { Settings } from '../settings/schema.ts';
import type { Handlers } from './dispatch.ts';
import { replaceHub, type HubParts } from './hub-parts.ts';

const MAX_CONFIGS = 1024;

/** Settings hold no secret: one in an address would lie there in plain text. */
function refuseSecretInUrl(target: HubTarget): void {
  if (!('endpoint' in target)) return;
  const { searchParams, origin } = new URL(target.endpoint);
  if (secretLiterals(Object.fromEntries(searchParams), []).length === 0) return;
  throw new CompanionError(
    'E_HUB_CONFIG_SECRET',
    `The address at ${origin} has a secret in it.`,
    'Store it with "runlayer secrets set", and give it to a binding as a header with --secret.',
    { exitCode: 2 },
  );
}

type ConfigHandlers = Pick<Handlers, Extract<keyof Handlers, `hub.configs.${string}`>>;

export function hubConfigHandlers(parts: HubParts): ConfigHandlers {
  const { settings } = parts;
  const find = (name: string): HubConfig => {
    const config = settings.read().hub.configs.find((candidate) => candidate.name === name);
    if (config === undefined) throw unknownConfig(name);
    return config;
  };

  /** Bindings of the config, with their secrets, must fit where it is going to lead. */
  const refuseUnfit = (config: HubConfig, current: Settings): void => {
    const bound = current.hub.bindings.filter((binding) => binding.config === config.name);
    if (bound.length === 0) return;
    const definition = definitionOf(config, current);
    for (const { id, secrets } of bound) {
      try {
        checkBindingSecrets(secrets, definition);
        consentHashFor(config, { secrets }, current);
      } catch (error) {
        if (!(error instanceof CompanionError)) throw error;
        throw new CompanionError(
          error.code,
          `Binding ${id} does not fit there: ${error.message}`,
          `Revoke it first with "runlayer hub revoke ${id}".`,
          { exitCode: 2 },
        );
      }
    }
  };

  /** Their secrets go to what the config reaches from now on: that is what a person just agreed to. */
  const aimed = (config: HubConfig, bindings: readonly HubBinding[]): HubBinding[] =>
    bindings.map((binding) => {
      if (binding.config !== config.name) return binding;
      const { consentHash: _before, ...rest } = binding;
      const consentHash = consentHashFor(config, binding, settings.read());
      return consentHash === undefined ? rest : { ...rest, consentHash };
    });

  return {
    'hub.configs.list': () => [...settings.read().hub.configs],
    'hub.configs.get': ({ name }) => find(name),
    'hub.configs.create': (input, context) => {
      const { configs } = settings.read().hub;
      if (configs.some(({ name }) => name === input.name))
        throw new CompanionError(
          'E_HUB_CONFIG_EXISTS',
          `There is a hub config named "${input.name}" already.`,
          `Change it with "runlayer hub config update ${input.name}", or take another name.`,
          { exitCode: 2 },
        );
      if (configs.length >= MAX_CONFIGS)
        throw new CompanionError(
          'E_HUB_FULL',
          `There are ${MAX_CONFIGS} hub configs already.`,
          'Delete one with "runlayer hub config delete".',
        );
      refuseSecretInUrl(input.target);
      const at = parts.clock().toISOString();
      const config: HubConfig = { ...input, createdAt: at, updatedAt: at };
      parts.record('hub_config_changed', { config: input.name, change: 'created', by: context.by });
      replaceHub(parts, 'hub.configs.create', context.by, (hub) => ({ ...hub, configs: [...hub.configs, config] }));
      return config;
    },
    'hub.configs.update': ({ name, target, allowedTools, description }, context) => {
      const before = find(name);
      const config: HubConfig = {
        ...before,
        ...(target === undefined ? {} : { target }),
        ...(allowedTools === undefined ? {} : { allowedTools }),
        ...(description === undefined ? {} : { description }),
        updatedAt: parts.clock().toISOString(),
      };
      const moves = !isSameTarget(before.target, config.target);
      refuseSecretInUrl(config.target);
      if (moves) refuseUnfit(config, settings.read());
      parts.record('hub_config_changed', { config: name, change: 'updated', by: context.by });
      const next = replaceHub(parts, 'hub.configs.update', context.by, (hub) => ({
        ...hub,
        configs: hub.configs.map((other) => (other.name === name ? config : other)),
        bindings: moves ? aimed(config, hub.bindings) : hub.bindings,
      }));
      // Their sessions talk to the server of before.
      if (moves) for (const { id } of next.bindings.filter((one) => one.config === name)) parts.hub.dropBinding(id);
      return config;
    },
    'hub.configs.delete': ({ name }, context) => {
      find(name);
      const users = settings.read().hub.bindings.filter((binding) => binding.config === name);
      if (users.length > 0)
        throw new CompanionError(
          'E_HUB_CONFIG_IN_USE',
          `"${name}" is in use by ${users.length === 1 ? 'binding' : `${users.length} bindings, such as`} ${users[0]?.id ?? ''}.`,
          'Revoke its bindings first: "runlayer hub binds" lists them, "runlayer hub revoke" ends one.',
          { exitCode: 2 },
        );
      parts.record('hub_config_changed', { config: name, change: 'deleted', by: context.by });
      replaceHub(parts, 'hub.configs.delete', context.by, (hub) => ({
        ...hub,
        configs: hub.configs.filter((config) => config.name !== name),
      }));
      return {};
    },
  };
}
