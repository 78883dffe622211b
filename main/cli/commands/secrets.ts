import type { Command } from 'commander';
import { CompanionError } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { json, table } from './render.ts';

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

export function addSecretCommands(program: Command, io: CommandIo): void {
  const secrets = program
    .command('secrets')
    .description('values that servers get from the keychain; they go in and never come out');

  secrets
    .command('set <name>')
    .description('store a value, asked at the prompt or read from standard input')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: { json?: true }) => {
      const value = await readSecret(io, `Value of "${name}" (not shown): `);
      const view = await io.call('secrets.set', { name, value });
      if (options.json === true) {
        io.out(json(view));
        return;
      }
      io.out(`Stored "${view.name}" in ${view.backend}. Use it with --secret NAME=keychain:${view.name}\n`);
      if (!view.redactable)
        io.out('It is too short or too plain to be recognised in output: it cannot be redacted there.\n');
    });

  secrets
    .command('list')
    .description('names, where each is kept and who uses it')
    .option('--json', 'print one JSON document')
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
    .action(async (name: string) => {
      await io.call('secrets.remove', { name });
      io.out(`Removed "${name}".\n`);
    });

  secrets
    .command('unlock')
    .description('open the passphrase vault, where you chose one')
    .action(async () => {
      const state = await io.call('secrets.unlock', { passphrase: await readSecret(io, 'Passphrase (not shown): ') });
      io.out(`${state.detail}\n`);
    });

  const vault = secrets
    .command('vault')
    .description('an encrypted file instead of the keychain, only if you ask for it');
  vault
    .command('create')
    .description('keep new secrets in a file that a passphrase opens')
    .action(async () => {
      const passphrase = await readSecret(io, 'New passphrase, at least 8 characters (not shown): ');
      if (io.tty && (await readSecret(io, 'Once more: ')) !== passphrase) {
        throw new CompanionError('E_PASSPHRASE', 'The two were not the same; nothing was made.', 'Try again.', {
          exitCode: 2,
        });
      }
      const state = await io.call('secrets.createVault', { passphrase });
      io.out(`${state.detail}\n`);
    });
}
