/** The headless host: the same companion without a window, until it is stopped. */
import { startCompanion } from '../../companion.ts';
import { programPaths } from '../../host/program-paths.ts';
import { VERSION } from '../../version.ts';
import type { CommandIo } from '../command-io.ts';
import { compileNoMore } from '../thin/no-late-compilation.ts';

const IDLE_MS = 15 * 60_000;

export async function serve(io: CommandIo, home: string, onDemand: boolean): Promise<void> {
  const { nodePath, scriptPath, interfaceDirectory } = programPaths();
  const companion = await startCompanion({
    kind: 'headless',
    home,
    version: VERSION,
    interfaceDirectory,
    program: { nodePath, scriptPath },
    ...(onDemand ? { idleMs: IDLE_MS } : {}),
  });
  const stop = (): void => void companion.stop();
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', stop);
  if (!onDemand) {
    io.out(
      [
        `Runlayer Companion ${VERSION} is running without a window (process ${process.pid}).`,
        `  interface   ${await companion.mintLink()}`,
        '              (the link works once, for two minutes; "runlayer open" prints a new one)',
        '  next        runlayer connectors add <name> -- <command> [args…]',
        '              runlayer setup install --client cursor --connector <name>',
        '  end         Ctrl-C, or "runlayer stop"',
        '',
      ].join('\n'),
    );
  }
  await companion.stopped;
  await compileNoMore();
  // A keychain call that was given up on would hold the process open.
  process.exit(0);
}
