/** A look at another machine tells it who is signed in here, and nobody has agreed to anything yet. */
import { homedir } from 'node:os';
import nodePath from 'node:path';
import { CompanionError } from '../../preload/contract/index.ts';
import { localPaths, type LocalPaths } from '../host/local-path.ts';

export type Local = LocalPaths['local'];

export const localHere = (): Local => localPaths(nodePath, [homedir()]).local;

/**
 * The paths as those of this machine. Throws `E_NOT_LOCAL` where one leads to another machine or to a device; asks nobody.
 * `what`: what they are, at the beginning of a sentence.
 */
export function keptHere(what: string, paths: readonly string[], local: Local): string[] {
  try {
    return paths.map(local);
  } catch {
    throw new CompanionError(
      'E_NOT_LOCAL',
      `${what} is named as one of another machine, or as a device.`,
      'Connect the share to a drive letter, and name it with that. Nothing was stored.',
      { exitCode: 2 },
    );
  }
}
