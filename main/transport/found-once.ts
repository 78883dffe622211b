/** What the guard finds again and again in one session is said once, and no more of it than a person would read. */
import type { Findings } from '../relay/findings.ts';

const MAX_TOLD = 100;

export function createFoundOnce(tell: (found: Findings) => void): (found: Findings) => void {
  const told = new Set<string>();
  return (found) => {
    const rules = found.findings.map(({ category, rule }) => `${category} ${rule}`);
    const key = [found.carrier, found.from, found.verdict, ...rules].join(' ');
    if (told.has(key) || told.size >= MAX_TOLD) return;
    told.add(key);
    tell(found);
  };
}
