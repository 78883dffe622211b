/** What does not fit a schema, in words for whoever is typing it. What was typed is not repeated, but for names of members. */
import type { z } from 'zod';
import type { RuleProblem } from '../../../preload/contract/index.ts';

const MAX_NAME = 64;
/** More is not read at once. */
export const MAX_PROBLEMS = 20;

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text in quotation marks',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list in [ ]',
  object: 'an object in { }',
  null: 'null',
};

export function pathText(path: readonly PropertyKey[]): string {
  return path.map((part) => String(part).slice(0, MAX_NAME)).join('.');
}

/** `"a", "b" or "c"`. */
export function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  const last = texts.pop() ?? '';
  return texts.length === 0 ? last : `${texts.join(', ')} or ${last}`;
}

/** What is counted of a value of this kind. */
const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

function sentence(text: string): string {
  const begun = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return begun.endsWith('.') ? begun : `${begun}.`;
}

function words(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.includes('received undefined')
        ? 'It is missing.'
        : `It must be ${TYPES[issue.expected] ?? issue.expected}.`;
    case 'invalid_value':
      return `It must be ${oneOf(issue.values)}.`;
    case 'unrecognized_keys':
      return `There is no such member: ${oneOf(issue.keys.slice(0, 5).map((key) => key.slice(0, MAX_NAME)))}.`;
    case 'too_small':
      return issue.origin in UNITS ? 'It is empty.' : `It must be at least ${issue.minimum}.`;
    case 'too_big':
      return `It is too long: at most ${issue.maximum}${UNITS[issue.origin] ?? ''}.`;
    case 'invalid_union':
      return 'It must be a text, a number, true, false or null.';
    case 'invalid_format':
      return issue.message.startsWith('a glob')
        ? 'It holds no spaces and nothing that cannot be seen; "?" stands for any one character.'
        : sentence(issue.message);
    case 'custom':
      return sentence(issue.message);
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
      return 'It does not fit.';
  }
}

/** One for each place. `at`: where the value stands that the schema was asked about. */
export function valueProblems(error: z.ZodError, at: readonly PropertyKey[] = []): RuleProblem[] {
  const found = new Map<string, RuleProblem>();
  for (const issue of error.issues) {
    const path = pathText([...at, ...issue.path]);
    if (!found.has(path)) found.set(path, { path, text: words(issue) });
    if (found.size >= MAX_PROBLEMS) break;
  }
  return [...found.values()];
}
