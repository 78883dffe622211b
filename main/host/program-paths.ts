/** Where this program's own files are, told from the script that was started. */
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface ProgramPaths {
  /** The Node that runs us; what a launcher starts. */
  readonly nodePath: string;
  /** `out/cli/runlayer.js`, links resolved: npm's bin folder holds only a link to it. */
  readonly scriptPath: string;
  readonly interfaceDirectory: string;
}

export function programPaths(): ProgramPaths {
  const script = process.argv[1];
  if (script === undefined) throw new Error('this program was started without a script');
  const scriptPath = realpathSync(script);
  return { nodePath: process.execPath, scriptPath, interfaceDirectory: join(dirname(dirname(scriptPath)), 'renderer') };
}
