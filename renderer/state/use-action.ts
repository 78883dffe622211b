import { useCallback, useRef, useState } from 'react';
import type { Failure } from '../../preload/contract/failure.ts';
import { useCompanion } from './context.ts';
import { failureOf } from './failure-of.ts';

export interface Action {
  /** Does it, once at a time. Resolves with what it gave, or with undefined where it failed or another one is under way. */
  readonly run: <T>(does: () => Promise<T>) => Promise<T | undefined>;
  readonly busy: boolean;
  /** It is held until the person answers in the approval window. */
  readonly waitingForYes: boolean;
  readonly failure: Failure | undefined;
  /** Puts the failure away. */
  readonly clear: () => void;
}

/** Something that a person starts with a button. */
export function useAction(): Action {
  const { state } = useCompanion();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const isUnderWay = useRef(false);
  const run = useCallback(async <T>(does: () => Promise<T>): Promise<T | undefined> => {
    if (isUnderWay.current) return undefined;
    isUnderWay.current = true;
    setBusy(true);
    setFailure(undefined);
    try {
      return await does();
    } catch (thrown) {
      setFailure(failureOf(thrown));
      return undefined;
    } finally {
      isUnderWay.current = false;
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setFailure(undefined), []);
  return {
    run,
    busy,
    waitingForYes: busy && state.held.some(({ from }) => from === 'interface'),
    failure,
    clear,
  };
}
