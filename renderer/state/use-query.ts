import { useCallback, useEffect, useState } from 'react';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import type { Failure } from '../../preload/contract/failure.ts';
import type { OperationInput, OperationName, OperationOutput } from '../../preload/contract/operations.ts';
import { failureOf } from './failure-of.ts';
import { useStore } from './context.ts';

export interface Query<T> {
  /** `ready` keeps its value while it is loaded anew. */
  readonly kind: 'loading' | 'failed' | 'ready';
  readonly value: T | undefined;
  /** Why the last try failed; a `ready` query may have one beside an older value. */
  readonly failure: Failure | undefined;
  readonly reload: () => void;
}

/** Several events at once are one new look. */
const SETTLE_MS = 100;
const DEFAULT_EVENTS: readonly CompanionEvent['type'][] = ['status_changed'];

/**
 * Asks for something and keeps it fresh: again on each of the events `on` and whenever the connection stands again. An input
 * of undefined asks for nothing (yet). Inputs are compared as JSON, so they may be written in place.
 */
export function useQuery<N extends OperationName>(
  operation: N,
  input: OperationInput<N> | undefined,
  options: { readonly on?: readonly CompanionEvent['type'][] } = {},
): Query<OperationOutput<N>> {
  const store = useStore();
  const [answer, setAnswer] = useState<{ key: string; value?: OperationOutput<N>; failure?: Failure }>();
  const [turn, setTurn] = useState(0);
  const key = input === undefined ? '' : JSON.stringify(input);
  const events = (options.on ?? DEFAULT_EVENTS).join(' ');

  useEffect(() => {
    if (key === '') return undefined;
    const asked: OperationInput<N> = JSON.parse(key);
    let latest = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = (): void => {
      const mine = (latest += 1);
      const keep = (change: { value?: OperationOutput<N>; failure?: Failure }): void => {
        // Answers of before, and of a page that is gone, come too late.
        if (latest === mine)
          setAnswer((before) =>
            'value' in change || before?.key !== key ? { key, ...change } : { ...before, ...change },
          );
      };
      store.call(operation, asked).then(
        (value) => keep({ value }),
        (thrown: unknown) => keep({ failure: failureOf(thrown) }),
      );
    };
    load();
    const wanted = new Set(events.split(' '));
    const end = store.onEvent((event) => {
      if (event.type !== 'open' && !wanted.has(event.type)) return;
      clearTimeout(timer);
      timer = setTimeout(load, SETTLE_MS);
    });
    return () => {
      latest = -1;
      end();
      clearTimeout(timer);
    };
    // A new turn is asked for by hand.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [store, operation, key, events, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);

  const mine = answer?.key === key ? answer : undefined;
  const kind = mine === undefined ? 'loading' : mine.value !== undefined ? 'ready' : 'failed';
  return { kind, value: mine?.value, failure: mine?.failure, reload };
}
