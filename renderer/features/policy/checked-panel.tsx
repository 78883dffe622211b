import type { ReactElement } from 'react';
import type { CheckedRule } from '../../../preload/contract/policy-page.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { Findings, Sentence } from './sentence.tsx';

/** What is being written, in words, or what is wrong with it. */
export function CheckedPanel({
  checked,
  isBegun = true,
}: {
  checked: CheckedRule | undefined;
  /** False while what is missing is only not typed yet. */
  isBegun?: boolean;
}): ReactElement {
  return (
    <div role="group" aria-label="In words" aria-live="polite" className="rounded-md bg-sunk px-3 py-2">
      {!isBegun ? (
        <p className="text-soft">Once you name what it is about, you read it here in words.</p>
      ) : checked === undefined ? (
        <p className="text-soft">One moment.</p>
      ) : checked.sentence === '' ? null : (
        <div className="font-medium">
          <Sentence sentence={checked.sentence} full={checked.full} />
        </div>
      )}
      {!isBegun || checked === undefined || checked.problems.length === 0 ? null : (
        <ul className="space-y-0.5 text-bad">
          {checked.problems.map(({ path, text }) => (
            <li key={`${path} ${text}`}>
              {path === '' ? null : (
                <code className="font-mono text-xs">
                  <VisibleText text={path} max={200} />:{' '}
                </code>
              )}
              <VisibleText text={text} max={600} />
            </li>
          ))}
        </ul>
      )}
      <Findings findings={checked?.findings ?? []} />
    </div>
  );
}
