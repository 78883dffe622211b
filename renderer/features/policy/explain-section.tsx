import { useState, type ReactElement } from 'react';
import type { Explanation } from '../../../preload/contract/policy-operations.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select, TextArea } from '../../ui/fields.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { explainInput, type Question } from './explain-input.ts';
import { NameField } from './name-field.tsx';
import { many, OUTCOME_TONES, OUTCOME_WORDS } from './policy-words.ts';
import type { Subject } from './rule-form.ts';

const SAYS = { true: 'holds', false: 'does not hold', undecidable: 'cannot tell' } as const;
const EMPTY: Question = { connector: '', subject: 'tool', name: '', client: '', args: '{}' };
const SUBJECTS: readonly { readonly value: Subject; readonly text: string }[] = [
  { value: 'tool', text: 'Calls the tool' },
  { value: 'resource', text: 'Reads the resource' },
  { value: 'prompt', text: 'Uses the prompt' },
];

function Answer({ explanation }: { explanation: Explanation }): ReactElement {
  const { decision, subject, connector, considered, notAbout, also } = explanation;
  return (
    <div aria-live="polite" className="space-y-2 rounded-md bg-sunk px-3 py-2.5">
      <p>
        <Badge tone={OUTCOME_TONES[decision.effect]}>{OUTCOME_WORDS[decision.effect]}</Badge>{' '}
        <span className="font-medium">
          <VisibleText text={`${subject} on ${connector}`} max={400} />
        </span>
      </p>
      <p>
        <VisibleText text={decision.reason} max={600} />
      </p>
      {considered.length === 0 ? null : (
        <ul className="space-y-0.5 text-soft">
          {considered.map((one) => (
            <li key={one.rule.id}>
              <span className="font-mono text-xs">{one.rule.id}</span> {one.rule.effect}: {SAYS[one.says]}.{' '}
              <VisibleText text={one.because} max={400} />
            </li>
          ))}
        </ul>
      )}
      {notAbout === 0 ? null : <p className="text-soft">{many(notAbout, 'rule')} about something else.</p>}
      {also.length === 0 ? null : (
        <ul className="list-disc space-y-0.5 pl-5 text-soft">
          {also.map((text) => (
            <li key={text}>
              <VisibleText text={text} max={400} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** "What would happen if …": asked of the rules themselves; nothing is called. */
export function ExplainSection(): ReactElement {
  const { call, state } = useCompanion();
  const action = useAction();
  const names = useQuery('policy.names', {}, { on: [] });
  const [question, setQuestion] = useState(EMPTY);
  const [explanation, setExplanation] = useState<Explanation>();
  const set = <K extends keyof Question>(key: K, value: Question[K]): void =>
    setQuestion({ ...question, [key]: value });
  const connectors = names.value?.connectors ?? [];
  const of = connectors.find(({ name }) => name === question.connector);
  const offered = question.subject === 'tool' ? of?.tools : question.subject === 'prompt' ? of?.prompts : [];
  const ask = async (): Promise<void> => {
    setExplanation(undefined);
    const answer = await action.run(() => call('policy.explain', explainInput(question)));
    if (answer !== undefined) setExplanation(answer);
  };
  return (
    <Section title="What would happen?">
      <form
        className="space-y-3 border-t border-line p-4"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <div className="grid items-start gap-3 sm:grid-cols-2 lg:grid-cols-4">
          <NameField
            label="If this client"
            value={question.client}
            onChange={(client) => set('client', client)}
            names={(state.clients ?? []).map(({ id }) => id)}
            hint="Empty: one that gives no name."
          />
          <Select
            label="Does this"
            value={question.subject}
            onChange={(subject) => set('subject', subject)}
            options={SUBJECTS}
          />
          <NameField
            label="On the connector"
            value={question.connector}
            onChange={(connector) => set('connector', connector)}
            names={connectors.map(({ name }) => name)}
          />
          <NameField
            label={question.subject === 'resource' ? 'Address' : 'Name'}
            value={question.name}
            onChange={(name) => set('name', name)}
            names={offered ?? []}
          />
        </div>
        {question.subject === 'resource' ? null : (
          <TextArea
            label="With these arguments"
            rows={3}
            value={question.args}
            onChange={(args) => set('args', args)}
            hint='A JSON object, such as {"path": "~/notes/a.txt"}.'
          />
        )}
        <Button type="submit" busy={action.busy} disabled={question.connector === '' || question.name === ''}>
          Explain
        </Button>
        {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
        {explanation === undefined ? null : <Answer explanation={explanation} />}
      </form>
    </Section>
  );
}
