import type { ReactElement } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { STEPS } from './first-run-model.ts';

/** Where a person is, as a list: done, here, to come. Each can be gone to at once. */
export function Steps({ step, onGo }: { step: number; onGo: (step: number) => void }): ReactElement {
  return (
    <ol aria-label="First steps" className="flex flex-wrap gap-2">
      {STEPS.map((title, index) => {
        const number = index + 1;
        const isHere = number === step;
        return (
          <li key={title}>
            <button
              type="button"
              aria-current={isHere ? 'step' : undefined}
              onClick={() => onGo(number)}
              className={`flex items-center gap-2 rounded-full border px-3 py-1 ${
                isHere ? 'border-accent bg-accent-soft font-medium text-accent-ink' : 'border-line bg-card text-soft'
              }`}
            >
              <span
                aria-hidden="true"
                className="grid size-5 place-items-center rounded-full bg-sunk text-xs tabular-nums"
              >
                {number < step ? <Icon name="check" className="size-3" /> : number}
              </span>
              {title}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
