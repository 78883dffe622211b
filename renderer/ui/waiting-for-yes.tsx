import type { ReactElement } from 'react';
import { useCompanion } from '../state/context.ts';
import { Button } from './button.tsx';

/** Stands beside what is held until the person answers in the approval window. */
export function WaitingForYes(): ReactElement {
  const { openReview } = useCompanion();
  return (
    <div
      role="status"
      className="flex flex-wrap items-center justify-between gap-3 rounded-lg border border-warn-line bg-warn-soft px-4 py-2 text-warn"
    >
      <span>Waiting for your answer in the approval window.</span>
      <Button onClick={() => void openReview(true)}>Show the window</Button>
    </div>
  );
}
