/** What does not fit a schema, in words: the first thing, and where it stands. */
import type { z } from 'zod';

const MAX_PROBLEM_CHARACTERS = 300;

/** Of the alternatives of a union, the one that was meant: it knows every key that was given, and most of it fits. */
function nearest(alternatives: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const isForeign = (issues: readonly z.core.$ZodIssue[]): boolean =>
    issues.some((issue) => issue.code === 'unrecognized_keys' && issue.path.length === 0);
  const own = alternatives.filter((issues) => !isForeign(issues));
  return (own.length > 0 ? own : alternatives).toSorted((a, b) => a.length - b.length)[0] ?? [];
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function problemOf(issue: z.core.$ZodIssue): Problem {
  const inner =
    issue.code === 'invalid_union'
      ? nearest(issue.errors)[0]
      : issue.code === 'invalid_key'
        ? issue.issues[0]
        : undefined;
  if (inner === undefined) return issue;
  // A key that does not fit may be anything, even a secret that was put in the wrong place.
  const path = issue.code === 'invalid_key' ? issue.path.slice(0, -1) : issue.path;
  const { path: rest, message } = problemOf(inner);
  return { path: [...path, ...rest], message };
}

/** The first thing that does not fit, and where it stands. What was given is not repeated: it may be a secret. */
export function inputProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  const { path, message }: Problem = issue === undefined ? { path: [], message: 'unknown' } : problemOf(issue);
  const at = path.map(String).join('.');
  const what = at === '' ? 'The input' : `"${at}"`;
  return `${what} does not fit: ${message}`.slice(0, MAX_PROBLEM_CHARACTERS).replace(/\.$/, '');
}
