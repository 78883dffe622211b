import { Readable } from 'node:stream';
import { CompanionError, type CompanionEvent, type OperationName } from '../../preload/contract/index.ts';
import { CommandEnd } from '../../main/cli/command-end.ts';
import type { CommandIo } from '../../main/cli/command-io.ts';
import { NO_LOCAL_ACTIONS, type LocalActions } from '../../main/cli/local/actions.ts';
import { runProgram } from '../../main/cli/program.ts';

export interface Told {
  readonly out: string;
  readonly err: string;
  /** 0, or the exit code of what was thrown. */
  readonly code: number;
  readonly failure: CompanionError | undefined;
  /** `name input`, with `!` where a yes came with it. */
  readonly calls: readonly string[];
  readonly asked: readonly string[];
}

export interface Scene {
  /** What each operation answers; a function is called with the input. One that is not here must not be called. */
  readonly answers?: { readonly [N in OperationName]?: unknown };
  /** Operations that need a yes. */
  readonly weakens?: readonly OperationName[];
  readonly tty?: boolean;
  /** What the person types, one for each question. */
  readonly typed?: readonly (string | undefined)[];
  readonly stdin?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The person goes away once the command waits for this operation. */
  readonly leavesAt?: OperationName;
  readonly events?: readonly CompanionEvent[];
  readonly isSlow?: () => boolean;
  readonly local?: Partial<LocalActions>;
}

/** Runs one command line against answers that are given; nothing of this machine is looked at. */
export async function tell(line: string | readonly string[], scene: Scene = {}): Promise<Told> {
  const argv = typeof line === 'string' ? line.split(' ') : line;
  const calls: string[] = [];
  const asked: string[] = [];
  const typed = [...(scene.typed ?? [])];
  const listeners = new Set<(event: CompanionEvent) => void>();
  const gone = Promise.withResolvers<void>();
  let out = '';
  let err = '';
  const call =
    (confirmed: boolean) =>
    async (name: OperationName, input: unknown): Promise<unknown> => {
      calls.push(`${name}${confirmed ? '!' : ''} ${JSON.stringify(input)}`);
      if (scene.weakens?.includes(name) === true && !confirmed)
        throw new CompanionError('E_CONFIRMATION', 'needs a yes', 'add -y', { exitCode: 2 });
      const answers = scene.answers ?? {};
      if (!Object.hasOwn(answers, name)) throw new Error(`${name} must not be called`);
      const answer = answers[name];
      if (scene.leavesAt === name) {
        gone.resolve();
        return new Promise(() => {});
      }
      return typeof answer === 'function' ? (answer as (value: unknown) => unknown)(input) : answer;
    };
  const io: CommandIo = {
    argv,
    call: call(false) as CommandIo['call'],
    callConfirmed: call(true) as CommandIo['callConfirmed'],
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isSlow: scene.isSlow ?? ((): boolean => false),
    tty: scene.tty ?? false,
    env: scene.env ?? {},
    cwd: scene.cwd ?? '/here',
    ask: (text) => {
      if (scene.tty !== true) return Promise.resolve(undefined);
      asked.push(text);
      return Promise.resolve(typed.shift());
    },
    taken: () => Promise.resolve(),
    input: () => Promise.resolve(scene.stdin?.toString() ?? ''),
    pieces: () => Readable.from(scene.stdin === undefined ? [] : [[Buffer.from(scene.stdin)]]),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    gone: gone.promise,
  };
  const ended = runProgram(argv, io, '1.2.3', { ...NO_LOCAL_ACTIONS, ...scene.local });
  let failure: CompanionError | undefined;
  let code = 0;
  if (scene.events !== undefined) {
    // The command follows from here on; what it asked is answered by now.
    await new Promise((resolve) => void setImmediate(resolve));
    for (const event of scene.events) for (const listener of listeners) listener(event);
    gone.resolve();
  }
  try {
    await ended;
  } catch (error) {
    if (error instanceof CommandEnd) code = error.exitCode;
    else if (error instanceof CompanionError) {
      failure = error;
      code = error.exitCode;
    } else throw error;
  }
  if (listeners.size > 0) throw new Error('somebody still listens');
  return { out, err, code, failure, calls, asked };
}
