/** Reads what `connectors add` and `edit` say about a definition; whichever kind it is, one kind's options never slip into the other. */
import { CompanionError, type DefaultMode } from '../../../preload/contract/index.ts';

export interface DefinitionOptions {
  readonly env?: string[];
  readonly secret?: string[];
  readonly removeEnv?: string[];
  readonly cwd?: string;
  readonly url?: string;
  readonly transport?: 'streamable-http' | 'sse';
  readonly header?: string[];
  readonly removeHeader?: string[];
  readonly oauth?: boolean;
  readonly oauthClientId?: string;
  readonly oauthClientSecret?: string;
  readonly removeOauthClient?: true;
  readonly default?: DefaultMode;
  readonly yes?: true;
  readonly json?: true;
}

export function misuse(message: string, next: string): CompanionError {
  return new CompanionError('E_USAGE', message, next, { exitCode: 2 });
}

/** `NAME=value` of an option that may be given several times. What does not fit is not repeated: it may be a secret. */
export function pairs(texts: readonly string[] | undefined, option: string, example: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const text of texts ?? []) {
    const at = text.indexOf('=');
    if (at < 1) throw misuse(`${option} takes NAME=value.`, `Write for example ${option} ${example}`);
    const name = text.slice(0, at);
    if (found.has(name)) throw misuse(`${option} ${name.slice(0, 64)} is given twice.`, 'Give it once.');
    found.set(name, text.slice(at + 1));
  }
  return found;
}

type Given = readonly (readonly [keyof DefinitionOptions, string])[];

const OF_PROGRAMS: Given = [
  ['env', '--env'],
  ['removeEnv', '--remove-env'],
  ['cwd', '--cwd'],
];
const OF_ADDRESSES: Given = [
  ['transport', '--transport'],
  ['header', '--header'],
  ['removeHeader', '--remove-header'],
  ['oauth', '--oauth'],
  ['oauthClientId', '--oauth-client-id'],
  ['oauthClientSecret', '--oauth-client-secret'],
  ['removeOauthClient', '--remove-oauth-client'],
];

const first = (options: DefinitionOptions, list: Given): string | undefined =>
  list.find(([key]) => options[key] !== undefined)?.[1];

/** For a server that is reached at an address. */
export function refuseProgramOptions(options: DefinitionOptions): void {
  const option = first(options, OF_PROGRAMS);
  if (option !== undefined)
    throw misuse(
      `${option} is for a program, and this server is reached at an address.`,
      option === '--cwd'
        ? 'Leave --cwd out: nothing is started.'
        : `Leave it out. A header is given with --header "Name: value"${option === '--env' ? ', a secret one with --secret "Name=keychain:name"' : ' and dropped with --remove-header'}.`,
    );
}

/** For a program; `known` where that is stored already, and not only what the line says. */
export function refuseAddressOptions(options: DefinitionOptions, known: boolean): void {
  const option = first(options, OF_ADDRESSES);
  if (option !== undefined)
    throw misuse(
      `${option} is for a server that is reached at an address, and ${known ? 'this one is a program' : 'no --url is given'}.`,
      known ? `Leave ${option} out.` : `Give its address with --url https://example.com/mcp, or leave ${option} out.`,
    );
}

/** One of the two, whatever is stored under the name. */
export function refuseBothKinds(options: DefinitionOptions, words: readonly string[]): void {
  if (options.url !== undefined && words.length > 0)
    throw misuse(
      'A command and --url cannot both be given: a server is either started or reached.',
      'Give the command behind "--" for a program, or --url for a server that is reached over HTTP.',
    );
  if (options.url !== undefined) refuseProgramOptions(options);
  if (words.length > 0) refuseAddressOptions(options, false);
}
