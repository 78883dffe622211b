/**
 * A definition of a server over HTTP from the command line. What cannot be right is refused here, before a person is asked,
 * with a sentence for each mistake; the companion checks it again. Values are never repeated: they may be secrets.
 */
import {
  CompanionError,
  HeaderName,
  HeaderSecret,
  HttpDefinition,
  ServerUrl,
} from '../../../preload/contract/index.ts';
import { misuse, pairs, type DefinitionOptions } from './definition-options.ts';
import { clientChange } from './oauth-client-options.ts';

function wrong(message: string, next: string): CompanionError {
  return new CompanionError('E_DEFINITION_INVALID', message, next, { exitCode: 2 });
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function readUrl(text: string): string {
  const url = ServerUrl.safeParse(text);
  if (url.success) return url.data;
  if (URL.canParse(text) && (new URL(text).username !== '' || new URL(text).password !== ''))
    throw wrong(
      'The address holds a user name or a password, which would be kept in a plain file.',
      'Leave them out of the address. Store the secret with "runlayer secrets set <name>" and send it in a header: --secret "Authorization=Bearer keychain:<name>"',
    );
  throw wrong(
    sentence(url.error.issues[0]?.message ?? 'the address does not fit'),
    'Write for example --url https://example.com/mcp',
  );
}

function checkName(name: string, option: string): void {
  const checked = HeaderName.safeParse(name);
  if (checked.success) return;
  const isName = /^[\w-]{1,64}$/.test(name);
  throw wrong(
    isName
      ? `The header "${name}" belongs to the transport and cannot be set.`
      : `The name of a header given with ${option} does not fit: a header name is letters, digits and "-".`,
    isName ? 'Leave it out.' : `Write for example ${option === '--secret' ? SECRET_EXAMPLE : HEADER_EXAMPLE}`,
  );
}

const HEADER_EXAMPLE = '--header "X-Team: blue"';
const SECRET_EXAMPLE = '--secret "Authorization=Bearer keychain:github-token"';

const twice = (name: string): CompanionError =>
  misuse(`The header "${name}" is given twice.`, 'Give it once; upper and lower case are the same here.');

type Headers = ReadonlyMap<string, string>;

function readHeaders(options: DefinitionOptions): Headers {
  const found = new Map<string, string>();
  for (const text of options.header ?? []) {
    const at = text.indexOf(':');
    if (at < 1) throw misuse('--header takes "Name: value".', `Write for example ${HEADER_EXAMPLE}`);
    const name = text.slice(0, at);
    checkName(name, '--header');
    if (found.has(name)) throw twice(name);
    found.set(name, text.slice(at + 1).trim());
  }
  return found;
}

function readSecrets(options: DefinitionOptions): Headers {
  const found = pairs(options.secret, '--secret', '"Authorization=Bearer keychain:github-token"');
  for (const [name, reference] of found) {
    checkName(name, '--secret');
    if (!HeaderSecret.safeParse(reference).success)
      throw wrong(
        `What --secret gives for "${name}" does not fit: it is keychain:<name>, or a scheme before it, such as Bearer keychain:<name>.`,
        `Store the value with "runlayer secrets set <name>", then write for example ${SECRET_EXAMPLE}`,
      );
  }
  return found;
}

const folded = (names: Iterable<string>): Set<string> => new Set([...names].map((name) => name.toLowerCase()));

function refuseTwice(headers: Headers, secrets: Headers): void {
  const seen = new Set<string>();
  for (const name of [...headers.keys(), ...secrets.keys()]) {
    if (seen.has(name.toLowerCase())) throw twice(name);
    seen.add(name.toLowerCase());
  }
}

/** By how the contract's message begins. */
const WAYS_OUT = [
  ['a secret is sent', 'Give the https address of the server, or leave --secret and --oauth out.'],
  ['a client id belongs', 'Give --oauth too, or leave --oauth-client-id out.'],
] as const;

function checked(definition: HttpDefinition): HttpDefinition {
  const parsed = HttpDefinition.safeParse(definition);
  if (parsed.success) return parsed.data;
  const { message = 'the definition does not fit' } = parsed.error.issues[0] ?? {};
  const next = WAYS_OUT.find(([start]) => message.startsWith(start))?.[1];
  throw wrong(sentence(message), next ?? 'Correct it; "runlayer connectors add --help" shows what fits.');
}

export function newHttp(url: string, options: DefinitionOptions): HttpDefinition {
  const headers = readHeaders(options);
  const secrets = readSecrets(options);
  refuseTwice(headers, secrets);
  const client = clientChange(options)(undefined);
  return checked({
    url: readUrl(url),
    transport: options.transport ?? 'streamable-http',
    headers: Object.fromEntries(headers),
    secrets: Object.fromEntries(secrets),
    oauth: options.oauth ?? false,
    ...(client === undefined ? {} : { oauthClient: client }),
  });
}

/** What a command line changes of a server over HTTP. */
export function httpChange(name: string, options: DefinitionOptions): (before: HttpDefinition) => HttpDefinition {
  const headers = readHeaders(options);
  const secrets = readSecrets(options);
  refuseTwice(headers, secrets);
  const changeClient = clientChange(options);
  const url = options.url === undefined ? {} : { url: readUrl(options.url) };
  const removed = options.removeHeader ?? [];
  return (before) => {
    const there = folded([...Object.keys(before.headers), ...Object.keys(before.secrets)]);
    const unknown = removed.find((header) => !there.has(header.toLowerCase()));
    if (unknown !== undefined)
      throw misuse(
        `"${name}" has no header "${unknown.slice(0, 64)}".`,
        `See what it has with "runlayer connectors show ${name}".`,
      );
    // A header that is named again is a value or a reference now, whichever it was, however it was written.
    const gone = folded([...removed, ...headers.keys(), ...secrets.keys()]);
    const kept = (all: Readonly<Record<string, string>>): [string, string][] =>
      Object.entries(all).filter(([header]) => !gone.has(header.toLowerCase()));
    const { oauthClient, ...rest } = before;
    const client = changeClient(oauthClient);
    return checked({
      ...rest,
      ...url,
      transport: options.transport ?? before.transport,
      headers: Object.fromEntries([...kept(before.headers), ...headers]),
      secrets: Object.fromEntries([...kept(before.secrets), ...secrets]),
      oauth: options.oauth ?? before.oauth,
      ...(client === undefined ? {} : { oauthClient: client }),
    });
  };
}
