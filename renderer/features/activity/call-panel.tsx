import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { CallStep, CallStory } from '../../../preload/contract/activity.ts';
import { navigate } from '../../state/navigate.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Field } from '../../ui/field.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { fullText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { DECISION_TONES, durationText, subjectOf } from './activity-model.ts';
import { ArgumentsBox } from './arguments-box.tsx';
import { RequestAccess } from './request-access.tsx';
import { WhyBox } from './why-box.tsx';

const ICONS: Readonly<Record<CallStep['kind'], IconName>> = {
  asked: 'app',
  rule: 'shield',
  guard: 'search',
  pin: 'lock',
  tenant: 'link',
  approval: 'hand',
  sent: 'play',
  outcome: 'check',
};

/** A call that was stopped, or of which nobody knows, did not end well. */
function iconOf({ kind }: CallStep, decision: CallStory['decision']): IconName {
  if (kind !== 'outcome' || decision === 'allowed' || decision === 'asked') return ICONS[kind];
  return decision === 'failed' ? 'close' : 'shieldAlert';
}

function Step({ step, icon }: { step: CallStep; icon: IconName }): ReactElement {
  return (
    <li className="relative flex gap-3 pb-3 last:pb-0">
      <span className="mt-0.5 grid size-6 shrink-0 place-items-center rounded-full border border-line bg-sunk text-soft">
        <Icon name={icon} className="size-3.5" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium">
          <VisibleText text={step.title} max={400} />
        </p>
        {step.details.map((detail) => (
          <p key={detail} className="text-soft">
            <VisibleText text={detail} max={1000} />
          </p>
        ))}
        {step.time === undefined ? null : (
          <p className="text-xs text-soft tabular-nums">
            <time dateTime={step.time}>{fullText(step.time)}</time>
            {step.durationMs === undefined ? null : ` · took ${durationText(step.durationMs)}`}
          </p>
        )}
      </div>
    </li>
  );
}

function Actions({ story, onAsk }: { story: CallStory; onAsk: (what: 'why' | 'access') => void }): ReactElement {
  const { entry } = story;
  const isStopped = story.decision === 'denied' || story.decision === 'withheld';
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => onAsk('why')}>Why?</Button>
      <Button onClick={() => navigate(`/policy?from=${encodeURIComponent(entry.id)}`)}>Add a rule</Button>
      {isStopped ? <Button onClick={() => onAsk('access')}>Request access</Button> : null}
      {entry.session === undefined ? null : (
        <Button
          onClick={() =>
            navigate(`/activity/task/${encodeURIComponent(entry.session ?? '')}?around=${encodeURIComponent(entry.id)}`)
          }
        >
          Show the whole task
        </Button>
      )}
    </div>
  );
}

function Story({ story }: { story: CallStory }): ReactElement {
  const [asked, setAsked] = useState<'why' | 'access'>();
  const { entry, steps, about } = story;
  const isCall = entry.kind === 'call';
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={DECISION_TONES[story.decision]}>{story.decision}</Badge>
        {about === undefined ? null : (
          <span className="min-w-0 font-mono text-xs">
            <VisibleText text={about} max={300} />
          </span>
        )}
      </div>
      {isCall ? <Actions story={story} onAsk={setAsked} /> : null}
      {asked === undefined ? null : (
        <section
          aria-label={asked === 'why' ? 'Why' : 'Request access'}
          className="rounded-lg border border-line bg-sunk p-3"
        >
          {asked === 'why' ? <WhyBox story={story} /> : <RequestAccess story={story} />}
        </section>
      )}
      {steps.length === 0 ? null : (
        <ol aria-label="What happened, in order">
          {steps.map((step, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- steps of one call have no other identity
            <Step key={index} step={step} icon={iconOf(step, story.decision)} />
          ))}
        </ol>
      )}
      {isCall ? (
        <div className="space-y-1">
          <h3 className="text-soft">Arguments, as the journal keeps them</h3>
          <ArgumentsBox shape={entry.arguments} />
        </div>
      ) : (
        <ArgumentsBox shape={entry.detail} />
      )}
      <dl>
        <Field label="Time">
          <time dateTime={entry.time}>{fullText(entry.time)}</time>
        </Field>
        <Field label="Client">
          <VisibleText text={entry.client ?? '–'} max={256} />
        </Field>
        <Field label="Connector">
          <VisibleText text={entry.connector ?? '–'} max={100} />
        </Field>
        {isCall ? (
          <Field label="Method">
            <span className="font-mono text-xs">
              <VisibleText text={entry.method ?? '–'} max={200} />
            </span>
          </Field>
        ) : null}
        <Field label="Reference">
          <span className="font-mono text-xs">
            <VisibleText text={entry.id} max={200} />
          </span>
        </Field>
      </dl>
    </div>
  );
}

/** The whole story of one call, beside the list; one for each call. Escape closes it. */
export function CallPanel({ id, onClose }: { id: string; onClose: () => void }): ReactElement {
  const answer = useQuery('activity.call', { id }, { on: ['log'] });
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus(), []);
  const { value, failure } = answer;
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label="Call"
      className="fixed inset-y-0 right-0 z-20 flex w-[min(30rem,100vw)] flex-col border-l border-line bg-card shadow-xl outline-none"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <div className="flex items-center justify-between gap-3 border-b border-line px-4 py-3">
        <h2 className="min-w-0 truncate font-mono text-xs font-semibold">
          {value === undefined ? 'Call' : <VisibleText text={subjectOf(value.entry)} max={120} />}
        </h2>
        <button type="button" aria-label="Close" className="rounded p-1 text-soft hover:bg-sunk" onClick={onClose}>
          <Icon name="close" className="size-4" />
        </button>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">
        {value === undefined && failure === undefined ? <Loading rows={8} /> : null}
        {failure === undefined || value !== undefined ? null : <ErrorBox failure={failure} onRetry={answer.reload} />}
        {value === undefined ? null : <Story story={value} />}
      </div>
    </aside>
  );
}
