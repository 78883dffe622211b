/** `audit verify`: reads the journal's files itself, whether a companion runs or not, and says what it found in plain words. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompanionError } from '../../../preload/contract/failure.ts';
import { verifyDirectory } from '../../audit/disk/verify-directory.ts';
import { readTrust } from '../../audit/keychain/kept-trust.ts';
import type { VerifyTrust } from '../../audit/trust.ts';
import type { VerifyReport } from '../../audit/verify.ts';
import { createFileVault } from '../../secrets/file-vault.ts';
import { readOrCreateInstallId } from '../../secrets/install-id.ts';
import { createKeychain } from '../../secrets/keychain.ts';
import { LiveSecrets } from '../../secrets/live-secrets.ts';
import { createSecretVault } from '../../secrets/vault.ts';
import type { Settings } from '../../settings/schema.ts';
import { unseal } from '../../settings/seal.ts';
import { CommandEnd } from '../command-end.ts';
import type { CommandIo } from '../command-io.ts';
import { hang, json, shown } from '../commands/render.ts';

const count = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`;

/** What the keychain says, or why it was not asked; nothing is made or changed for it. */
type Known = { readonly trust: VerifyTrust } | { readonly trust?: never; readonly why: string };

export async function verifyAudit(io: CommandIo, home: string, asJson: boolean): Promise<void> {
  // Before the files: they only grow, and must not seem to end before what is known of them.
  const known = await readKnown(home);
  const report = await verifyDirectory(join(home, 'audit'), known.trust);
  if (asJson) io.out(json(report));
  else io.out(verifyText(report, known.trust === undefined ? known.why : ''));
  if (!report.ok) throw new CommandEnd(1);
}

export function verifyText(report: VerifyReport, why: string): string {
  const problems = report.problems.map(
    ({ file, line, code, text }) => `${shown(file === '' ? 'journal' : file)}:${line}  ${code}  ${shown(text)}\n`,
  );
  const extent = `${count(report.records, 'record')} in ${count(report.chains.length, 'chain')}`;
  return [
    ...problems,
    `${report.ok ? 'The audit trail is whole' : count(report.problems.length, 'problem')}: ${extent}.\n`,
    hang('', report.note),
    why === '' || report.signed ? '' : hang('', why),
    report.ok ? '' : 'Keep the files as they are and find out who could write to them.\n',
  ].join('');
}

async function readKnown(home: string): Promise<Known> {
  const settings = readSettings(home);
  if (settings === undefined || !existsSync(join(home, 'install-id')))
    return { why: 'No companion has signed anything here yet.' };
  const installId = await readOrCreateInstallId(home, refuseToChange);
  const keychain = createKeychain({ installId });
  // A keychain call that waits for a prompt would hold the process open for ever.
  process.once('exit', () => {
    if (keychain.hasPendingCall()) process.kill(process.pid, 'SIGKILL');
  });
  const vault = createSecretVault({
    installId,
    index: { read: () => settings.secrets, write: refuseToChange },
    keychain,
    file: createFileVault(home),
    live: new LiveSecrets(),
    clock: () => new Date(),
  });
  try {
    const trust = await readTrust(vault);
    return trust === undefined ? { why: 'The keychain holds no key of this audit trail.' } : { trust };
  } catch (error) {
    if (!(error instanceof CompanionError)) throw error;
    return { why: `The key of this audit trail could not be read. ${error.message} ${error.next}` };
  }
}

function readSettings(home: string): Settings | undefined {
  try {
    const read = unseal(readFileSync(join(home, 'settings.json'), 'utf8'));
    return read.kind === 'newer' ? undefined : read.settings;
  } catch {
    return undefined;
  }
}

function refuseToChange(): never {
  throw new Error('verifying changes nothing');
}
