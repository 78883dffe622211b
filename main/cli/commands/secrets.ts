import type { Command } from 'commander';
import { CompanionError, type KeychainState } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { jsonOption } from './option-values.ts';
import { hang, json, table } from './render.ts';

/** As the operation list has it; looked at here so that nobody types a passphrase twice for nothing. */
const MIN_PASSPHRASE = 8;

/** From the terminal without echo, else from stdin; never from argv, where every process of the machine can read it. */
async function readSecret(io: CommandIo, prompt: string): Promise<string> {
  const value = io.tty ? await io.ask(prompt, true) : (await io.input()).replace(/\r?\n$/, '');
  if (value === undefined || value === '') {
    throw new CompanionError(
      'E_SECRET_VALUE',
      'No value was given.',
      'Type it at the prompt, or send it on standard input.',
      { exitCode: 2 },
    );
  }
  return value;
}

function badPassphrase(message: string, next: string): CompanionError {
  return new CompanionError('E_PASSPHRASE', message, next, { exitCode: 2 });
}

export function addSecretCommands(program: Command, io: CommandIo): void {
  const secrets = program
    .command('secrets')
    .description('values that servers get from the keychain; they go in and never come out');
  const printState = (state: KeychainState, options: { json?: true }): void =>
    io.out(options.json === true ? json(state) : hang('', state.detail));

  secrets
    .command('set <name>')
    .description('store a value, asked at the prompt or read from standard input')
    .addOption(jsonOption())
    .action(async (name: string, options: { json?: true }) => {
      const value = await readSecret(io, 'Value (not shown): ');
      const view = await io.call('secrets.set', { name, value });
      if (options.json === true) {
        io.out(json(view));
        return;
      }
      io.out(`Stored "${view.name}" in ${view.backend}. Use it with --secret NAME=keychain:${view.name}\n`);
      if (!view.redactable)
        io.out('It is too short or too plain to be recognised in output: it cannot be redacted\nthere.\n');
    });

  secrets
    .command('list')
    .description('names, where each is kept and who uses it')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const all = await io.call('secrets.list', {});
      if (options.json === true) io.out(json(all));
      else if (all.length === 0) io.out('No secrets. Store one with "runlayer secrets set <name>".\n');
      else
        io.out(
          table(
            ['NAME', 'KEPT IN', 'REDACTABLE', 'USED BY'],
            all.map((view) => [view.name, view.backend, view.redactable ? 'yes' : 'no', view.usedBy.join(', ') || '-']),
          ),
        );
    });

  secrets
    .command('remove <name>')
    .description('delete a value from where it is kept')
    .addOption(jsonOption())
    .action(async (name: string, options: { json?: true }) => {
      await io.call('secrets.remove', { name });
      io.out(options.json === true ? json({ removed: name }) : `Removed "${name}".\n`);
    });

  secrets
    .command('unlock')
    .description('open the passphrase vault, where you chose one')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const passphrase = await readSecret(io, 'Passphrase (not shown): ');
      printState(await io.call('secrets.unlock', { passphrase }), options);
    });

  const vault = secrets
    .command('vault')
    .description('an encrypted file instead of the keychain, only if you ask for it');
  vault
    .command('create')
    .description('keep new secrets in a file that a passphrase opens')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const passphrase = await readSecret(io, `New passphrase, at least ${MIN_PASSPHRASE} characters (not shown): `);
      if (passphrase.length < MIN_PASSPHRASE)
        throw badPassphrase(
          'That passphrase is too short; nothing was made.',
          `Take at least ${MIN_PASSPHRASE} characters.`,
        );
      if (io.tty && (await readSecret(io, 'Once more: ')) !== passphrase)
        throw badPassphrase('The two were not the same; nothing was made.', 'Try again.');
      printState(await io.call('secrets.createVault', { passphrase }), options);
    });
}
