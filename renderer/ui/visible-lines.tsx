import type { ReactElement } from 'react';
import { VisibleText } from './visible-text.tsx';

/** A text of several lines, each shown as {@link VisibleText}; `label` names it for assistive technology. */
export function VisibleLines({ label, text }: { label: string; text: string }): ReactElement {
  return (
    <pre
      aria-label={label}
      role="group"
      tabIndex={0}
      className="max-h-96 overflow-auto rounded-md border border-line bg-sunk px-3 py-2 font-mono text-xs/5 whitespace-pre-wrap"
    >
      {text
        .replace(/\n+$/, '')
        .split('\n')
        .map((line, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- lines of one text have no other identity
          <div key={index}>
            <VisibleText text={line === '' ? ' ' : line} />
          </div>
        ))}
    </pre>
  );
}
