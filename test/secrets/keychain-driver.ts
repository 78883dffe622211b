/*
 * Runs in a process of its own, because the libraries read the D-Bus address once per process. Takes one JSON command on the
 * command line and prints one JSON answer. The last step kills the process: a native call that still waits for a prompt would
 * keep it from ending.
 */
import { createKeychain } from '../../main/secrets/keychain.ts';
import { createFileVault } from '../../main/secrets/file-vault.ts';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { createSecretVault } from '../../main/secrets/vault.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import type { SecretEntry } from '../../preload/contract/secret.ts';

interface Command {
  /** Folder of the passphrase vault. */
  home: string;
  /** Libraries that are made to look absent. */
  without?: ('keytar' | 'keyring')[];
  entries?: SecretEntry[];
  steps: (
    | ['set', string, string]
    | ['resolve', string]
    | ['remove', string]
    | ['state']
    | ['again']
    | ['pending']
    | ['timing', string]
  )[];
}

const command: Command = JSON.parse(process.argv[2] ?? '');
let entries: readonly SecretEntry[] = command.entries ?? [];
const absent = (): Promise<never> => Promise.reject(new Error('made absent for the test'));
const vault = createSecretVault({
  installId: 'test-install',
  index: { read: () => entries, write: (next) => void (entries = next) },
  keychain: createKeychain({
    installId: 'test-install',
    ...(command.without?.includes('keytar') && { loadKeytar: absent }),
    ...(command.without?.includes('keyring') && { loadKeyring: absent }),
  }),
  file: createFileVault(command.home),
  live: new LiveSecrets(),
  clock: () => new Date(0),
});

async function run(step: Command['steps'][number]): Promise<unknown> {
  switch (step[0]) {
    case 'set':
      return vault.set(step[1], step[2]);
    case 'resolve':
      return vault.resolve(step[1]);
    case 'remove':
      return vault.remove(step[1]).then(() => 'removed');
    case 'state':
      return vault.state();
    case 'again':
      return vault.state({ again: true });
    case 'pending':
      return vault.hasPendingCall();
    case 'timing': {
      const started = performance.now();
      await vault.resolve(step[1]).catch(() => undefined);
      return Math.round(performance.now() - started);
    }
  }
}

const answers: unknown[] = [];
for (const step of command.steps) {
  try {
    answers.push(await run(step));
  } catch (error) {
    answers.push(error instanceof CompanionError ? { ...error.toFailure(), exitCode: error.exitCode } : String(error));
  }
}
process.stdout.write(`${JSON.stringify({ answers, entries })}\n`, () => {
  process.kill(process.pid, 'SIGKILL');
});
