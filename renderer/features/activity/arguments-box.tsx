import type { ReactElement } from 'react';
import { VisibleText } from '../../ui/visible-text.tsx';
import { argumentLines, type ArgumentLine } from './argument-lines.ts';

const INDENTS = ['pl-0', 'pl-4', 'pl-8', 'pl-12', 'pl-16', 'pl-20'] as const;

function Line({ line }: { line: ArgumentLine }): ReactElement {
  return (
    <div className={INDENTS[Math.min(line.depth, INDENTS.length - 1)]}>
      {line.key === undefined ? null : (
        <span className="text-soft">
          <VisibleText text={line.key} max={200} />:{' '}
        </span>
      )}
      <span className={line.described ? 'text-soft italic' : ''}>
        <VisibleText text={line.value} max={600} />
      </span>
    </div>
  );
}

/** Arguments of a call as the journal keeps them. */
export function ArgumentsBox({ shape }: { shape: unknown }): ReactElement {
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="Arguments"
      className="max-h-60 overflow-auto rounded-md border border-line bg-sunk px-3 py-2 font-mono text-xs/5"
    >
      {shape === undefined ? (
        <span className="text-soft italic">none</span>
      ) : (
        argumentLines(shape).map((line, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- lines of one call have no other identity
          <Line key={index} line={line} />
        ))
      )}
    </div>
  );
}
