import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useQuery } from '../../state/use-query.ts';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';

const LINES = 500;
const EVERY_MS = 1000;

/** What the server printed for people; anything may stand there. */
export function LogsTab({ name }: { name: string }): ReactElement {
  const [isFollowing, setFollowing] = useState(true);
  const logs = useQuery('connectors.logs', { name, lines: LINES });
  const box = useRef<HTMLPreElement>(null);
  const { reload } = logs;
  const lines = logs.value?.lines;

  useEffect(() => {
    if (!isFollowing) return undefined;
    const timer = setInterval(reload, EVERY_MS);
    return () => clearInterval(timer);
  }, [isFollowing, reload]);
  useEffect(() => {
    const element = box.current;
    if (isFollowing && element !== null) element.scrollTop = element.scrollHeight;
  });

  return (
    <Section
      title="Log of the server"
      aside={
        <label className="flex items-center gap-2 text-soft">
          <input type="checkbox" checked={isFollowing} onChange={(event) => setFollowing(event.target.checked)} />
          Follow
        </label>
      }
    >
      {logs.failure === undefined ? null : (
        <div className="px-4 pb-4">
          <ErrorBox failure={logs.failure} onRetry={logs.reload} />
        </div>
      )}
      {logs.kind === 'loading' ? <Loading rows={6} /> : null}
      {lines === undefined ? null : lines.length === 0 ? (
        <Empty>It printed nothing since the companion started.</Empty>
      ) : (
        <pre
          ref={box}
          role="log"
          aria-label={`Last lines of ${name}`}
          aria-live="off"
          tabIndex={0}
          className="max-h-[60dvh] overflow-auto border-t border-line bg-sunk px-4 py-3 font-mono text-xs/5 whitespace-pre-wrap"
        >
          {lines.map((line, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- lines of a log have no other identity
            <div key={index} className="min-h-[1lh]">
              <VisibleText text={line} />
            </div>
          ))}
        </pre>
      )}
      <p className="border-t border-line px-4 py-2 text-xs text-soft">
        The last {LINES} lines that it wrote to its error output. Known secrets are taken out.
      </p>
    </Section>
  );
}
