/** A rule as a form, and the same as JSON. What a form cannot say is written as JSON only; nothing is lost on the way. */
import type { Condition, Effect, NewRule } from '../../../preload/contract/policy.ts';
import { jsonToRow, rowToJson, type ConditionRow } from './condition-row.ts';

export const EFFECTS: readonly Effect[] = ['deny', 'ask', 'allow'];

export type Subject = 'tool' | 'resource' | 'prompt';

export interface RuleForm {
  readonly effect: Effect;
  readonly connector: string;
  readonly subject: Subject;
  /** Of the tool or prompt, or the address. */
  readonly name: string;
  /** "" is every client. */
  readonly client: string;
  readonly note: string;
  readonly join: 'and' | 'or';
  readonly rows: readonly ConditionRow[];
}

export const EMPTY_FORM: RuleForm = {
  effect: 'deny',
  connector: '*',
  subject: 'tool',
  name: '',
  client: '',
  note: '',
  join: 'and',
  rows: [],
};

function whenOf({ rows, join }: RuleForm): unknown {
  const tests = rows.map(rowToJson);
  return tests.length > 1 ? { [join]: tests } : tests[0];
}

/** What the form stands for; need not fit. */
export function formToJson(form: RuleForm): Readonly<Record<string, unknown>> {
  const { effect, client, connector, subject, name, note } = form;
  const when = subject === 'resource' ? undefined : whenOf(form);
  return {
    effect,
    ...(client.trim() === '' ? {} : { client: client.trim() }),
    connector: connector.trim(),
    [subject]: subject === 'resource' ? name : name.trim(),
    ...(when === undefined ? {} : { when }),
    ...(note.trim() === '' ? {} : { note }),
  };
}

export const formToText = (form: RuleForm): string => JSON.stringify(formToJson(form), undefined, 2);

function rowsOf(when: Condition | undefined): Pick<RuleForm, 'join' | 'rows'> | undefined {
  if (when === undefined) return { join: 'and', rows: [] };
  const join = 'or' in when ? 'or' : 'and';
  const parts = 'and' in when ? when.and : 'or' in when ? when.or : [when];
  const rows = parts.flatMap((part) => jsonToRow(part) ?? []);
  return rows.length === parts.length ? { join, rows } : undefined;
}

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** The form of exactly this rule; undefined where its conditions are more than a form can say. */
export function ruleToForm(rule: NewRule): RuleForm | undefined {
  if (!EFFECTS.includes(rule.effect)) return undefined;
  const condition = rowsOf(rule.when);
  if (condition === undefined) return undefined;
  const subject: Subject = rule.resource !== undefined ? 'resource' : rule.prompt !== undefined ? 'prompt' : 'tool';
  const form: RuleForm = {
    effect: rule.effect,
    connector: rule.connector,
    subject,
    name: rule.tool ?? rule.resource ?? rule.prompt ?? '',
    client: rule.client ?? '',
    note: rule.note ?? '',
    ...condition,
  };
  // A form that says something else, however little, is none of this rule.
  return sorted(formToJson(form)) === sorted(rule) ? form : undefined;
}

/** The rule that a text holds, as far as it looks like one; undefined while it is no JSON. Whether it fits is asked elsewhere. */
export function textToForm(text: string): RuleForm | undefined {
  try {
    const rule: NewRule = JSON.parse(text);
    return ruleToForm(rule);
  } catch {
    return undefined;
  }
}
