import type { ReactElement } from 'react';
import type { Failure } from '../../preload/contract/failure.ts';
import { Button } from './button.tsx';
import { FailureText } from './notice.tsx';

/** Something could not be had or done: what, what to do next, and a way to try again. */
export function ErrorBox({ failure, onRetry }: { failure: Failure; onRetry?: () => void }): ReactElement {
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center justify-between gap-3 rounded-lg border border-bad-line bg-bad-soft px-4 py-2.5 text-bad"
    >
      <p className="min-w-0 flex-1">
        <FailureText message={failure.message} next={failure.next} />
      </p>
      {onRetry === undefined ? null : <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
