import { useCallback, useEffect, useState } from 'react';
import type { Failure } from '../../../preload/contract/failure.ts';
import type { Verification } from '../../../preload/contract/verification.ts';
import { useStore } from '../../state/context.ts';
import { failureOf } from '../../state/failure-of.ts';

const LOOK_MS = 400;

/** The look at the whole journal that is under way or was the last one, whoever began it; it goes on without this page. */
export function useVerification(): {
  readonly value: Verification | undefined;
  readonly failure: Failure | undefined;
  readonly begin: () => void;
  readonly cancel: () => void;
} {
  const { call } = useStore();
  const [value, setValue] = useState<Verification>();
  const [failure, setFailure] = useState<Failure>();
  const take = useCallback((asked: Promise<Verification>) => {
    asked.then(
      (answer) => {
        setValue(answer);
        setFailure(undefined);
      },
      (thrown: unknown) => setFailure(failureOf(thrown)),
    );
  }, []);
  useEffect(() => take(call('audit.verification', {})), [call, take]);
  const isRunning = value?.state === 'running';
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => take(call('audit.verification', {})), LOOK_MS);
    return () => clearInterval(timer);
  }, [call, take, isRunning]);
  return {
    value,
    failure,
    begin: useCallback(() => take(call('audit.verify', {})), [call, take]),
    cancel: useCallback(() => take(call('audit.verifyCancel', {})), [call, take]),
  };
}
