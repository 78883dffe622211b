import { Option, type Command } from 'commander';
import {
  ClientId,
  CompanionError,
  EnvName,
  HeaderName,
  HeaderSecret,
  type HubBindingView,
} from '../../../preload/contract/index.ts';
import { bindingLabel, keepLine, tokenLine, urlLine } from '../../hub/env-text.ts';
import { SNIPPET_CLIENTS, snippetFor } from '../../hub/snippet.ts';
import { unknownBinding } from '../../hub/reachable.ts';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { misuse, pairs } from './definition-options.ts';
import { bindingTable, stayNote, tokenText } from './hub-text.ts';
import { collect, jsonOption, yesOption } from './option-values.ts';
import { hang, json } from './render.ts';

const SECRET_EXAMPLE = 'GITHUB_TOKEN=keychain:github-token';

/** Values are never repeated: somebody may have written the secret itself. */
function readSecrets(texts: readonly string[] | undefined): Record<string, string> {
  const found = pairs(texts, '--secret', SECRET_EXAMPLE);
  for (const [name, reference] of found) {
    if (!EnvName.safeParse(name).success && !HeaderName.safeParse(name).success)
      throw misuse(
        'A secret is named like an environment variable, or like a header of the request.',
        `Write for example --secret ${SECRET_EXAMPLE}`,
      );
    if (!HeaderSecret.safeParse(reference).success)
      throw misuse(
        `What --secret gives for ${name} is no reference to a secret.`,
        `Store the value with "runlayer secrets set <name>", then write for example --secret ${name}=keychain:<name>`,
      );
  }
  return Object.fromEntries(found);
}

/** `-` is accepted for `_` in the clients that we know; others are named as they like. */
function readLabel(text: string): string {
  const id = ClientId.safeParse(text.replaceAll('-', '_'));
  return id.success ? id.data : text;
}

function readClient(text: string): ClientId {
  const id = ClientId.safeParse(text.replaceAll('-', '_'));
  if (id.success) return id.data;
  throw new CompanionError(
    'E_CLIENT_UNKNOWN',
    `There is no client named "${text.slice(0, 64)}".`,
    `It can be ${SNIPPET_CLIENTS.join(', ')}.`,
    { exitCode: 2 },
  );
}

interface BindOptions {
  readonly all?: true;
  readonly secret?: string[];
  readonly client?: string;
  readonly yes?: true;
  readonly json?: true;
}

