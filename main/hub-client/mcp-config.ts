/**
 * The hub for programs: configs, bindings and tokens. Every call is a `runlayer hub …` command over the companion's socket,
 * so the same refusals, questions and records hold; nothing is decided or kept here.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import {
  AllowedTools,
  BindingId,
  BindingSecrets,
  CompanionError,
  HubBindingView,
  HubConfig,
  HubConfigName,
  HubToken,
} from '../../preload/contract/index.ts';
import { reachOrStart, type Reached } from '../cli/thin/connect.ts';
import { companionHome } from '../transport/wire/socket-path.ts';
import { runCommand } from './run-command.ts';
import { startCompanion } from './start-companion.ts';
import type { BoundToken, ConfigChange, Confirmation, HubClientOptions, McpConfigs, NewBinding } from './types.ts';

export type * from './types.ts';

const Bound = HubToken.extend({ url: z.string() });

function input(message: string, next: string): CompanionError {
  return new CompanionError('E_INPUT', message, next, { exitCode: 2 });
}

/** A word that stands alone on a command line must not be taken for an option. */
function word<T extends string>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw input(`${parsed.error.issues[0]?.message ?? 'It does not fit'}.`, 'Correct the name.');
  return parsed.data;
}

const option = (name: string, value: string | undefined): string[] =>
  value === undefined ? [] : [`--${name}=${value}`];

function configOptions(change: ConfigChange): string[] {
  const { allowedTools } = change;
  // Left out means all tools, or those of before; a list that is empty means neither.
  if (allowedTools !== undefined && !AllowedTools.safeParse(allowedTools).success)
    throw input('allowedTools is a list of 1 to 256 globs without spaces.', 'Leave it out for all tools.');
  return [
    ...option('connector', change.connector),
    ...option('endpoint', change.endpoint),
    ...option('default', change.default),
    ...(allowedTools ?? []).flatMap((glob) => option('allow-tool', glob)),
    ...option('description', change.description),
  ];
}

function bindOptions({ secrets = {}, client }: NewBinding): string[] {
  // The values are not repeated: somebody may have put the secret itself there.
  if (!BindingSecrets.safeParse(secrets).success)
    throw input(
      'secrets are names of variables or headers, each with a reference to a stored secret.',
      'Write for example { GITHUB_TOKEN: "keychain:github-token" }.',
    );
  return [
    ...Object.entries(secrets).flatMap(([name, reference]) => option('secret', `${name}=${reference}`)),
    ...option('client', client),
  ];
}

const yesOption = (confirmation: Confirmation | undefined): string[] => (confirmation?.yes === true ? ['-y'] : []);

/** A client of the companion of one home. Nothing is connected or started before the first call. */
export function createMcpConfig(options: HubClientOptions = {}): McpConfigs {
  const reach = (): Promise<Reached> => {
    const home = resolve(options.home ?? companionHome(process.env));
    return reachOrStart(home, () => startCompanion(home));
  };
  const run = async <T>(argv: readonly string[], answer: z.ZodType<T>): Promise<T> => {
    const reached = await reach();
    if (reached.kind === 'failed') {
      const { code, message, next } = reached.failure;
      throw new CompanionError(code, message, next, { exitCode: 3 });
    }
    const text = await runCommand(reached.socket, ['hub', ...argv, '--json']);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    const parsed = answer.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new CompanionError(
      'E_PROTOCOL',
      'The companion answered in a way that is not understood.',
      'Update this package and the companion to the same version.',
    );
  };
  const done = async (argv: readonly string[]): Promise<void> => {
    await run(argv, z.unknown());
  };
  const bind = async (what: string, binding: NewBinding, confirmation?: Confirmation): Promise<BoundToken> =>
    run(['bind', what, ...bindOptions(binding), ...yesOption(confirmation)], Bound);

  return {
    create: async ({ name, ...config }, confirmation) =>
      run(
        ['config', 'create', word(HubConfigName, name), ...configOptions(config), ...yesOption(confirmation)],
        HubConfig,
      ),
    list: () => run(['config', 'list'], z.array(HubConfig)),
    fromId: (id) => {
      const name = word(HubConfigName, id);
      return {
        name,
        get: () => run(['config', 'get', name], HubConfig),
        update: async (change, confirmation) =>
          run(['config', 'update', name, ...configOptions(change), ...yesOption(confirmation)], HubConfig),
        delete: () => done(['config', 'delete', name]),
        bind: (binding = {}, confirmation) => bind(name, binding, confirmation),
      };
    },
    bindAll: ({ client } = {}, confirmation) => bind('--all', { client }, confirmation),
    binds: () => run(['binds'], z.array(HubBindingView)),
    rotate: async (id, confirmation) => run(['rotate', word(BindingId, id), ...yesOption(confirmation)], Bound),
    revoke: async (id) => done(['revoke', word(BindingId, id)]),
  };
}

/** Of the companion of this person. */
export const mcpConfig: McpConfigs = createMcpConfig();
