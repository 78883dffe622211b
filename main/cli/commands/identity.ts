/** `identity verify`: for whoever runs a server that is told who calls, to see whether a token is what it seems. */
import type { Command } from 'commander';
import { CompanionError } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { jsonOption } from './option-values.ts';
import { hang, json } from './render.ts';

interface VerifyOptions {
  readonly server: string;
  readonly jwks: string;
  readonly issuer?: string;
  readonly json?: true;
}

async function readToken(io: CommandIo, given: string): Promise<string> {
  const token = (given === '-' ? await io.input() : given).trim();
  if (token === '')
    throw new CompanionError('E_USAGE', 'No token was given.', 'Give "-" and send the token on standard input.', {
      exitCode: 2,
    });
  if (given !== '-' && io.tty)
    io.err(
      hang('', 'The token may stand in your shell\'s history now: send it on standard input and give "-" instead.'),
    );
  return token;
}

const shownClaim = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

export function addIdentityCommands(program: Command, io: CommandIo): void {
  const identity = program.command('identity').description('who a tenant says is calling a server');
  identity
    .command('verify')
    .usage('[options] - (or <token>)')
    .description('check an identity token for one server; "-" reads it from standard input')
    .argument('<token>', '"-": from standard input, where no history keeps it; or the token itself')
    .requiredOption('--server <id>', 'the server that it must be for')
    .requiredOption('--jwks <url>', 'where the tenant publishes its keys')
    .option('--issuer <url>', 'the tenant that it must be from')
    .addOption(jsonOption())
    .action(async (given: string, options: VerifyOptions) => {
      const token = await readToken(io, given);
      const { kid, claims } = await io.call('identity.verify', {
        token,
        serverId: options.server,
        jwksUrl: options.jwks,
        ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
      });
      if (options.json === true) {
        io.out(json({ valid: true, kid, claims }));
        return;
      }
      io.out(`The token is genuine, and for server "${options.server}".\n`);
      for (const [name, value] of Object.entries(claims)) io.out(hang(`  ${name}: `, shownClaim(value)));
    });
}
