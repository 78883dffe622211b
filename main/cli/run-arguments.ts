/**
 * The words behind `runlayer run`, as client files have them: ours (`run <name>`) and the tenant's documented entry
 * (`run <id> --host <url>`), in any order. Whatever else stands there is refused: a word that was passed over could be one that
 * somebody counts on.
 */
import { CompanionError } from '../../preload/contract/index.ts';

export interface RunArguments {
  /** A connector's name here, or a tenant's id or alias for one. */
  readonly target: string;
  readonly host?: string;
  /** A key of that tenant, for this session alone. */
  readonly key?: string;
  readonly client?: string;
}

type Option = Exclude<keyof RunArguments, 'target'>;

const OPTIONS: ReadonlyMap<string, Option> = new Map([
  ['--host', 'host'],
  ['-H', 'host'],
  ['--secret', 'key'],
  ['-s', 'key'],
  ['--client', 'client'],
]);

const USAGE = 'Write "runlayer run <connector>", or "runlayer run <id> --host <url>" for one of a tenant.';

function misuse(message: string, next = USAGE): CompanionError {
  return new CompanionError('E_USAGE', message, next, { exitCode: 2 });
}

/** `--host=url` as two words. What stands behind "=" is never part of a message: it may be a key. */
function split(word: string): { readonly name: string; readonly value: string | undefined } {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at < 0 ? { name: word, value: undefined } : { name: word.slice(0, at), value: word.slice(at + 1) };
}

/** @param argv without the word `run`. @throws CompanionError E_USAGE where it means nothing, or more than one thing. */
export function runArguments(argv: readonly string[]): RunArguments {
  const given: { -readonly [O in Option]?: string } = {};
  let target: string | undefined;
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') continue;
    const { name, value } = split(word);
    const option = OPTIONS.get(name);
    if (option === undefined) {
      if (word.startsWith('-')) throw misuse('"runlayer run" was given an option that it does not have.');
      if (word === '') throw misuse('A word of "runlayer run" is empty.');
      if (target !== undefined) throw misuse('More than one connector is named.');
      target = word;
      continue;
    }
    if (given[option] !== undefined) throw misuse(`${name} is given more than once.`);
    if (value === undefined) at += 1;
    const text = value ?? argv[at] ?? '';
    if (text === '' || text === '--') throw misuse(`${name} stands without a value.`);
    given[option] = text;
  }
  if (target === undefined)
    throw misuse('No connector is named.', `${USAGE} "runlayer connectors list" shows which there are.`);
  return { target, ...given };
}
