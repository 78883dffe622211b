import type { ReactElement } from 'react';
import { VisibleText } from '../../ui/visible-text.tsx';

const MAX_FULL = 20_000;

/** A rule in words, and the whole of it where the words had to leave something out. */
export function Sentence({ sentence, full }: { sentence: string; full?: string | undefined }): ReactElement {
  return (
    <>
      <VisibleText text={sentence} />
      {full === undefined ? null : (
        <details className="mt-1 text-xs">
          <summary className="cursor-pointer text-accent-ink">All of it</summary>
          <code className="mt-1 block rounded-md bg-sunk px-2 py-1 font-mono">
            <VisibleText text={full} max={MAX_FULL} />
          </code>
        </details>
      )}
    </>
  );
}

/** What stands out about a rule, one line each. */
export function Findings({ findings }: { findings: readonly string[] }): ReactElement | null {
  if (findings.length === 0) return null;
  return (
    <ul className="mt-1 space-y-0.5 text-xs text-warn">
      {findings.map((finding) => (
        <li key={finding}>
          <VisibleText text={finding} max={600} />
        </li>
      ))}
    </ul>
  );
}
