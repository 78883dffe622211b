import type { ReactElement } from 'react';
import type { OperationOutput } from '../../../preload/contract/operations.ts';
import type { RuleProblem } from '../../../preload/contract/policy-page.ts';
import { Select, TextField } from '../../ui/fields.tsx';
import { ConditionRows } from './condition-rows.tsx';
import { NameField } from './name-field.tsx';
import { EFFECT_NOTES, EFFECT_WORDS } from './policy-words.ts';
import { problemOf } from './problem-of.ts';
import { EFFECTS, type RuleForm, type Subject } from './rule-form.ts';

export type Names = OperationOutput<'policy.names'>['connectors'];

const SUBJECTS: readonly { readonly value: Subject; readonly text: string }[] = [
  { value: 'tool', text: 'A tool' },
  { value: 'resource', text: 'A resource, by its address' },
  { value: 'prompt', text: 'A prompt' },
];
const SUBJECT_LABELS: Readonly<Record<Subject, string>> = { tool: 'Tool', resource: 'Address', prompt: 'Prompt' };

function offered(names: Names, { connector, subject }: RuleForm): string[] {
  const meant = names.filter(({ name }) => connector === '*' || connector === '' || name === connector);
  const all = meant.flatMap(({ tools, prompts }) => (subject === 'tool' ? tools : subject === 'prompt' ? prompts : []));
  return [...new Set(all)].toSorted();
}

/** A rule as fields. */
export function RuleFields({
  form,
  onChange,
  names,
  clients,
  problems,
}: {
  form: RuleForm;
  onChange: (form: RuleForm) => void;
  names: Names;
  clients: readonly string[];
  problems: readonly RuleProblem[];
}): ReactElement {
  const set = <K extends keyof RuleForm>(key: K, value: RuleForm[K]): void => onChange({ ...form, [key]: value });
  return (
    <div className="space-y-4">
      <div className="grid items-start gap-3 sm:grid-cols-2">
        <Select
          label="What happens"
          value={form.effect}
          onChange={(effect) => set('effect', effect)}
          options={EFFECTS.map((value) => ({ value, text: EFFECT_WORDS[value] }))}
          hint={EFFECT_NOTES[form.effect]}
        />
        <NameField
          label="Connector"
          value={form.connector}
          onChange={(connector) => set('connector', connector)}
          names={['*', ...names.map(({ name }) => name)]}
          hint='"*" is every connector.'
          problem={problemOf(problems, 'connector')}
        />
        <Select label="About" value={form.subject} onChange={(subject) => set('subject', subject)} options={SUBJECTS} />
        <NameField
          label={SUBJECT_LABELS[form.subject]}
          value={form.name}
          onChange={(name) => set('name', name)}
          names={['*', ...offered(names, form)]}
          hint={'"*" is any run of characters, "?" any one.'}
          placeholder={form.subject === 'resource' ? 'file:///home/me/notes/*' : 'write_*'}
          problem={form.name === '' ? undefined : problemOf(problems, form.subject)}
        />
        <NameField
          label="Client"
          value={form.client}
          onChange={(client) => set('client', client)}
          names={clients}
          hint={
            form.effect === 'allow'
              ? 'Leave it empty for every client. What a client calls itself is no proof: to allow one alone, it needs a hub token.'
              : 'Leave it empty for every client. A client that gives another name is not caught.'
          }
          problem={problemOf(problems, 'client')}
        />
        <TextField
          label="Note"
          value={form.note}
          onChange={(note) => set('note', note)}
          hint="For people; it decides nothing."
          {...problemField(problemOf(problems, 'note'))}
        />
      </div>
      {form.subject === 'resource' ? null : (
        <ConditionRows
          rows={form.rows}
          join={form.join}
          onChange={(rows) => set('rows', rows)}
          onJoin={(join) => set('join', join)}
          problems={problems}
        />
      )}
    </div>
  );
}

const problemField = (problem: string | undefined): { problem?: string } => (problem === undefined ? {} : { problem });
