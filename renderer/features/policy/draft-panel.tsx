import { useEffect, useId, useRef, type ReactElement } from 'react';
import type { DraftWidth, RuleDraft } from '../../../preload/contract/policy-page.ts';
import type { Effect, NewRule, Rule } from '../../../preload/contract/policy.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/fields.tsx';
import { Progress } from '../../ui/progress.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { EFFECT_WORDS, OUTCOME_TONES, OUTCOME_WORDS } from './policy-words.ts';
import { EFFECTS } from './rule-form.ts';
import { Findings, Sentence } from './sentence.tsx';

export interface DraftSource {
  readonly kind: 'call' | 'approval';
  readonly id: string;
}

const WIDTHS: Readonly<Record<DraftWidth, string>> = {
  these_arguments: 'Only with exactly these arguments',
  like_these: 'With arguments like these',
  this_client: 'Whenever this client calls it',
  any_arguments: 'Whatever the arguments',
  whole_connector: 'Everything on this connector',
};
const RESOURCE_WIDTHS: Readonly<Record<DraftWidth, string>> = {
  ...WIDTHS,
  these_arguments: 'Only this address',
  like_these: 'Everything beside it',
};

const MAX_LINES = 200;

function About({ about }: { about: RuleDraft['about'] }): ReactElement {
  return (
    <dl className="rounded-md bg-sunk px-3 py-2">
      <Field label={about.kind === 'call' ? 'The call' : 'Waiting now'}>
        <span className="font-mono text-xs">
          <VisibleText text={`${about.connector} ${about.name}`} max={300} />
        </span>
        {about.client === undefined ? null : (
          <span className="text-soft">
            {' '}
            by <VisibleText text={about.client} max={100} />
          </span>
        )}
      </Field>
      {about.reason === '' ? null : (
        <Field label={about.effect === undefined ? 'Why it waits' : 'What was decided'}>
          {about.effect === undefined ? null : (
            <>
              <Badge tone={OUTCOME_TONES[about.effect]}>{OUTCOME_WORDS[about.effect]}</Badge>{' '}
            </>
          )}
          <VisibleText text={about.reason} max={400} />
        </Field>
      )}
      {about.arguments === '' ? null : (
        <Field label="Arguments">
          <code className="block max-h-24 overflow-auto font-mono text-xs whitespace-pre-wrap" tabIndex={0}>
            {about.arguments
              .split('\n')
              .slice(0, MAX_LINES)
              .map((line, at) => (
                // oxlint-disable-next-line react/no-array-index-key -- lines of one text have no other identity
                <span key={at} className="block">
                  <VisibleText text={line} />
                </span>
              ))}
          </code>
        </Field>
      )}
    </dl>
  );
}

function Choices({
  draft,
  chosen,
  onChoose,
}: {
  draft: RuleDraft;
  chosen: NewRule | undefined;
  onChoose: (rule: NewRule) => void;
}): ReactElement {
  const name = useId();
  const words = draft.about.subject === 'resource' ? RESOURCE_WIDTHS : WIDTHS;
  return (
    <fieldset className="space-y-2">
      <legend className="mb-1 font-medium">How far it reaches</legend>
      {draft.choices.map(({ width, rule, sentence, full, outcome, leavesOpen }) => (
        <label
          key={width}
          className="flex cursor-pointer items-start gap-2.5 rounded-md border border-line px-3 py-2 hover:bg-sunk has-checked:border-accent has-checked:bg-accent-soft"
        >
          <input
            type="radio"
            name={name}
            className="mt-0.5 accent-accent"
            checked={chosen !== undefined && JSON.stringify(chosen) === JSON.stringify(rule)}
            onChange={() => onChoose(rule)}
          />
          <span className="min-w-0 flex-1">
            <span className="flex flex-wrap items-center justify-between gap-2">
              <span className="font-medium">{words[width]}</span>
              <span className="text-xs text-soft">
                this call would be <Badge tone={OUTCOME_TONES[outcome]}>{OUTCOME_WORDS[outcome]}</Badge>
              </span>
            </span>
            <span className="block text-soft">
              <Sentence sentence={sentence} full={full} />
            </span>
            {leavesOpen.length === 0 || width === 'any_arguments' || width === 'whole_connector' ? null : (
              <span className="block text-xs text-warn">
                These may be anything: <VisibleText text={leavesOpen.slice(0, 8).join(', ')} max={200} />
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function StoppedBy({
  stoppedBy: { rule, sentence },
  onEdit,
}: {
  stoppedBy: NonNullable<RuleDraft['stoppedBy']>;
  onEdit: (rule: Rule) => void;
}): ReactElement {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg border border-warn-line bg-warn-soft px-4 py-2 text-warn">
      <p className="min-w-0 flex-1">
        A new rule changes nothing here, because another one has the last word:{' '}
        <VisibleText text={sentence} max={600} />
      </p>
      <Button onClick={() => onEdit(rule)}>Change that rule</Button>
    </div>
  );
}

/** The call that a rule is made of, and the rules that it suggests, from the narrowest on. */
export function DraftPanel({
  source,
  effect,
  onEffect,
  chosen,
  onChoose,
  onEdit,
}: {
  source: DraftSource;
  effect: Effect;
  onEffect: (effect: Effect) => void;
  chosen: NewRule | undefined;
  onChoose: (rule: NewRule) => void;
  /** Another rule is to be changed instead. */
  onEdit: (rule: Rule) => void;
}): ReactElement {
  const input = { id: source.id, effect };
  const fromCall = useQuery('policy.fromCall', source.kind === 'call' ? input : undefined, { on: [] });
  const fromApproval = useQuery('policy.fromApproval', source.kind === 'approval' ? input : undefined, { on: [] });
  const query = source.kind === 'call' ? fromCall : fromApproval;
  const draft = query.value;
  const suggested = useRef<string>(undefined);
  useEffect(() => {
    const [first] = draft?.choices ?? [];
    // Once for each effect: afterwards the person chooses, and what they wrote stays.
    if (first === undefined || suggested.current === effect) return;
    suggested.current = effect;
    onChoose(first.rule);
  }, [draft, effect, onChoose]);
  if (query.kind === 'failed' && query.failure !== undefined)
    return <ErrorBox failure={query.failure} onRetry={query.reload} />;
  if (draft === undefined) return <Progress label="Reading the call" />;
  return (
    <div className="space-y-3">
      <About about={draft.about} />
      <Select
        label="What should happen with such calls"
        value={effect}
        onChange={onEffect}
        options={EFFECTS.map((value) => ({ value, text: EFFECT_WORDS[value] }))}
      />
      {draft.stoppedBy === undefined ? null : <StoppedBy stoppedBy={draft.stoppedBy} onEdit={onEdit} />}
      <Findings findings={draft.notes} />
      {draft.choices.length === 0 ? null : <Choices draft={draft} chosen={chosen} onChoose={onChoose} />}
    </div>
  );
}
