/**
 * Carries out one operation of the list for one caller: is the caller allowed, does the input fit, does it weaken
 * protection and has a person said so. Socket, browser and window all end here; there is no other way to a handler.
 */
import {
  CompanionError,
  operations,
  type Caller,
  type CompanionEvent,
  type OperationInput,
  type OperationName,
  type OperationOutput,
} from '../../preload/contract/index.ts';
import type { HeldAnswer } from './held-questions.ts';
import { inputProblem } from './input-problem.ts';

export interface CallContext {
  readonly caller: Caller;
  /** A person said yes to exactly this call: at a terminal, by `-y`, or in our own window. */
  readonly confirmed: boolean;
  /** The caller says that a person sits at a terminal. */
  readonly tty: boolean;
  /** Who calls, for the record: `cli, process 123`. */
  readonly by: string;
}

export type Handlers = {
  readonly [N in OperationName]: (
    input: OperationInput<N>,
    context: CallContext,
  ) => Promise<OperationOutput<N>> | OperationOutput<N>;
};

/** For operations that weaken only sometimes: does this one, from this caller? */
export type WeakeningTests = {
  readonly [N in OperationName]?: (input: OperationInput<N>, context: CallContext) => boolean;
};

/** Those that look at the input alone. */
export type WeakeningByInput = { readonly [N in OperationName]?: (input: OperationInput<N>) => boolean };

/** What the caller left to the companion, filled in before anybody is asked: a yes is to what is carried out then. */
export type Completions = { readonly [N in OperationName]?: (input: OperationInput<N>) => OperationInput<N> };

export type Dispatch = (name: string, input: unknown, context: CallContext) => Promise<unknown>;

function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

/** Who never says yes by itself: what it wants waits for a person in the approval window. */
const isHeld = ({ caller }: CallContext): boolean => caller === 'ui' || caller === 'shell';

const NOT_ALLOWED: Readonly<Record<Exclude<HeldAnswer, 'allowed'>, string>> = {
  refused: 'It was refused in the approval window; nothing was changed.',
  timeout: 'Nobody answered in the approval window in time; nothing was changed.',
  quit: 'The companion is stopping; nothing was changed.',
  changed: 'What it is about changed while it waited for an answer, so nothing was done.',
};

export function createDispatch(options: {
  readonly handlers: Handlers;
  readonly weakens: WeakeningTests;
  readonly completes?: Completions;
  readonly announce: (event: CompanionEvent) => void;
  /** Puts the question in our own window and waits for the answer there. */
  readonly hold: (name: OperationName, input: unknown, by: string) => Promise<HeldAnswer>;
  /** What a person is asked about it, in a sentence; said where it was done. */
  readonly titleOf: (name: OperationName, input: unknown) => string;
  /** What the operation cannot do without may not be known yet. */
  readonly ready?: (name: OperationName) => Promise<void>;
  /** The app runs: there the command line's word is not enough, because an agent may have a shell. */
  readonly holdsAll: boolean;
}): Dispatch {
  return async (name, input, context) => {
    if (!isOperation(name))
      throw new CompanionError(
        'E_OPERATION_UNKNOWN',
        'There is no such operation.',
        'Update runlayer and the companion to the same version.',
        { exitCode: 2 },
      );
    const operation = operations[name];
    if (!operation.callers.some((caller) => caller === context.caller)) {
      throw new CompanionError(
        'E_NOT_ALLOWED',
        `${name} cannot be called from here.`,
        'Use the runlayer command in a terminal.',
        { exitCode: 2 },
      );
    }
    const parsed = operation.input.safeParse(input);
    if (!parsed.success)
      throw new CompanionError(
        'E_INPUT',
        `${inputProblem(parsed.error)}.`,
        'Correct it; "runlayer --help" and each command\'s own --help say what fits.',
        { exitCode: 2 },
      );
    await options.ready?.(name);
    // One entry of the map above, called with what its own schema gave: the pairing is checked where the maps are typed.
    // eslint-disable-next-line typescript/no-unsafe-type-assertion
    const handler = options.handlers[name] as (value: unknown, context: CallContext) => unknown;
    // eslint-disable-next-line typescript/no-unsafe-type-assertion
    const test = options.weakens[name] as ((value: unknown, context: CallContext) => boolean) | undefined;
    // eslint-disable-next-line typescript/no-unsafe-type-assertion
    const complete = options.completes?.[name] as ((value: unknown) => unknown) | undefined;
    const whole = complete === undefined ? parsed.data : complete(parsed.data);
    const weakens =
      operation.weakens === 'always' || (operation.weakens === 'depends' && (test?.(whole, context) ?? true));
    // What is called from our own window is the person's answer.
    const isAnswer = context.caller === 'window';
    if (weakens && !isAnswer && !isHeld(context) && !context.confirmed) {
      throw new CompanionError(
        'E_CONFIRMATION',
        `${name} weakens protection and needs a person's yes.`,
        'Run it in a terminal and answer, or add -y.',
        { exitCode: 2 },
      );
    }
    if (weakens && !isAnswer && (options.holdsAll || isHeld(context))) {
      const answer = await options.hold(name, whole, context.by);
      if (answer !== 'allowed') {
        throw new CompanionError(
          'E_DECLINED',
          NOT_ALLOWED[answer],
          'Do it again, and allow it in the approval window.',
          { exitCode: 2 },
        );
      }
    }
    // Whoever just answered in our own window need not be told. Before it is done: afterwards it would be another sentence.
    const title = weakens && !isAnswer ? options.titleOf(name, whole) : undefined;
    const value = await handler(whole, context);
    if (title !== undefined) options.announce({ type: 'weakened', operation: name, text: title, caller: context.by });
    return value;
  };
}
