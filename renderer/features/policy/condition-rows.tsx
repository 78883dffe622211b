import type { ReactElement } from 'react';
import type { RuleProblem } from '../../../preload/contract/policy-page.ts';
import { Button } from '../../ui/button.tsx';
import { Select, TextArea, TextField } from '../../ui/fields.tsx';
import { Icon } from '../../ui/icon.tsx';
import {
  EMPTY_ROW,
  isList,
  isTyped,
  TEST_HINTS,
  TEST_NAMES,
  TEST_WORDS,
  VALUE_TYPES,
  type ConditionRow,
  type ValueType,
} from './condition-row.ts';
import { problemOf } from './problem-of.ts';

const TESTS = TEST_NAMES.map((value) => ({ value, text: TEST_WORDS[value] }));
const TYPE_WORDS: Readonly<Record<ValueType, string>> = {
  text: 'Text',
  number: 'Number',
  boolean: 'True or false',
  null: 'Nothing (null)',
};
const TYPES = VALUE_TYPES.map((value) => ({ value, text: TYPE_WORDS[value] }));

interface RowProps {
  readonly row: ConditionRow;
  readonly onChange: (row: ConditionRow) => void;
  readonly problem: string | undefined;
}

function ValueFields({ row, onChange, problem }: RowProps): ReactElement | null {
  const { test, value, type } = row;
  const wrong = problem === undefined ? {} : { problem };
  if (test === 'exists' || test === 'missing') return problem === undefined ? null : <Problem text={problem} />;
  if (test === 'length')
    return (
      <div className="grid grid-cols-2 gap-3">
        <TextField label="At least" value={value} onChange={(next) => onChange({ ...row, value: next })} {...wrong} />
        <TextField label="At most" value={row.upTo} onChange={(next) => onChange({ ...row, upTo: next })} />
      </div>
    );
  const isBoolean = isTyped(test) && type === 'boolean' && !isList(test);
  return (
    <div className={isTyped(test) ? 'grid gap-3 sm:grid-cols-[8rem_1fr]' : ''}>
      {isTyped(test) ? (
        <Select
          label="Kind of value"
          value={type}
          onChange={(next) => onChange({ ...row, type: next, value: next === 'boolean' ? 'true' : value })}
          options={isList(test) ? TYPES.filter((one) => one.value !== 'null') : TYPES}
        />
      ) : null}
      {isTyped(test) && type === 'null' ? null : isBoolean ? (
        <Select
          label="Value"
          value={value === 'true' ? 'true' : 'false'}
          onChange={(next) => onChange({ ...row, value: next })}
          options={[
            { value: 'true', text: 'True' },
            { value: 'false', text: 'False' },
          ]}
        />
      ) : isList(test) ? (
        <TextArea
          label="Values"
          rows={2}
          value={value}
          onChange={(next) => onChange({ ...row, value: next })}
          hint={TEST_HINTS[test]}
          {...wrong}
        />
      ) : (
        <TextField
          label="Value"
          mono
          value={value}
          onChange={(next) => onChange({ ...row, value: next })}
          hint={TEST_HINTS[test]}
          {...wrong}
        />
      )}
    </div>
  );
}

function Problem({ text }: { text: string }): ReactElement {
  return (
    <p role="alert" className="text-xs text-bad">
      {text}
    </p>
  );
}

function Row({
  row,
  onChange,
  problem,
  onRemove,
  name,
}: RowProps & { onRemove: () => void; name: string }): ReactElement {
  const isAtWrong = problem?.startsWith('A JSON Pointer') === true;
  return (
    <fieldset className="space-y-3 rounded-md border border-line p-3">
      <legend className="sr-only">{name}</legend>
      <div className="grid items-start gap-3 sm:grid-cols-[1fr_7rem_1fr_auto]">
        <TextField
          label="Argument"
          mono
          value={row.at}
          onChange={(at) => onChange({ ...row, at })}
          hint='"/path" is the argument named path.'
          {...(isAtWrong && problem !== undefined ? { problem } : {})}
        />
        <Select
          label="Holds if it"
          value={row.isNot ? 'not' : 'yes'}
          onChange={(next) => onChange({ ...row, isNot: next === 'not' })}
          options={[
            { value: 'yes', text: 'does' },
            { value: 'not', text: 'does not' },
          ]}
        />
        <Select label="Test" value={row.test} onChange={(test) => onChange({ ...row, test })} options={TESTS} />
        <button
          type="button"
          aria-label={`Remove ${name.toLowerCase()}`}
          className="mt-6 rounded p-1.5 text-soft hover:bg-sunk hover:text-bad"
          onClick={onRemove}
        >
          <Icon name="trash" />
        </button>
      </div>
      <ValueFields row={row} onChange={onChange} problem={isAtWrong ? undefined : problem} />
    </fieldset>
  );
}

/** The conditions of a rule, one line each. */
export function ConditionRows({
  rows,
  join,
  onChange,
  onJoin,
  problems,
}: {
  rows: readonly ConditionRow[];
  join: 'and' | 'or';
  onChange: (rows: readonly ConditionRow[]) => void;
  onJoin: (join: 'and' | 'or') => void;
  problems: readonly RuleProblem[];
}): ReactElement {
  return (
    <fieldset className="space-y-3">
      <legend className="mb-1 font-medium">Only for these arguments</legend>
      {rows.length < 2 ? null : (
        <Select
          label="Which of them must hold"
          value={join}
          onChange={onJoin}
          options={[
            { value: 'and', text: 'All of them' },
            { value: 'or', text: 'At least one of them' },
          ]}
        />
      )}
      {rows.map((row, at) => (
        <Row
          // oxlint-disable-next-line react/no-array-index-key -- lines have no other identity, and are not moved
          key={at}
          name={`Condition ${at + 1}`}
          row={row}
          problem={problemOf(problems, rows.length === 1 ? 'when' : `when.${join}.${at}`)}
          onChange={(next) => onChange(rows.map((one, place) => (place === at ? next : one)))}
          onRemove={() => onChange(rows.filter((_row, place) => place !== at))}
        />
      ))}
      <Button onClick={() => onChange([...rows, EMPTY_ROW])}>
        <Icon name="plus" /> Add a condition
      </Button>
      {rows.length === 0 ? <p className="text-xs text-soft">Without one, the rule counts for every call.</p> : null}
    </fieldset>
  );
}
