/** Whether the program that listens is the application's. A doubt, a missing proof or an unknown system is a "no" with its reason. */
import { homedir } from 'node:os';
import type { Listener, ListeningProgram } from '../../process/listener.ts';
import { notSignedByTeam } from '../../process/mac-signature.ts';
import { displayText } from '../display.ts';
import { isWritableByOthers } from '../writable-by-others.ts';
import type { Application } from './applications.ts';
import { isNamed } from './certificate-name.ts';

/** Undefined: it is the application. Else why not, one clause about the program that listens. */
export type Recognise = (listener: Listener, application: Application) => Promise<string | undefined>;

export interface RecogniseParts {
  readonly platform: NodeJS.Platform;
  /** This user's; undefined where there are none. */
  readonly uid: number | undefined;
  readonly home: string;
  readonly notSignedByTeam: (pid: number, team: string) => Promise<string | undefined>;
  readonly isWritableByOthers: (realPath: string) => Promise<boolean>;
}

const HERE: RecogniseParts = {
  platform: process.platform,
  uid: process.getuid?.(),
  home: homedir(),
  notSignedByTeam,
  isWritableByOthers,
};

type Known = Extract<ListeningProgram, { kind: 'known' }>;

export function createRecognise(parts: RecogniseParts = HERE): Recognise {
  return async ({ uid, program }, { proof, title }) => {
    if (program.kind === 'unknown') return displayText(program.reason);
    // An application of the person runs as the person. Where the system names no owner, its signature alone must do.
    if (uid !== parts.uid && parts.platform !== 'win32') return `${named(program)}, which runs as another user`;
    const { platform } = parts;
    if (platform === 'darwin' && proof.macTeam !== undefined) {
      const reason = await parts.notSignedByTeam(program.pid, proof.macTeam);
      return reason === undefined ? undefined : `${named(program)}, which ${displayText(reason)}`;
    }
    if (platform === 'win32' && proof.windowsSigner !== undefined) return onWindows(program, proof.windowsSigner);
    if (platform === 'linux' && proof.linuxExecutables !== undefined)
      return await onLinux(program, proof.linuxExecutables, parts);
    return `${named(program)}; how ${title} is recognised on this system is not known`;
  };
}

function named({ executable, pid }: Known): string {
  return `is ${displayText(executable).slice(0, 300)} (process ${pid})`;
}

function onWindows(program: Known, signer: string): string | undefined {
  const { signature } = program;
  if (signature?.isValid !== true) return `${named(program)}, which has no valid signature`;
  if (isNamed(signature.subject, signer)) return undefined;
  return `${named(program)}, which is signed by ${displayText(signature.subject).slice(0, 200)}`;
}

async function onLinux(
  program: Known,
  executables: readonly string[],
  { home, isWritableByOthers }: RecogniseParts,
): Promise<string | undefined> {
  if (!executables.some((pattern) => isAt(program.executable, pattern.replace(/^~(?=\/)/, home))))
    return named(program);
  return (await isWritableByOthers(program.executable))
    ? `${named(program)}, which another user could have changed`
    : undefined;
}

/** Segment by segment: `*` is one, whatever it is called. */
function isAt(path: string, pattern: string): boolean {
  const given = path.split('/');
  const wanted = pattern.split('/');
  return given.length === wanted.length && wanted.every((word, at) => word === '*' || word === given[at]);
}
