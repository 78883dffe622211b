/** The texts of `own/`, as cases with their class and their half. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Case } from './corpora.ts';
import { isDevelop } from './split.ts';

const Definitions = z.array(z.object({ group: z.string(), tool: z.record(z.string(), z.unknown()) }));
const Outputs = z.array(z.object({ group: z.string(), text: z.string() }));

type OwnDefinitions = 'poisoned-definitions' | 'harmless-definitions';
type OwnOutputs = 'injected-outputs' | 'harmless-outputs';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'own', `${name}.json`), 'utf8'));

export function ownDefinitions(name: OwnDefinitions | `${OwnDefinitions}-later`): readonly Case[] {
  return Definitions.parse(read(name)).map(({ group, tool }, index) => ({
    text: JSON.stringify(tool),
    group,
    isDevelop: isDevelop(`own-${name}`, index),
  }));
}

export function ownOutputs(name: OwnOutputs | `${OwnOutputs}-later`): readonly Case[] {
  return Outputs.parse(read(name)).map(({ group, text }, index) => ({
    text,
    group,
    isDevelop: isDevelop(`own-${name}`, index),
  }));
}
