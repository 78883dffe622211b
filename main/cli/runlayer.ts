/**
 * The `runlayer` program: the thin client, and the few commands that are local to it. Loads nothing that the command at
 * hand does not need, because AI clients start it dozens of times a day.
 */
import { resolve } from 'node:path';
import { companionHome } from '../transport/wire/socket-path.ts';
import { answerWithoutCompanion } from './thin/answer-without-companion.ts';
import { reachOrStart, reachRunning, type Unreachable } from './thin/connect.ts';
import { formatFailure, jsonLine } from './thin/failure-text.ts';
import { compileNoMore } from './thin/no-late-compilation.ts';
import { promptPerson } from './thin/prompt.ts';
import { pump } from './thin/pump.ts';
import { isForCompanion, ownWords } from './thin/routing.ts';

/** What a companion accepts in one hello. */
const MAX_WORDS = 1024;

function say(failure: Unreachable, json: boolean, exitCode: number): number {
  process.stderr.write(formatFailure(failure, json));
  return exitCode;
}

/** Started by hand with whatever `node` is there: everything behind this would fail in ways that say nothing. */
function nodeProblem(): Unreachable | undefined {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return undefined;
  return {
    code: 'E_NODE_TOO_OLD',
    message: `Node ${process.versions.node} is too old: 22.12 or newer is needed.`,
    next: 'Start it with "npx --no-install runlayer" in its folder, which brings its own Node.',
  };
}

async function main(argv: readonly string[]): Promise<number> {
  const home = resolve(companionHome(process.env));
  const json = ownWords(argv).includes('--json');
  const problem = nodeProblem();
  if (problem !== undefined) return say(problem, json, 3);
  if (!isForCompanion(argv)) {
    const { runLocal } = await import('./local/run-local.ts');
    return await runLocal(argv, home);
  }
  if (argv.length > MAX_WORDS) {
    const failure = {
      code: 'E_USAGE',
      message: `There are more than ${MAX_WORDS} words on this command line.`,
      next: 'Put a pattern such as "*" in quotes: the shell replaces it by file names otherwise.',
    };
    return say(failure, json, 2);
  }
  const startHost = async (): Promise<Unreachable> => {
    const { startOnDemandHost } = await import('./local/start-host.ts');
    return await startOnDemandHost(home);
  };
  const isRun = argv[0] === 'run';
  const reached = argv[0] === 'status' ? await reachRunning(home) : await reachOrStart(home, startHost);
  if (reached === undefined) {
    process.stdout.write(
      json
        ? jsonLine({ companion: { running: false } })
        : 'The companion is not running. Start it with "runlayer serve" or open the app.\n',
    );
    return 1;
  }
  const refuse = (failure: Unreachable, said: readonly Buffer[]): number | Promise<number> =>
    isRun ? answerWithoutCompanion(failure, { said }) : say(failure, json, 3);
  if (reached.kind === 'failed') return await refuse(reached.failure, []);
  const end = await pump({
    socket: reached.socket,
    kind: isRun ? 'run' : 'command',
    argv: isRun ? argv.slice(1) : argv,
    onPrompt: promptPerson,
    json,
  });
  // Only a session pumps enough to be compiled; a command is over before.
  if (isRun) await compileNoMore();
  return end.kind === 'exit' ? end.code : await refuse(end.failure, end.said);
}

let outputFailed = false;

/** Ends only after what was written is out: a pipe to a slow reader may still hold it. */
function leave(code: number): void {
  // A write that failed says so only in the turn after this one.
  process.stdout.write('', () => setImmediate(() => process.exit(outputFailed && code === 0 ? 1 : code)));
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever closes our output (a pager, `head`) has read enough; a full disk is a failure.
  if (error.code === 'EPIPE' || outputFailed) return;
  outputFailed = true;
  process.stderr.write(`runlayer: The output could not be written (${error.code ?? error.message}).\n`);
});
process.stderr.on('error', () => {});
const words = process.argv.slice(2);
main(words).then(leave, (error: unknown) => {
  const failure = {
    code: 'E_INTERNAL',
    message: error instanceof Error ? error.message : String(error),
    next: 'Run "runlayer doctor".',
  };
  leave(say(failure, ownWords(words).includes('--json'), 1));
});
