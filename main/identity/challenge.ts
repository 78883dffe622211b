/**
 * Reads what a server says in WWW-Authenticate about signing in. The text is the server's: nothing of it is ever shown, a
 * scope is taken only where it is one, an address only where it is one.
 */
export interface Challenge {
  readonly resourceMetadataUrl?: string;
  readonly scope?: string;
  readonly insufficientScope: boolean;
}

/** RFC 6749 §3.3: printable ASCII without `"` and `\`, words with one space between them. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
const MAX_SCOPE_CHARACTERS = 2000;
const MAX_HEADER_CHARACTERS = 8192;

/** A scope that can be asked for, or undefined. */
export function readScope(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= MAX_SCOPE_CHARACTERS && SCOPE.test(text) ? text : undefined;
}

/** Every distinct scope of both, once. */
export function joinScopes(...scopes: readonly (string | undefined)[]): string | undefined {
  const words = new Set(scopes.flatMap((scope) => (scope === undefined ? [] : scope.split(' '))));
  return words.size === 0 ? undefined : readScope([...words].join(' '));
}

/** `name=value` or `name="value"`, at the place where the parameters of a challenge stand. Linear in the header. */
const PARAMETER = /\b([a-z_]{1,32})=(?:"([^"\\]*)"|([^\s",]+))/gi;

/** What a Bearer challenge asks for; undefined where there is none. */
export function readChallenge(header: string | undefined | null): Challenge | undefined {
  if (header === undefined || header === null || header.length > MAX_HEADER_CHARACTERS) return undefined;
  const at = /(?:^|,)\s*Bearer(?:\s|$)/i.exec(header);
  if (at === null) return undefined;
  const values = new Map<string, string>();
  for (const [, name = '', quoted, plain] of header.slice(at.index).matchAll(PARAMETER)) {
    // The first of each: what follows may belong to the next scheme.
    if (!values.has(name.toLowerCase())) values.set(name.toLowerCase(), quoted ?? plain ?? '');
  }
  const address = values.get('resource_metadata');
  const scope = readScope(values.get('scope'));
  return {
    insufficientScope: values.get('error') === 'insufficient_scope',
    ...(address !== undefined && URL.canParse(address) ? { resourceMetadataUrl: address } : {}),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** What to ask for after several refusals: every scope, and the place that was named last. */
export function joinChallenges(earlier: Challenge | undefined, later: Challenge): Challenge {
  const scope = joinScopes(earlier?.scope, later.scope) ?? later.scope;
  const address = later.resourceMetadataUrl ?? earlier?.resourceMetadataUrl;
  return {
    insufficientScope: later.insufficientScope,
    ...(address === undefined ? {} : { resourceMetadataUrl: address }),
    ...(scope === undefined ? {} : { scope }),
  };
}
