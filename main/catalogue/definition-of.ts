/**
 * Makes the definition that an entry of the catalogue stands for out of what a person gave: parameters, and names of secrets.
 * Pure. Nothing that is given can become an option of the program, another package or another address.
 */
import { isAbsolute } from 'node:path';
import {
  CompanionError,
  type CatalogueEntry,
  type CatalogueParameter,
  type ConnectorDefinition,
  type HttpDefinition,
  type ProgramDefinition,
} from '../../preload/contract/index.ts';

export interface Given {
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** By variable or header: the name of a secret. */
  readonly secrets: Readonly<Record<string, string>>;
}

function refused(message: string, next: string): CompanionError {
  return new CompanionError('E_CATALOGUE_PARAMETER', message, next, { exitCode: 2 });
}

const MAX_TEXT = 1024;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

function checked({ title, kind }: CatalogueParameter, value: string): string {
  if (CONTROL.test(value) || value.trim() === '')
    throw refused(`${title} has a value that is empty or holds control characters.`, 'Type it again.');
  if (kind === 'folder') {
    if (isAbsolute(value)) return value;
    throw refused(
      `${title}: "${value.slice(0, 100)}" is not a whole path.`,
      'Give the folder from the root on: /home/…',
    );
  }
  if (value.length > MAX_TEXT) throw refused(`${title} is longer than ${MAX_TEXT} characters.`, 'Make it shorter.');
  if (value.startsWith('-'))
    throw refused(
      `${title} begins with "-", and would be an option of the program.`,
      'Give a value, or add a server of your own.',
    );
  return value;
}

function valuesOf(
  parameters: readonly CatalogueParameter[],
  given: Given['parameters'],
): Map<string, readonly string[]> {
  const unknown = Object.keys(given).find((id) => !parameters.some((parameter) => parameter.id === id));
  if (unknown !== undefined)
    throw refused(`This entry asks for nothing named "${unknown.slice(0, 32)}".`, 'Leave it out.');
  return new Map(
    parameters.map((parameter) => {
      const values = (Object.hasOwn(given, parameter.id) ? given[parameter.id] : undefined) ?? [];
      if (parameter.required && values.length === 0) throw refused(`${parameter.title} is missing.`, parameter.help);
      if (!parameter.many && values.length > 1) throw refused(`${parameter.title} can be given once.`, 'Give one.');
      return [parameter.id, values.map((value) => checked(parameter, value))];
    }),
  );
}

function referencesOf({ secrets }: CatalogueEntry, given: Given['secrets']): Record<string, string> {
  const unknown = Object.keys(given).find((name) => !secrets.some((secret) => secret.for === name));
  if (unknown !== undefined)
    throw refused(`This entry takes no secret for "${unknown.slice(0, 128)}".`, 'Leave it out.');
  const references: Record<string, string> = {};
  for (const { for: target, prefix, required, title } of secrets) {
    const name = Object.hasOwn(given, target) ? given[target] : undefined;
    if (name !== undefined) references[target] = `${prefix}keychain:${name}`;
    else if (required) throw refused(`${title} is missing.`, 'Say under which name it is stored.');
  }
  return references;
}

type Program = Extract<CatalogueEntry['runs'], { kind: 'program' }>;
type Part = Program['args'][number];

function program(
  runs: Program,
  values: Map<string, readonly string[]>,
  secrets: Record<string, string>,
): ProgramDefinition {
  const all = (part: Part): string[] =>
    typeof part === 'string'
      ? [part]
      : (values.get(part.parameter) ?? []).map((value) => `${value}${part.suffix ?? ''}`);
  const { name, version } = runs.package;
  return {
    command: 'npx',
    args: ['-y', `${name}@${version}`, ...runs.args.flatMap(all)],
    env: Object.fromEntries(
      Object.entries(runs.env).flatMap(([variable, part]) => all(part).map((value) => [variable, value])),
    ),
    secrets,
  };
}

/** Throws E_CATALOGUE_PARAMETER. */
export function definitionOf(entry: CatalogueEntry, given: Given): ConnectorDefinition {
  const values = valuesOf(entry.parameters, given.parameters);
  const secrets = referencesOf(entry, given.secrets);
  const { runs } = entry;
  if (runs.kind === 'program') return program(runs, values, secrets);
  const definition: HttpDefinition = {
    url: runs.url,
    transport: 'streamable-http',
    headers: {},
    secrets,
    oauth: runs.oauth,
  };
  return definition;
}

/** The folders that were given: they are looked up before anybody is asked. */
export function foldersOf({ parameters }: CatalogueEntry, given: Given['parameters']): string[] {
  return parameters.flatMap(({ id, kind }) =>
    kind === 'folder' && Object.hasOwn(given, id) ? [...(given[id] ?? [])] : [],
  );
}
