/** `login`, `logout` and `tenant list`: who is signed in to which tenant. A key goes in and never comes out. */
import { Option, type Command } from 'commander';
import { CompanionError, type TenantSignIn, type TenantView } from '../../../preload/contract/index.ts';
import { readHost } from '../../backend/tenant-host.ts';
import type { CommandIo } from '../command-io.ts';
import { CommandEnd } from '../command-end.ts';
import { callAsking } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { hang, json, shown, table } from './render.ts';

interface LoginOptions {
  readonly host?: string;
  readonly secret?: string;
  readonly yes?: true;
  readonly json?: true;
}

const EXIT_INTERRUPTED = 130;
const KEY_VARIABLE = 'RUNLAYER_API_KEY';
const HOST_VARIABLE = 'RUNLAYER_BASE_URL';

const hostOption = (): Option => new Option('--host <host>', 'which tenant, such as https://acme.runlayer.com');

/** A key that is at hand, or undefined: then a person approves in a browser. */
async function givenKey(io: CommandIo, secret: string | undefined): Promise<string | undefined> {
  if (secret === undefined) {
    const key = io.env[KEY_VARIABLE];
    return key === undefined || key === '' ? undefined : key;
  }
  if (secret !== '-') {
    io.err(
      hang(
        '',
        'Other programs on this machine can read a key that stands on a command line: give "--secret -" and send it on standard input.',
      ),
    );
    return secret;
  }
  const key = (io.tty ? await io.ask('Key (not shown): ', true) : await io.input())?.trim();
  if (key === undefined || key === '')
    throw new CompanionError('E_USAGE', 'No key was given.', 'Type it at the prompt, or send it on standard input.', {
      exitCode: 2,
    });
  return key;
}

/** As it was typed; the variable counts only together with the key beside it. */
function givenHost(io: CommandIo, host: string | undefined, usesEnvironment: boolean): { host?: string } {
  const text = host ?? (usesEnvironment ? io.env[HOST_VARIABLE] : undefined);
  return text === undefined || text === '' ? {} : { host: readHost(text) };
}

function signInText({ host, userCode, verificationUri, verificationUriComplete, expiresAt }: TenantSignIn): string {
  const until = `until ${expiresAt.slice(11, 16)} UTC`;
  const page = verificationUriComplete === '' ? verificationUri : verificationUriComplete;
  const lines = [`Signing in to ${shown(host)}.\n`];
  if (verificationUriComplete === '')
    lines.push(
      hang('! ', `The page below is not on ${host}. Open it only if you know that your organisation signs in there.`),
    );
  lines.push(
    `Open this page in a browser, on whatever machine, ${until}:\n\n  ${shown(page)}\n\n`,
    hang('', 'Approve it there only if it shows this code:'),
    `\n  ${shown(userCode)}\n\n`,
  );
  return lines.join('');
}

const credentialText: Readonly<Record<TenantView['credential'], string>> = {
  ok: 'stored',
  missing: 'MISSING',
  environment: 'environment',
};

function signedInText(view: TenantView): string {
  const who = view.account === undefined ? '' : ` as ${shown(view.account)}`;
  return `You are signed in to ${shown(view.host)}${who}.\n`;
}

const anewQuestion = ({ host }: { host?: string }): string =>
  `Somebody signed in to ${host ?? 'your default tenant'} before. Whoever signs in now takes that place, and their policy decides. Sign in anew?`;

async function withBrowser(io: CommandIo, host: { host?: string }, options: LoginOptions): Promise<TenantView> {
  const operation = { name: 'tenant.signIn', input: host } as const;
  const begun = await callAsking(io, operation, anewQuestion(host), options.yes === true);
  // With --json stdout is for the one document at the end.
  (options.json === true ? io.err : io.out)(signInText(begun));
  const left = io.gone.then(() => undefined);
  const result = await Promise.race([io.call('tenant.signInResult', { id: begun.id }), left]);
  if (result !== undefined) return result;
  // Nobody waits any more: a code that is approved later must not sign anybody in.
  await io.call('tenant.signInCancel', { id: begun.id });
  throw new CommandEnd(EXIT_INTERRUPTED);
}

/** Returns the group `tenant`, for whoever has more to add to it. */
export function addTenantCommands(program: Command, io: CommandIo): Command {
  program
    .command('login')
    .description('sign in to a Runlayer tenant; prints a link and a code, and waits')
    .addOption(hostOption())
    .option(
      '--secret <key>',
      `a key instead of a browser; "-" asks for it or reads standard input (or ${KEY_VARIABLE})`,
    )
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (options: LoginOptions) => {
      const key = await givenKey(io, options.secret);
      const host = givenHost(io, options.host, key !== undefined && options.secret === undefined);
      const view =
        key === undefined
          ? await withBrowser(io, host, options)
          : await callAsking(
              io,
              { name: 'tenant.useKey', input: { ...host, key } },
              anewQuestion(host),
              options.yes === true,
            );
      io.out(options.json === true ? json(view) : signedInText(view));
    });

  program
    .command('logout')
    .description('forget the key of a tenant; its connectors are refused from then on')
    .addOption(hostOption())
    .addOption(jsonOption())
    .action(async (options: { readonly host?: string; readonly json?: true }) => {
      const { host } = await io.call('tenant.signOut', givenHost(io, options.host, false));
      io.out(
        options.json === true
          ? json({ host, signedOut: true })
          : hang('', `You are signed out of ${host} here. To end the key everywhere, revoke it in the dashboard.`),
      );
    });

  const tenant = program.command('tenant').description('Runlayer tenants that you are signed in to');
  tenant
    .command('list')
    .description('which, as whom, and whether each could be asked the last time')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const all = await io.call('tenant.list', {});
      if (options.json === true) {
        io.out(json(all));
        return;
      }
      if (all.length === 0) {
        io.out('Nobody is signed in. Sign in with "runlayer login --host <host>".\n');
        return;
      }
      io.out(
        table(
          ['HOST', 'STATE', 'KEY', 'DEFAULT', 'ACCOUNT'],
          all.map((view) => [
            view.host,
            view.state,
            credentialText[view.credential],
            view.isDefault ? 'yes' : 'no',
            view.account ?? '-',
          ]),
        ),
      );
      for (const view of all) if (view.problem !== '') io.out(`\n${hang(`${view.host}: `, view.problem)}`);
    });
  return tenant;
}
