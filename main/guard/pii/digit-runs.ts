/**
 * What of a text may hold the number of a person. Each shape in the tables, where nothing else is said of it, has six digits in
 * it that nothing but single separators parts; so only what stands round such runs is searched, not the whole text thirty times.
 */

const RUN = /[0-9](?:[ ./-]?[0-9]){5,}/g;
/** More than what a shape has before and behind its run of digits, with what it looks at round itself. */
const AROUND = 24;
/** No part of any shape. */
const BETWEEN = '\n';

export interface DigitRuns {
  /** The surroundings of all runs, put together. */
  readonly text: string;
  /** Where a place in it stands in the text that it was made of. */
  place(at: number): number;
}

/** Undefined where there is no run. */
export function digitRuns(text: string): DigitRuns | undefined {
  const spans: { start: number; end: number }[] = [];
  let last: { start: number; end: number } | undefined;
  RUN.lastIndex = 0;
  for (let found = RUN.exec(text); found !== null; found = RUN.exec(text)) {
    const start = Math.max(0, found.index - AROUND);
    const end = Math.min(text.length, found.index + found[0].length + AROUND);
    if (last !== undefined && start <= last.end) last.end = end;
    else spans.push((last = { start, end }));
  }
  if (last === undefined) return undefined;
  return {
    text: spans.map(({ start, end }) => text.slice(start, end)).join(BETWEEN),
    place: (at) => {
      let before = 0;
      for (const { start, end } of spans) {
        if (at - before < end - start) return start + at - before;
        before += end - start + BETWEEN.length;
      }
      return text.length;
    },
  };
}
