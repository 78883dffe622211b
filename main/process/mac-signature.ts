/**
 * macOS: whether a running process is the program of a developer whom Apple certified. The system judges the process
 * itself by a requirement, not us by what a file prints about itself: `codesign -d` shows the names of a signature that
 * does not hold, too.
 */
import { runOneShot, type RunOneShot } from './one-shot.ts';

const CODESIGN = '/usr/bin/codesign';

/**
 * Developer ID of one team: Apple's root, Apple's intermediate for Developer ID (…6.2.6), a leaf for applications
 * (…6.1.13) (TN3127, "Inside Code Signing: Requirements").
 */
export function teamRequirement(team: string): string {
  if (!/^[A-Z0-9]{10}$/.test(team)) throw new Error('a team is ten letters and digits');
  return [
    'anchor apple generic',
    'certificate 1[field.1.2.840.113635.100.6.2.6] exists',
    'certificate leaf[field.1.2.840.113635.100.6.1.13] exists',
    `certificate leaf[subject.OU] = "${team}"`,
  ].join(' and ');
}

export interface SignatureText {
  readonly identifier: string | undefined;
  readonly team: string | undefined;
  /** From the leaf to the root. */
  readonly authorities: readonly string[];
}

/** `codesign -d --verbose=4` prints it on stderr. For words only: it proves nothing. */
export function parseSignature(text: string): SignatureText {
  const values = (name: string): string[] =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name}=`))
      .map((line) => line.slice(name.length + 1));
  const [team] = values('TeamIdentifier');
  return {
    identifier: values('Identifier')[0],
    team: team === 'not set' ? undefined : team,
    authorities: values('Authority'),
  };
}

/** Undefined when the process is signed by that team; else why not, one clause about the program. */
export async function notSignedByTeam(
  pid: number,
  team: string,
  run: RunOneShot = runOneShot,
): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return 'is no process that can be looked at';
  // "+" makes a number a process: without it a file of that name would do.
  const verified = await run(CODESIGN, ['--verify', `-R=${teamRequirement(team)}`, `+${pid}`]);
  if (verified.code === 0) return undefined;
  const { authorities } = parseSignature((await run(CODESIGN, ['-d', '--verbose=4', `+${pid}`])).err);
  const [signer] = authorities;
  return signer === undefined ? 'is not signed' : `is signed by "${signer}", or its signature does not hold`;
}
