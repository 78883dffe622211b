/**
 * `run-clients.ts [leg …]`: the official suite's client scenarios of both revisions over every way from a client to a server.
 * Fails when a scored scenario fails anywhere, or when any way does something else than the direct one.
 */
import { fileURLToPath } from 'node:url';
import { CLIENT_LEGS, type ClientLeg } from './client-legs.ts';
import { isPlayed, isSignIn } from './client-scenarios.ts';
import { whileOpen } from './opened.ts';
import { judgeClient, REVISIONS, rowsOf, type Revision } from './suite.ts';
import { tabulate, type Column, type Line, type Row } from './tables.ts';

type Found = ReadonlyMap<Revision, ReadonlyMap<string, Line>>;

const asked = process.argv.slice(2);
// The suite cuts the command at its spaces and hands the parts to a shell.
const driver = `${process.execPath} ${fileURLToPath(new URL('client-driver.ts', import.meta.url))}`;

const signsIn = ({ scenario }: Row): boolean => isSignIn(scenario);
/** Extensions of signing in are other flows altogether, which nothing here speaks. */
const isJudged = (row: Row): boolean => isPlayed(row.scenario) && !(signsIn(row) && row.unscored === 'extension');
const rows = new Map<Revision, Row[]>();
for (const revision of REVISIONS) rows.set(revision, (await rowsOf(revision, 'client')).filter(isJudged));

async function judge(leg: ClientLeg): Promise<Found> {
  return whileOpen(await leg.open(), async ({ env }) => {
    const found = new Map<Revision, Map<string, Line>>();
    for (const [revision, all] of rows) {
      const lines = new Map<string, Line>();
      for (const { scenario } of all.filter((row) => leg.signsIn === true || !signsIn(row))) {
        const line = await judgeClient(driver, scenario, revision, env);
        if (line !== undefined) lines.set(scenario, line);
      }
      found.set(revision, lines);
    }
    return found;
  });
}

const problems: string[] = [];
const judged: (readonly [ClientLeg, Found])[] = [];
for (const [at, leg] of CLIENT_LEGS.entries()) {
  const isWanted = asked.length === 0 ? leg.onlyIfAsked !== true : asked.includes(leg.name);
  if (at > 0 && !isWanted) continue;
  console.log(`${leg.name}: ${leg.way}`);
  try {
    judged.push([leg, await judge(leg)]);
  } catch (error) {
    problems.push(`${leg.name} could not be judged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function show(title: string, revision: Revision, shown: readonly Row[], legs: typeof judged): void {
  const columns = legs.map(([{ name, explained }, found]): Column => ({
    name,
    lines: found.get(revision) ?? new Map(),
    ...(explained === undefined ? {} : { explained }),
  }));
  const table = tabulate(title, shown, columns);
  console.log(`\n${table.text}`);
  problems.push(...table.problems.map((problem) => `${revision} ${problem}`));
}

for (const [revision, all] of rows) {
  show(
    `${revision} client`,
    revision,
    all.filter((row) => !signsIn(row)),
    judged,
  );
  show(
    `${revision} sign-in`,
    revision,
    all.filter(signsIn),
    judged.filter(([leg]) => leg.signsIn === true),
  );
}
for (const problem of problems) console.error(`\n${problem}`);
if (problems.length > 0) process.exitCode = 1;
