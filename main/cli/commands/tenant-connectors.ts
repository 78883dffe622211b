/** `connectors accept` and `tenant servers`: what a tenant offers, and a person's yes to one of it. */
import { Option, type Command } from 'commander';
import {
  CompanionError,
  ConnectorName,
  DefaultMode,
  TenantAlias,
  TenantServerId,
  type ConsentRequest,
} from '../../../preload/contract/index.ts';
import { readHost } from '../../backend/tenant-host.ts';
import type { CommandIo } from '../command-io.ts';
import { confirm } from './confirm.ts';
import { consentText } from './connector-text.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { hang, json, table } from './render.ts';

const hostOption = (): Option =>
  new Option('-H, --host <host>', 'the tenant, where it is not your default one').argParser(readHost);

interface AcceptOptions {
  readonly host?: string;
  readonly name?: string;
  readonly default?: DefaultMode;
  readonly yes?: true;
  readonly json?: true;
}

function targetOf(text: string): string {
  const id = TenantServerId.safeParse(text.toLowerCase());
  if (id.success) return id.data;
  if (TenantAlias.safeParse(text).success) return text;
  throw new CompanionError(
    'E_INPUT',
    'This is neither the id of a connector nor an alias.',
    'See what there is with "runlayer tenant servers".',
    { exitCode: 2 },
  );
}

/** What is accepted again keeps the default that it has here. */
async function keptDefault(io: CommandIo, { target }: ConsentRequest): Promise<DefaultMode | undefined> {
  if (target.kind !== 'tenant') return undefined;
  const all = await io.call('connectors.list', {});
  const here = all.find(
    (view) => view.target.kind === 'tenant' && view.target.host === target.host && view.target.server === target.server,
  );
  return here?.default;
}

async function accept(io: CommandIo, text: string, options: AcceptOptions): Promise<void> {
  const target = targetOf(text);
  const name = options.name === undefined ? undefined : ConnectorName.parse(options.name);
  const asked = {
    target,
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(name === undefined ? {} : { name }),
  };
  const request = await io.call('tenant.preview', { ...asked, default: options.default ?? 'allow' });
  // The tenant decides about its connectors; what is set here can only be stricter.
  const mode = options.default ?? (await keptDefault(io, request)) ?? 'allow';
  const question = { ...request, default: mode };
  if (options.json !== true) io.out(consentText(question));
  else if (io.tty && options.yes !== true) io.err(consentText(question));
  const isProgram = request.target.kind === 'tenant' && request.target.runs.kind === 'program';
  await confirm(io, isProgram ? 'Let clients start this?' : 'Let clients use this?', options.yes === true);
  const view = await io.callConfirmed('tenant.accept', { ...asked, default: mode, consentHash: request.hash });
  if (options.json === true) io.out(json(view));
  else
    io.out(`Accepted as "${view.name}". A client entry that names it, by this name or by its id, works from now on.\n`);
}

export function addAcceptCommand(connectors: Command, io: CommandIo): void {
  connectors
    .command('accept <id>')
    .description("agree to a tenant's connector as it is now, by its id or alias, after showing exactly what it is")
    .addOption(hostOption())
    .addOption(
      new Option('--name <name>', 'its name here; made from its name at the tenant otherwise').argParser(
        (text: string) => {
          if (ConnectorName.safeParse(text).success) return text;
          throw new CompanionError(
            'E_INPUT',
            'That is not a connector name.',
            'Use 1 to 63 of a-z, 0-9, "-" and "_", starting with a letter or digit.',
            { exitCode: 2 },
          );
        },
      ),
    )
    .addOption(
      new Option('--default <mode>', 'what is set here on top of the tenant: allow leaves it to the tenant').choices(
        DefaultMode.options,
      ),
    )
    .addOption(yesOption())
    .addOption(jsonOption())
    .action((id: string, options: AcceptOptions) => accept(io, id, options));
}

export function addTenantServerCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('servers')
    .description('connectors that a tenant offers you')
    .addOption(hostOption())
    .addOption(jsonOption())
    .action(async (options: { readonly host?: string; readonly json?: true }) => {
      const all = await io.call('tenant.servers', options.host === undefined ? {} : { host: options.host });
      if (options.json === true) {
        io.out(json(all));
        return;
      }
      if (all.length === 0) {
        io.out('This tenant offers you no connectors yet.\n');
        return;
      }
      io.out(
        table(
          ['NAME', 'STATUS', 'HERE', 'ID'],
          all.map(({ name, status, connector, id }) => [name, status, connector ?? '', id]),
        ),
      );
      io.out(`\n${hang('', 'Agree to one with "runlayer connectors accept <id>".')}`);
    });
}
