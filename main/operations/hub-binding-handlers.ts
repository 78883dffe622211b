/**
 * Bindings and their tokens. A token is made here, handed to whoever asked, and kept only as a hash; it is in no record,
 * no log and no error. Each change is recorded before it counts.
 */
import { CompanionError, type HubBinding, type HubBindingView } from '../../preload/contract/index.ts';
import { checkBindingSecrets } from '../hub/binding-secrets.ts';
import { bindingProblem, configOf, consentHashFor, definitionOf, unknownBinding } from '../hub/reachable.ts';
import { hashToken } from '../hub/tokens.ts';
import { variableFor } from '../hub/variables.ts';
import type { CallContext, Handlers } from './dispatch.ts';
import { freeId, replaceHub, type HubParts } from './hub-parts.ts';

const MAX_BINDINGS = 1024;

type BindingHandlers = Pick<Handlers, 'hub.bind' | 'hub.binds' | 'hub.rotate' | 'hub.revoke'>;

export function hubBindingHandlers(parts: HubParts): BindingHandlers {
  const { settings, hub } = parts;

  const view = (binding: HubBinding): HubBindingView => {
    const { tokenHash: _token, consentHash: _consent, ...shown } = binding;
    const lastUsedAt = hub.lastUsedAt(shown.id);
    const stored = new Set(parts.vault.list().map((entry) => entry.name));
    return {
      ...shown,
      sessions: hub.sessions(shown.id),
      ...(lastUsedAt === undefined ? {} : { lastUsedAt: lastUsedAt.toISOString() }),
      problem: bindingProblem(binding, settings.read(), stored),
    };
  };

  /** @returns what its secrets may go to. */
  const refuseUnfit = ({ config: name, secrets }: Pick<HubBinding, 'config' | 'secrets'>): string | undefined => {
    const current = settings.read();
    if (current.hub.bindings.length >= MAX_BINDINGS)
      throw new CompanionError(
        'E_HUB_FULL',
        `There are ${MAX_BINDINGS} bindings already.`,
        'Revoke those that nobody uses: "runlayer hub binds" says when each was used.',
      );
    const config = configOf({ config: name }, current);
    if (config !== null) checkBindingSecrets(secrets, definitionOf(config, current));
    else if (Object.keys(secrets).length > 0)
      throw new CompanionError(
        'E_HUB_SECRETS',
        'A binding of all connectors takes no secrets: each connector has its own.',
        'Bind one config, or leave --secret out.',
        { exitCode: 2 },
      );
    return consentHashFor(config, { secrets }, current);
  };

  const record = (binding: string, change: 'bound' | 'rotated' | 'revoked', { by }: CallContext): void =>
    parts.record('hub_token_changed', { binding, change, by });

  return {
    'hub.bind': async (input, context) => {
      refuseUnfit(input);
      const url = await hub.endpointUrl();
      // The settings may be others by now; from here to the write nothing can come between.
      const consentHash = refuseUnfit(input);
      const { bindings } = settings.read().hub;
      const id = freeId('b', parts.newId, bindings);
      const token = parts.newToken();
      const binding: HubBinding = {
        id,
        config: input.config,
        secrets: input.secrets,
        ...(consentHash === undefined ? {} : { consentHash }),
        ...(input.client === undefined ? {} : { client: input.client }),
        variable: variableFor({ id, config: input.config, client: input.client }, bindings),
        tokenHash: hashToken(token),
        createdAt: parts.clock().toISOString(),
      };
      record(id, 'bound', context);
      replaceHub(parts, 'hub.bind', context.by, (now) => ({ ...now, bindings: [...now.bindings, binding] }));
      return { binding: view(binding), token, url };
    },
    'hub.binds': () => settings.read().hub.bindings.map(view),
    'hub.rotate': async (input, context) => {
      const ids = [...new Set(input.bindings)];
      const find = (): readonly HubBinding[] =>
        ids.map((id) => {
          const binding = settings.read().hub.bindings.find((candidate) => candidate.id === id);
          if (binding === undefined) throw unknownBinding(id);
          return binding;
        });
      find();
      const url = await hub.endpointUrl();
      const rotatedAt = parts.clock().toISOString();
      const fresh = find().map((binding) => {
        const token = parts.newToken();
        return { token, binding: { ...binding, tokenHash: hashToken(token), rotatedAt } };
      });
      for (const id of ids) record(id, 'rotated', context);
      replaceHub(parts, 'hub.rotate', context.by, (now) => ({
        ...now,
        bindings: now.bindings.map(
          (binding) => fresh.find((other) => other.binding.id === binding.id)?.binding ?? binding,
        ),
      }));
      for (const id of ids) hub.dropBinding(id);
      return { url, tokens: fresh.map(({ token, binding }) => ({ binding: view(binding), token })) };
    },
    'hub.revoke': ({ binding: id }, context) => {
      if (!settings.read().hub.bindings.some((binding) => binding.id === id)) throw unknownBinding(id);
      record(id, 'revoked', context);
      replaceHub(parts, 'hub.revoke', context.by, (now) => ({
        ...now,
        bindings: now.bindings.filter((binding) => binding.id !== id),
      }));
      hub.dropBinding(id);
      return {};
    },
  };
}
