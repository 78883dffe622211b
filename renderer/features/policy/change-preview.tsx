import type { ReactElement } from 'react';
import type { ChangePreview, PolicyChange } from '../../../preload/contract/policy-page.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { clockText, fullText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { many, OUTCOME_TONES, OUTCOME_WORDS, type Outcome } from './policy-words.ts';
import { useSteady } from './use-steady.ts';

/** As many of the newest calls as are looked at while somebody edits. */
const CALLS = 200;
const SHOWN = 20;

function summary({ calls, changed, unknown }: ChangePreview): string {
  if (calls === 0) return 'There are no calls yet to try this on.';
  const of = `of the last ${many(calls, 'call')}`;
  const told =
    changed === 0 ? `None ${of} would be decided otherwise.` : `${changed} ${of} would be decided otherwise.`;
  return unknown === 0 ? told : `${told} For ${unknown} it cannot be told: what was sent was not kept whole.`;
}

function Change({ from, to }: { from: Outcome; to: Outcome }): ReactElement {
  return (
    <span className="inline-flex items-center gap-1.5">
      <Badge tone={OUTCOME_TONES[from]}>{OUTCOME_WORDS[from]}</Badge>
      <span aria-hidden="true">→</span>
      <span className="sr-only">would be</span>
      <Badge tone={OUTCOME_TONES[to]}>{OUTCOME_WORDS[to]}</Badge>
    </span>
  );
}

export function PreviewRows({ rows }: { rows: ChangePreview['rows'] }): ReactElement {
  return (
    <Table label="Calls that would be decided otherwise" columns={['Time', 'Tool', 'Arguments', 'Decision']}>
      {rows.slice(0, SHOWN).map((row) => (
        <tr key={row.id} className="border-t border-line align-top">
          <Cell className="whitespace-nowrap text-soft tabular-nums">
            <time dateTime={row.time} title={fullText(row.time)}>
              {clockText(row.time)}
            </time>
          </Cell>
          <Cell>
            <span className="font-mono text-xs">
              <VisibleText text={`${row.connector} ${row.tool}`} max={200} />
            </span>
            <div className="text-xs text-soft">
              <VisibleText text={row.client} max={100} />
            </div>
          </Cell>
          <Cell className="font-mono text-xs">
            <VisibleText text={row.arguments} max={160} />
          </Cell>
          <Cell>
            <Change from={row.before} to={row.after} />
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

/** What a change would have done to the newest calls. Undefined: there is nothing to try yet. */
export function ChangePreviewPanel({ change }: { change: PolicyChange | undefined }): ReactElement {
  const query = useQuery('policy.preview', change === undefined ? undefined : { change, calls: CALLS }, { on: [] });
  const preview = useSteady(query.value);
  if (change !== undefined && query.kind === 'failed' && query.failure !== undefined)
    return <ErrorBox failure={query.failure} onRetry={query.reload} />;
  if (change === undefined) return <p className="text-soft">Once the rule fits, you see here what it would do.</p>;
  if (preview === undefined) return <Progress label="Looking at past calls" />;
  return (
    <div aria-live="polite" aria-busy={query.kind === 'loading'} className="space-y-2">
      <p className={preview.changed > 0 ? 'font-medium' : 'text-soft'}>{summary(preview)}</p>
      {preview.rows.length === 0 ? null : (
        <div className="overflow-hidden rounded-md border border-line">
          <PreviewRows rows={preview.rows} />
        </div>
      )}
      {preview.changed + preview.unknown > SHOWN ? (
        <p className="text-xs text-soft">The first {SHOWN} are shown.</p>
      ) : null}
    </div>
  );
}
