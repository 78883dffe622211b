import type { ReactElement } from 'react';
import type { TaskStep } from '../../../preload/contract/activity.ts';
import { navigate } from '../../state/navigate.ts';
import { useMinute } from '../../state/use-minute.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card, Empty, Loading } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { momentText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { DECISION_TONES, totalText } from './activity-model.ts';

const callPath = (id: string): string => `#/activity/${encodeURIComponent(id)}`;

function Step({
  step,
  now,
  isAround,
  leadsToStop,
}: {
  step: TaskStep;
  now: number;
  isAround: boolean;
  leadsToStop: boolean;
}): ReactElement {
  const isStopped = step.decision === 'denied' || step.decision === 'withheld';
  const line = isStopped ? 'border-bad-line' : leadsToStop ? 'border-warn-line' : 'border-line';
  return (
    <li
      className={`ml-2 border-l-2 py-2 pl-4 ${line} ${isAround ? 'bg-sunk' : ''}`}
      aria-current={isAround ? 'true' : undefined}
    >
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="text-xs text-soft tabular-nums">
          <time dateTime={step.time}>{momentText(step.time, now)}</time>
        </span>
        <a
          href={callPath(step.id)}
          className={`min-w-0 flex-1 rounded hover:underline ${isStopped ? 'font-semibold' : ''}`}
        >
          <VisibleText text={step.sentence} max={400} />
        </a>
        <span className="text-soft">
          <VisibleText text={step.connector ?? ''} max={64} />
        </span>
        <Badge tone={DECISION_TONES[step.decision]}>{step.decision}</Badge>
      </div>
      {step.notes.map((note) => (
        <p key={note} className="mt-1 text-soft">
          <VisibleText text={note} max={600} />
        </p>
      ))}
      {step.because === undefined ? null : (
        <p className="mt-1">
          <a className="text-accent-ink underline" href={callPath(step.because)}>
            Show the call that led to it
          </a>
        </p>
      )}
    </li>
  );
}

/** The story of a task: calls of one client and session in order. */
export function TaskPage({ session, around }: { session: string; around: string | undefined }): ReactElement {
  const answer = useQuery('activity.task', { session, ...(around === undefined ? {} : { around }) }, { on: ['log'] });
  const now = useMinute();
  const { value, failure } = answer;
  const led = new Set(value?.steps.flatMap(({ because }) => because ?? []));
  return (
    <Page
      title="One task"
      about="Calls of one client and session, in order."
      actions={<Button onClick={() => navigate('/activity')}>Back to all calls</Button>}
    >
      {failure === undefined || value !== undefined ? null : <ErrorBox failure={failure} onRetry={answer.reload} />}
      <Card>
        {value === undefined && failure === undefined ? <Loading rows={6} /> : null}
        {value === undefined ? null : value.steps.length === 0 ? (
          <Empty>The journal holds no calls of this session any more. It may have left the journal with its age.</Empty>
        ) : (
          <>
            <div className="space-y-1 border-b border-line px-4 py-3">
              <p className="text-base font-semibold">
                <VisibleText text={value.summary} max={1000} />
              </p>
              <p className="text-soft">
                <VisibleText text={value.client ?? 'A client that gave no name'} max={256} />, with{' '}
                <VisibleText text={value.connectors.join(', ')} max={400} />. {totalText(value.total, false)} in this
                session.
              </p>
            </div>
            <ol aria-label="Calls, the oldest first" className="px-4 py-3">
              {value.before === 0 ? null : (
                <li className="ml-2 py-1 pl-4 text-soft">{totalText(value.before, false)} before.</li>
              )}
              {value.steps.map((step) => (
                <Step
                  key={step.id}
                  step={step}
                  now={now}
                  isAround={step.id === around}
                  leadsToStop={led.has(step.id)}
                />
              ))}
              {value.after === 0 ? null : (
                <li className="ml-2 py-1 pl-4 text-soft">{totalText(value.after, false)} after.</li>
              )}
            </ol>
          </>
        )}
      </Card>
    </Page>
  );
}
