/**
 * The pins while it is not known yet what the journal says of them: an index of pins that is not the one recorded last is not
 * trusted, and to find that out may take as long as the log index needs to be made anew. Whoever needs pins waits for `known`.
 * Asked before, nothing is answered, so that nothing is agreed to that was not compared.
 */
import type { CompanionError } from '../../../preload/contract/index.ts';
import * as failures from './pin-failures.ts';
import type { Pins } from './pins-host.ts';

export interface AwaitedPins extends Pins {
  /** They were compared. Rejects where they cannot be, or the companion stops or hands over before. */
  readonly known: Promise<void>;
  /** `known`, until they are; undefined from then on. */
  pending(): Promise<void> | undefined;
  /** They are still being compared. */
  arePending(): boolean;
  close(): void;
}

/** Opens them once `recorded` is there. */
export function awaitPins(
  recorded: Promise<readonly string[]>,
  open: (recordedIndexes: readonly string[]) => Pins,
): AwaitedPins {
  const { promise: known, resolve, reject } = Promise.withResolvers<void>();
  // Whoever waits for it hears of it; nobody else has to.
  known.catch(() => {});
  const listeners = new Set<() => void>();
  let pins: Pins | undefined;
  let failure: CompanionError | undefined;
  const problems: string[] = [];

  const arePending = (): boolean => pins === undefined && failure === undefined;
  /** The first reason stays: what comes after it, an end for one, explains nothing. */
  const fail = (error: CompanionError): void => {
    if (!arePending()) return;
    failure = error;
    reject(error);
  };
  const failForGood = (cause: unknown): void => {
    const error = failures.notAsked(cause);
    if (arePending()) problems.push(`${error.message} ${error.next}`);
    fail(error);
  };
  const settle = (recordedIndexes: readonly string[]): void => {
    if (!arePending()) return;
    try {
      pins = open(recordedIndexes);
    } catch (error) {
      failForGood(error);
      return;
    }
    pins.onChanged(() => {
      for (const listener of listeners) listener();
    });
    resolve();
  };
  recorded.then(settle, failForGood);

  const opened = (): Pins => {
    if (pins === undefined) throw failure ?? failures.notCompared();
    return pins;
  };

  return {
    known,
    pending: () => (pins === undefined ? known : undefined),
    arePending,
    gate: (connector) => opened().gate(connector),
    identitySeen: (connector, identity) => opened().identitySeen(connector, identity),
    list: (filter) => opened().list(filter),
    diff: (which) => opened().diff(which),
    accept: (connector, choices, by) => opened().accept(connector, choices, by),
    reset: (which, by) => opened().reset(which, by),
    definitionOf: (connector, tool) => opened().definitionOf(connector, tool),
    // A check of rules says less without it, and comes with every rule that is added: it does not wait.
    knownTools: (connector) => pins?.knownTools(connector),
    // Shown beside other things that cannot wait; told again once it is known.
    drifted: () => pins?.drifted() ?? 0,
    problems: () => pins?.problems() ?? problems,
    forget: (connector, by) => opened().forget(connector, by),
    onChanged: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    handOver: () => {
      pins?.handOver();
      // Never compared here, and the other host compares them: whoever waits goes there.
      fail(failures.handedOver());
    },
    close: () => fail(failures.stopping()),
  };
}
