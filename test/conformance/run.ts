/**
 * `npm run test:conformance [leg …]`: the official suite's server scenarios of both revisions over every way to the fixture.
 * Fails when a scored scenario fails anywhere, or when any way does something else than the direct one.
 */
import { whileOpen } from './opened.ts';
import { LEGS, type Leg } from './legs.ts';
import { judgeServer, REVISIONS, rowsOf, type Revision } from './suite.ts';
import { tabulate, type Column, type Line } from './tables.ts';

type Found = ReadonlyMap<Revision, ReadonlyMap<string, Line>>;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !LEGS.some((leg) => leg.name === name));
if (unknown.length > 0) {
  console.error(`no such leg: ${unknown.join(', ')}; there are ${LEGS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

async function judge(leg: Leg): Promise<Found> {
  return whileOpen(await leg.open(), async ({ url }) => {
    const found = new Map<Revision, ReadonlyMap<string, Line>>();
    for (const revision of REVISIONS) found.set(revision, await judgeServer(url, revision));
    return found;
  });
}

const problems: string[] = [];
const judged: (readonly [Leg, Found])[] = [];
for (const [at, leg] of LEGS.entries()) {
  // Without the direct one there is nothing to compare with.
  if (at > 0 && asked.length > 0 && !asked.includes(leg.name)) continue;
  console.log(`${leg.name}: ${leg.way}`);
  try {
    judged.push([leg, await judge(leg)]);
  } catch (error) {
    problems.push(`${leg.name} could not be judged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const scores: (readonly string[])[] = [];
for (const revision of REVISIONS) {
  const columns = judged.map(([{ name, explained = {} }, found]): Column => {
    const reasons = explained[revision];
    return { name, lines: found.get(revision) ?? new Map(), ...(reasons === undefined ? {} : { explained: reasons }) };
  });
  const table = tabulate(revision, await rowsOf(revision, 'server'), columns);
  console.log(`\n${table.text}`);
  problems.push(...table.problems.map((problem) => `${revision} ${problem}`));
  scores.push(table.scores);
}

console.log(
  '\nPer cell: checks that passed, ✗ failed, ! warnings; ≠ differs from direct, ~ differs for a stated reason.\n',
);
for (const [at, [{ name }]] of judged.entries())
  console.log(`${name.padEnd(12)}${scores.map((row) => row[at]).join('  ')}`);
for (const problem of problems) console.error(`\n${problem}`);
if (problems.length > 0) process.exitCode = 1;
