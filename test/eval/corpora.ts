/** The third-party texts, as cases with their class and their half. */
import { z } from 'zod';
import { corpus } from '../relay/corpus.ts';
import { isDevelop } from './split.ts';

export interface Case {
  readonly text: string;
  readonly group: string;
  readonly isDevelop: boolean;
}

const FILES = {
  labelled: 'tool-definitions-labelled.json',
  real: 'tool-definitions-real.json',
  outputs: 'tool-outputs-real.jsonl',
  injections: 'injection-en.json',
  indirect: 'injection-indirect.json',
  naughty: 'naughty-strings.json',
} as const;

export const corporaMissing = Object.values(FILES).some((name) => corpus(name).missing);

const cases = (name: string, texts: readonly { readonly text: string; readonly group: string }[]): readonly Case[] =>
  texts.map((each, index) => ({ ...each, isDevelop: isDevelop(name, index) }));

const Labelled = z.object({
  entries: z.array(
    z.object({ label: z.enum(['malicious', 'benign']), category: z.string(), tool: z.record(z.string(), z.unknown()) }),
  ),
});
const Real = z.object({ tools: z.array(z.looseObject({ tool: z.string() })) });
const Output = z.object({ text: z.string() });
const Injections = z.array(z.object({ text: z.string(), variant: z.string() }));
const Indirect = z.record(z.string(), z.array(z.string()));

/** Definitions as JSON, as a server sends them. */
export function labelledDefinitions(label: 'malicious' | 'benign'): readonly Case[] {
  const { entries } = Labelled.parse(JSON.parse(corpus(FILES.labelled).text()));
  const all = cases(
    'tool-definitions-labelled',
    entries.map((entry) => ({ text: JSON.stringify(entry.tool), group: `${entry.label} ${entry.category}` })),
  );
  return all
    .filter(({ group }) => group.startsWith(label))
    .map((each) => ({ ...each, group: each.group.slice(label.length + 1) }));
}

export function realDefinitions(): readonly Case[] {
  const { tools } = Real.parse(JSON.parse(corpus(FILES.real).text()));
  return cases(
    'tool-definitions-real',
    tools.map(({ tool, server: _server, ...rest }) => ({
      text: JSON.stringify({ name: tool, ...rest }),
      group: 'real tools',
    })),
  );
}

export function realOutputs(): readonly Case[] {
  const lines = corpus(FILES.outputs).text().trim().split('\n');
  return cases(
    'tool-outputs-real',
    lines.map((line) => ({ text: Output.parse(JSON.parse(line)).text, group: 'real outputs' })),
  );
}

export function injections(): readonly Case[] {
  const texts = Injections.parse(JSON.parse(corpus(FILES.injections).text()));
  return cases(
    'injection-en',
    texts.map(({ text, variant }) => ({ text, group: variant })),
  );
}

export function indirectInjections(): readonly Case[] {
  const kinds = Indirect.parse(JSON.parse(corpus(FILES.indirect).text()));
  return cases(
    'injection-indirect',
    Object.entries(kinds).flatMap(([group, texts]) => texts.map((text) => ({ text, group }))),
  );
}

export function naughtyStrings(): readonly Case[] {
  const texts = z.array(z.string()).parse(JSON.parse(corpus(FILES.naughty).text()));
  return cases(
    'naughty-strings',
    texts.map((text) => ({ text, group: 'naughty strings' })),
  );
}
