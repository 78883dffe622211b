/** `audit verify`: reads the journal's files itself, whether a companion runs or not, and says what it found in plain words. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompanionError } from '../../../preload/contract/failure.ts';
import { verifyDirectory } from '../../audit/disk/verify-directory.ts';
import { readTrust } from '../../audit/keychain/kept-trust.ts';
import type { VerifyTrust } from '../../audit/trust.ts';
import { holdsUnknownKey, type VerifyReport } from '../../audit/verify.ts';
import { createFileVault } from '../../secrets/file-vault.ts';
import { readOrCreateInstallId } from '../../secrets/install-id.ts';
import { createKeychain, type Keychain } from '../../secrets/keychain.ts';
import { LiveSecrets } from '../../secrets/live-secrets.ts';
import { createSecretVault } from '../../secrets/vault.ts';
import type { SecretEntry } from '../../../preload/contract/secret.ts';
import type { Settings } from '../../settings/schema.ts';
import { unseal } from '../../settings/seal.ts';
import { CommandEnd } from '../command-end.ts';
import type { CommandIo } from '../command-io.ts';
import { hang, json, shown } from '../commands/render.ts';

const count = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`;

/** What the keychain says, none where it could not be asked; and why there is no key. Nothing is made or changed for it. */
interface Known {
  readonly trust: VerifyTrust | undefined;
  readonly why: string;
}

/** The keychain was asked, and knows nothing. A signature in the files is then nobody's. */
const NOTHING: VerifyTrust = { keys: [], heads: [] };

export async function verifyAudit(
  io: CommandIo,
  home: string,
  asJson: boolean,
  openKeychain: (installId: string) => Keychain = (installId) => createKeychain({ installId }),
): Promise<void> {
  // Before the files: they only grow, and must not seem to end before what is known of them.
  let known = await readKnown(home, openKeychain);
  let report = await verifyDirectory(join(home, 'audit'), known.trust);
  if (holdsUnknownKey(report)) {
    known = await readKnown(home, openKeychain);
    report = await verifyDirectory(join(home, 'audit'), known.trust);
  }
  if (asJson) io.out(json(report));
  else io.out(verifyText(report, known.why));
  if (!report.ok) throw new CommandEnd(1);
}

export function verifyText(report: VerifyReport, why: string): string {
  const problems = report.problems.map(
    ({ file, line, code, text }) => `${shown(file === '' ? 'journal' : file)}:${line}  ${code}  ${shown(text)}\n`,
  );
  const extent = `${count(report.records, 'record')} in ${count(report.chains.length, 'chain')}`;
  return [
    ...problems,
    `${headline(report)}: ${extent}.\n`,
    hang('', report.note),
    why === '' || report.signed ? '' : hang('', why),
    report.ok ? '' : 'Keep the files as they are and find out who could write to them.\n',
  ].join('');
}

function headline({ ok, problems, unchecked }: VerifyReport): string {
  if (!ok) return count(problems.length, 'problem');
  return unchecked === 0
    ? 'The audit trail is whole'
    : `Nothing is broken in the audit trail, but ${unchecked === 1 ? 'its signature was' : `its ${unchecked} signatures were`} not checked`;
}

/** The keychain alone is believed: settings that are lost, or do not name its items, change nothing. */
async function readKnown(home: string, openKeychain: (installId: string) => Keychain): Promise<Known> {
  if (!existsSync(join(home, 'install-id')))
    return { trust: NOTHING, why: 'This home has no install id, so no key of it can be looked up in the keychain.' };
  const installId = await readOrCreateInstallId(home, refuseToChange);
  const keychain = openKeychain(installId);
  // In memory alone: where the settings are wrong about a place, they stay as they are.
  let entries: readonly SecretEntry[] = readSettings(home)?.secrets ?? [];
  // A keychain call that waits for a prompt would hold the process open for ever.
  process.once('exit', () => {
    if (keychain.hasPendingCall()) process.kill(process.pid, 'SIGKILL');
  });
  const vault = createSecretVault({
    installId,
    index: {
      read: () => entries,
      write: (next) => {
        entries = next;
      },
    },
    keychain,
    file: createFileVault(home),
    live: new LiveSecrets(),
    clock: () => new Date(),
  });
  try {
    const trust = await readTrust(vault);
    return trust === undefined
      ? { trust: NOTHING, why: 'The keychain holds no key of this audit trail.' }
      : { trust, why: '' };
  } catch (error) {
    if (!(error instanceof CompanionError)) throw error;
    return { trust: undefined, why: `The key of this audit trail could not be read. ${error.message} ${error.next}` };
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
