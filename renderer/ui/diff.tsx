import type { ReactElement } from 'react';
import { VisibleText } from './visible-text.tsx';

const TONES: Readonly<Record<string, string>> = { '+': 'bg-good-soft text-good', '-': 'bg-bad-soft text-bad' };

/** Lines that begin with `+`, `-` or a space: what comes, what goes, what stays. The sign is said, not only coloured. */
export function Diff({ label, lines }: { label: string; lines: readonly string[] }): ReactElement {
  return (
    <pre
      aria-label={label}
      role="group"
      tabIndex={0}
      className="max-h-96 overflow-auto rounded-md border border-line bg-sunk py-2 font-mono text-xs/5 whitespace-pre-wrap"
    >
      {lines.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- lines of one diff have no other identity
        <div key={index} className={`px-3 ${TONES[line.slice(0, 1)] ?? ''}`}>
          <VisibleText text={line === '' ? ' ' : line} />
        </div>
      ))}
    </pre>
  );
}