export function addHubBindingCommands(hub: Command, io: CommandIo): void {
  const find = async (id: string): Promise<HubBindingView> => {
    const binding = (await io.call('hub.binds', {})).find((candidate) => candidate.id === id);
    if (binding === undefined) throw unknownBinding(id.slice(0, 64));
    return binding;
  };

  /** Address of the hub; a hub without bindings has none. */
  const endpointUrl = async (): Promise<string> => {
    const { url, problem } = await io.call('hub.endpoint', {});
    if (url !== null) return url;
    if (problem !== '') throw new CompanionError('E_HUB_UNAVAILABLE', problem, 'See "runlayer hub status".');
    throw new CompanionError(
      'E_HUB_EMPTY',
      'Nothing is bound, so the hub does not listen.',
      'Bind something with "runlayer hub bind <config>".',
    );
  };

  hub
    .command('bind [config]')
    .description('join a config with secrets; gives a token that is shown once')
    .option('--all', 'all connectors at once, their tools named <connector>__<tool>')
    .option('--secret <NAME=keychain:name>', 'variable or header whose value comes from the keychain', collect)
    .option('--client <id>', 'which client it is for; shown and recorded')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (name: string | undefined, options: BindOptions) => {
      if ((name === undefined) === (options.all === undefined))
        throw misuse(
          name === undefined ? 'Nothing says what to bind.' : 'A config and --all cannot both be given.',
          'Write "runlayer hub bind <config>", or "runlayer hub bind --all" for all connectors.',
        );
      const input = {
        config: name ?? null,
        secrets: readSecrets(options.secret),
        ...(options.client === undefined ? {} : { client: readLabel(options.client) }),
      };
      // Nobody should be asked about what is not there.
      if (name !== undefined) await io.call('hub.configs.get', { name });
      const { binding, token, url } = await callAsking(
        io,
        { name: 'hub.bind', input },
        `Let whoever holds the new token use ${name === undefined ? 'all connectors' : `"${name}"`}?`,
        options.yes === true,
      );
      if (options.json === true) {
        io.out(json({ binding, token, url }));
        return;
      }
      io.out(`Bound ${bindingLabel(binding)}.\n${tokenText(binding, token, url)}`);
      if (binding.problem !== '') io.out(`\n${hang('! ', binding.problem)}`);
      for (const note of stayNote(await io.call('hub.endpoint', {}))) io.out(`\n${note}`);
    });

  hub
    .command('binds')
    .description('all bindings, when each was used, and whether it works')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const all = await io.call('hub.binds', {});
      if (options.json === true) io.out(json(all));
      else if (all.length === 0) io.out('No bindings. Make one:\n  runlayer hub bind <config>\n');
      else io.out(bindingTable(all));
    });

  hub
    .command('rotate <binding>')
    .description('a new token for a binding; the old one is dead at once')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (id: string, options: { yes?: true; json?: true }) => {
      const before = await find(id);
      const { tokens, url } = await callAsking(
        io,
        { name: 'hub.rotate', input: { bindings: [id] } },
        `Make a new token for ${bindingLabel(before)}? The old one is dead at once.`,
        options.yes === true,
      );
      for (const { binding, token } of tokens)
        io.out(options.json === true ? json({ binding, token, url }) : tokenText(binding, token, url));
    });

  hub
    .command('revoke <binding>')
    .description('end a binding: its token is dead, its sessions end')
    .addOption(jsonOption())
    .action(async (id: string, options: { json?: true }) => {
      await io.call('hub.revoke', { binding: id });
      io.out(options.json === true ? json({ revoked: id }) : `Revoked ${id}.\n`);
    });

  hub
    .command('env')
    .description('the address and the tokens you have, for a shell: eval "$(runlayer hub env)"')
    .option('--rotate', 'make and export a new token for every binding; old ones die')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (options: { rotate?: true; yes?: true; json?: true }) => {
      const bindings = await io.call('hub.binds', {});
      if (options.rotate !== true || bindings.length === 0) {
        const url = await endpointUrl();
        if (options.json === true)
          io.out(json({ url, bindings: bindings.map(({ id, variable }) => ({ id, variable })) }));
        else io.out([urlLine(url), ...bindings.map(keepLine)].join(''));
        return;
      }
      const rotated = await callAsking(
        io,
        { name: 'hub.rotate', input: { bindings: bindings.map(({ id }) => id) } },
        `Make new tokens for all ${bindings.length} bindings? The old ones are dead at once.`,
        options.yes === true,
      );
      if (options.json === true) io.out(json(rotated));
      else
        io.out(
          [urlLine(rotated.url), ...rotated.tokens.map(({ binding, token }) => tokenLine(binding, token))].join(''),
        );
    });

  hub
    .command('snippet <binding>')
    .description('what registers a binding with a client; names the variable, never the token')
    .addOption(
      new Option('--client <id>', `which client: ${SNIPPET_CLIENTS.join(', ')}`)
        .argParser(readClient)
        .makeOptionMandatory(),
    )
    .addOption(jsonOption())
    .action(async (id: string, options: { client: ClientId; json?: true }) => {
      const snippet = snippetFor(options.client, await find(id), await endpointUrl());
      if (options.json === true) {
        io.out(json({ client: options.client, ...snippet }));
        return;
      }
      // Only what is to be copied goes to stdout.
      if (snippet.file !== undefined) io.err(hang('', `This belongs into ${snippet.file}:`));
      io.out(`${snippet.text}\n`);
      io.err(hang('', snippet.note));
      for (const note of stayNote(await io.call('hub.endpoint', {}))) io.err(note);
    });
}
