import type { ReactElement } from 'react';
import { splitVisible } from '../../preload/contract/visible-characters.ts';

/** More than this of one text is cut; the journal has all of it. */
const MAX_LENGTH = 2000;

/**
 * Shows a text that someone else wrote (a server, an agent, a file): as text, never as markup, with characters that would
 * not be seen drawn as labels, and kept from reordering what stands beside it.
 */
export function VisibleText({ text, max = MAX_LENGTH }: { text: string; max?: number }): ReactElement {
  const shown = text.length > max ? text.slice(0, max) : text;
  return (
    <bdi className="[overflow-wrap:anywhere]">
      {splitVisible(shown).map((piece, index) =>
        piece.kind === 'text' ? (
          // oxlint-disable-next-line react/no-array-index-key -- pieces of one text have no other identity
          <span key={index}>{piece.text}</span>
        ) : (
          <span
            // oxlint-disable-next-line react/no-array-index-key -- pieces of one text have no other identity
            key={index}
            className="mx-px inline-block rounded border border-warn-line bg-warn-soft px-1 font-mono text-[10px]/4 whitespace-nowrap text-warn"
          >
            {piece.label}
          </span>
        ),
      )}
      {text.length > max ? <span className="text-soft">… {text.length - max} more</span> : null}
    </bdi>
  );
}

/** The same for a text whose line breaks are ours: JSON that was laid out, a question in lines. Nothing of it is cut. */
export function VisibleLines({ text }: { text: string }): ReactElement {
  return (
    <>
      {text.split('\n').map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- lines of one text have no other identity
        <div key={index} className="min-h-[1lh]">
          <VisibleText text={line} max={Number.POSITIVE_INFINITY} />
        </div>
      ))}
    </>
  );
}
