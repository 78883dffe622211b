/** The file that client entries start: is it there, can only its owner change it, and does it start this very program. */
import { lstatSync, readFileSync, type Stats } from 'node:fs';
import { launcherText } from '../../../clients/launcher.ts';
import { note, ok, problem, type Finding } from './finding.ts';

const AGAIN = 'Run "runlayer setup install --client cursor --connector <name>" again.';
const CHECK = 'launcher';
const MAX_BYTES = 16 * 1024;

export interface StartedProgram {
  readonly nodePath: string;
  readonly scriptPath: string;
}

/** On Windows the launcher is a program that comes with the app; only that it is there is looked at. */
export function checkLauncher(path: string, program: StartedProgram, platform = process.platform): Finding {
  let stat: Stats;
  try {
    stat = lstatSync(path);
  } catch {
    return note(
      CHECK,
      'No client was connected yet.',
      'Connect one with "runlayer setup install --client cursor --connector <name>".',
    );
  }
  if (platform === 'win32') return ok(CHECK, path);
  if (!stat.isFile()) return problem(CHECK, `${path} is no file.`, `Move it away. ${AGAIN}`);
  if ((stat.mode & 0o022) !== 0)
    return problem(
      CHECK,
      `Other users can change ${path}, which runs as you in every client.`,
      `Look at what is in it, then close it with "chmod 755 ${path}".`,
    );
  if ((stat.mode & 0o100) === 0) return problem(CHECK, `${path} cannot be executed.`, AGAIN);
  let text = '';
  try {
    if (stat.size <= MAX_BYTES) text = readFileSync(path, 'utf8');
  } catch {
    return problem(CHECK, `${path} cannot be read.`, AGAIN);
  }
  return text === launcherText(program.nodePath, program.scriptPath)
    ? ok(CHECK, path)
    : note(
        CHECK,
        `${path} starts another copy of the companion than this one, or was changed.`,
        `Should clients start this one: ${AGAIN}`,
      );
}
