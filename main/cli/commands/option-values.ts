/** Reads the values of options; what does not fit is a misuse that says what would. */
import { InvalidArgumentError, Option } from 'commander';

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
    return value;
  };
}

const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** A day (from its start in UTC) or a moment, as RFC 3339 in UTC. */
export function moment(text: string): string {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('Give a time such as 2026-01-31T09:00:00Z, or 2026-01-31.');
  return new Date(time).toISOString();
}

/** For an option that may be given several times; no default, because help would show it. */
export function collect(value: string, earlier: readonly string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}

export const jsonOption = (): Option => new Option('--json', 'print one JSON document');
export const yesOption = (): Option => new Option('-y, --yes', 'answer the question with yes');
