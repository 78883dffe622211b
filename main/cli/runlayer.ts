/**
 * The `runlayer` program: the thin client, and the few commands that are local to it. Loads nothing that the command at
 * hand does not need, because AI clients start it dozens of times a day.
 */
import { companionHome } from '../transport/wire/socket-path.ts';
import { answerWithoutCompanion } from './thin/answer-without-companion.ts';
import { reachOrStart, reachRunning, type Unreachable } from './thin/connect.ts';
import { promptPerson } from './thin/prompt.ts';
import { formatFailure, pump } from './thin/pump.ts';

const LOCAL: ReadonlySet<string> = new Set([
  'serve',
  'stop',
  'doctor',
  'audit verify',
  'setup uninstall',
  'setup undo',
]);

function isLocal(argv: readonly string[]): boolean {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (own.length === 0 || own[0] === 'help' || own.includes('--help') || own.includes('-h')) return true;
  if (own[0] === '--version' || own[0] === '-V') return true;
  const words = own.filter((word) => !word.startsWith('-'));
  return LOCAL.has(words[0] ?? '') || LOCAL.has(words.slice(0, 2).join(' '));
}

async function startHost(): Promise<Unreachable> {
  const { startOnDemandHost } = await import('./local/start-host.ts');
  return await startOnDemandHost();
}

async function main(argv: readonly string[]): Promise<number> {
  const home = companionHome(process.env);
  if (isLocal(argv)) {
    const { runLocal } = await import('./local/run-local.ts');
    return await runLocal(argv);
  }
  const isRun = argv[0] === 'run';
  const json = argv.includes('--json');
  if (argv[0] === 'status') {
    const running = await reachRunning(home);
    if (running === undefined) {
      process.stdout.write(
        json
          ? '{"companion":{"running":false}}\n'
          : 'The companion is not running. Start it with "runlayer serve" or open the app.\n',
      );
      return 1;
    }
  }
  const reached = await reachOrStart(home, startHost);
  const refuse = (failure: Unreachable): number | Promise<number> => {
    if (isRun) return answerWithoutCompanion(failure);
    process.stderr.write(formatFailure(Buffer.from(JSON.stringify(failure)), json));
    return 3;
  };
  if (reached.kind === 'failed') return await refuse(reached.failure);
  const end = await pump({
    socket: reached.socket,
    kind: isRun ? 'run' : 'command',
    argv: isRun ? argv.slice(1) : argv,
    onPrompt: promptPerson,
    json,
  });
  return typeof end === 'number' ? end : await refuse(end);
}

/** Ends only after what was written is out: a pipe to a slow reader may still hold it. */
function leave(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.exit(code));
}

main(process.argv.slice(2)).then(leave, (error: unknown) => {
  process.stderr.write(`runlayer: ${error instanceof Error ? error.message : String(error)}\n`);
  leave(1);
});
