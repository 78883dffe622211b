import { CompanionError } from '../../../preload/contract/index.ts';
import { undo, uninstall } from '../../clients/operations.ts';
import { localClientEnvironment } from '../../host/client-environment.ts';
import { readHolder, type Holder } from '../../host/host-lock.ts';
import { programPaths } from '../../host/program-paths.ts';
import { readStat, startTime } from '../../process/start-time.ts';
import { folderProblem } from '../../transport/wire/owner-only.ts';
import type { CommandIo } from '../command-io.ts';
import { json } from '../commands/render.ts';
import { changeText } from '../commands/setup.ts';
import type { LocalActions } from './actions.ts';

/** The companion drains for 5 s; after that it is not going to end by itself. */
const STOP_MS = 7000;
const LOOK_MS = 50;
const LAST_MOMENT_MS = 3000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Tells it to end; a number alone could by now be anybody's. */
async function sendStop(holder: Holder): Promise<void> {
  if ((await startTime(holder.pid)) !== holder.start) return;
  try {
    process.kill(holder.pid, 'SIGTERM');
  } catch {
    // It ended in this moment; whether it did is looked at next.
  }
}

async function runs({ pid, start }: Holder): Promise<boolean> {
  if (process.platform !== 'linux') return start !== '' && (await startTime(pid)) === start;
  const stat = readStat(pid);
  return stat?.start === start && stat.state !== 'Z';
}

/** It has let go of the home, so all its work is done: a process that hangs in its last moment is ended. */
async function waitForItsEnd(holder: Holder): Promise<void> {
  const deadline = performance.now() + LAST_MOMENT_MS;
  while (await runs(holder)) {
    if (performance.now() > deadline) {
      process.kill(holder.pid, 'SIGKILL');
      return;
    }
    await pause(LOOK_MS);
  }
}

async function stopCompanion(io: CommandIo, home: string, asJson: boolean): Promise<void> {
  const problem = folderProblem(home);
  if (problem !== undefined && problem.code !== 'E_HOME_MISSING')
    throw new CompanionError(problem.code, problem.message, problem.next, { exitCode: 3 });
  const holder = problem === undefined ? readHolder(home) : undefined;
  if (holder === undefined) {
    io.out(asJson ? json({ stopped: false }) : 'No companion runs here.\n');
    return;
  }
  await sendStop(holder);
  const deadline = performance.now() + STOP_MS;
  while (readHolder(home) !== undefined) {
    if (performance.now() > deadline) {
      throw new CompanionError(
        'E_STOP',
        `The companion (process ${holder.pid}) did not end within ${STOP_MS / 1000} seconds.`,
        `End it with "kill -9 ${holder.pid}"; the servers it runs end with it.`,
      );
    }
    await pause(LOOK_MS);
  }
  await waitForItsEnd(holder);
  io.out(asJson ? json({ stopped: true }) : 'Stopped.\n');
}

export function localActions(io: CommandIo, home: string): LocalActions {
  const clients = (): ReturnType<typeof localClientEnvironment> =>
    localClientEnvironment({ companionHome: home, program: programPaths(), installLauncher: false });
  return {
    // Loaded when asked for: the whole companion is behind it, and help and stop need none of it.
    serve: async (options) => {
      const { serve } = await import('./serve.ts');
      await serve(io, home, options.onDemand === true);
    },
    stop: (options) => stopCompanion(io, home, options.json === true),
    doctor: async (options) => {
      const { runDoctor } = await import('./doctor.ts');
      await runDoctor(io, home, options.json === true);
    },
    auditVerify: async (options) => {
      const { verifyAudit } = await import('./audit-verify.ts');
      await verifyAudit(io, home, options.json === true);
    },
    setupUninstall: async (options) => {
      const change = await uninstall(await clients(), {
        client: options.client,
        dryRun: options.dryRun === true,
        ...(options.connector === undefined ? {} : { connector: options.connector }),
      });
      io.out(options.json === true ? json(change) : changeText(change));
    },
    setupUndo: async (options) => {
      const change = await undo(await clients(), { client: options.client });
      io.out(options.json === true ? json(change) : changeText(change));
    },
  };
}
