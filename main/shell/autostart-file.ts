/** The XDG way to start at login: a file in `autostart`. On: the file as we write it; off: no file. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { CompanionError } from '../../preload/contract/failure.ts';

const NAME = 'com.runlayer.companion.desktop';

/** @returns one argument as the desktop entry specification quotes it: for the command first, then for the file's own strings. */
function quoted(argument: string): string {
  const inCommand = argument.replaceAll(/["`$\\]/g, '\\$&').replaceAll('%', '%%');
  return `"${inCommand}"`.replaceAll('\\', '\\\\');
}

/** Undefined where the path cannot be written in one line: then nothing is written. */
export function autostartText(program: string, args: readonly string[]): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (!isAbsolute(program) || /[\u0000-\u001f\u007f]/.test(program)) return undefined;
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Runlayer Companion',
    `Exec=${[program, ...args].map(quoted).join(' ')}`,
    'Terminal=false',
    '',
  ].join('\n');
}

export function createAutostartFile(options: {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly configHome: string | undefined;
  readonly userHome: string;
}): { get(): Promise<boolean>; set(on: boolean): Promise<void> } {
  const { configHome } = options;
  // The specification: what is no absolute path does not count.
  const base = configHome !== undefined && isAbsolute(configHome) ? configHome : join(options.userHome, '.config');
  const path = join(base, 'autostart', NAME);
  const text = autostartText(options.program, options.arguments);
  const failed = (cause?: unknown): CompanionError =>
    new CompanionError('E_LOGIN_ITEM', `${path} cannot be written.`, 'Correct its rights, then choose again.', {
      cause,
    });
  return {
    async get() {
      const found = await readFile(path, 'utf8').catch(() => undefined);
      return found !== undefined && found === text;
    },
    async set(on) {
      if (on && text === undefined) throw failed();
      try {
        if (on && text !== undefined) {
          await mkdir(dirname(path), { recursive: true });
          await writeFileAtomic(path, text, { mode: 0o644 });
        } else {
          await rm(path, { force: true });
        }
      } catch (cause) {
        throw failed(cause);
      }
    },
  };
}
