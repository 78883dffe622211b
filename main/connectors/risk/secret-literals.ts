import { secretPrefixOf } from '../../../preload/contract/connector.ts';
import { classOf } from '../variable-names.ts';

/** Recognises a secret that stands in a definition, where it is stored in plain text, instead of in the keychain. */

/** Forms that issuers fixed so that scanners can tell them. Each is anchored and linear. */
const ISSUED: readonly RegExp[] = [
  /^gh[pousr]_[A-Za-z0-9]{30,}$/,
  /^github_pat_[A-Za-z0-9_]{30,}$/,
  /^gl(?:pat|ptt|dt|rt|soat)-[A-Za-z0-9_.-]{16,}$/,
  /^sk-(?:ant-|proj-|svcacct-|or-|lf-)?[A-Za-z0-9_-]{20,}$/,
  /^(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}$/,
  /^whsec_[A-Za-z0-9+/=]{16,}$/,
  /^xox[abeoprs]-[A-Za-z0-9-]{10,}$/,
  /^xapp-[A-Za-z0-9-]{10,}$/,
  /^(?:AKIA|ASIA)[A-Z0-9]{16}$/,
  /^AIza[A-Za-z0-9_-]{35}$/,
  /^ya29\.[A-Za-z0-9_-]{20,}$/,
  /^GOCSPX-[A-Za-z0-9_-]{20,}$/,
  /^npm_[A-Za-z0-9]{30,}$/,
  /^pypi-[A-Za-z0-9_-]{30,}$/,
  /^SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}$/,
  /^(?:hf|r8|gsk|tvly|pplx|fc|figd|ntn|secret|lin_api|dop_v1|shpat|shpss|dckr_pat|pat|key|vercel|sbp|nvapi|xai|napi|bsa|exa|e2b|apify_api)[-_][A-Za-z0-9_-]{20,}$/i,
  /^dapi[a-f0-9]{32}(?:-\d{1,2})?$/,
  /^ATATT3[A-Za-z0-9_=-]{20,}$/,
  /^eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*$/,
  /^-----BEGIN [A-Z ]*PRIVATE KEY-----[\sA-Za-z0-9+/=\\:,-]*$/,
  /^(?:Bearer|Basic|token) +[A-Za-z0-9_.~+/=-]{12,}$/i,
];

const SECRET_NAME =
  /(?:^|[_.-])(?:secret|token|passwd|password|passphrase|pwd|pat|credentials?|(?:api|app|access|private|secret|auth|encryption|signing|service|license)[_-]?key|apikey|key|auth)$/i;

/** `--api-key`, `GITHUB_TOKEN`, `dbPassword`. */
function namesSecret(name: string): boolean {
  return SECRET_NAME.test(name.replace(/^-+/, '').replaceAll(/([a-z])([A-Z])/g, '$1_$2'));
}

/** What people write where a secret will be put: `${TOKEN}`, `<your token>`, `changeme`, `xxxx`. */
function isPlaceholder(value: string): boolean {
  return (
    /^(?:\$|%[A-Za-z_]\w*%$|<.*>$|\{\{?.*\}$|keychain:|env:|op:\/\/|vault:)/.test(value) ||
    /^(?:your|my|the|insert|put|replace|enter|paste|todo|example|sample|dummy|test|changeme|change|none|null|undefined)(?:[-_ ].*)?$/i.test(
      value,
    ) ||
    /^([x*.•0-])\1*$/i.test(value)
  );
}

/** Whether a text has the form of a secret that an issuer fixed. */
export function isIssuedSecret(value: string): boolean {
  return ISSUED.some((pattern) => pattern.test(value));
}

/** A value under a secret's name that is no path, address, number, switch, word or placeholder. */
function looksSecret(value: string): boolean {
  if (value.length < 8 || value.length > 8192 || isPlaceholder(value)) return false;
  if (/^(?:[/~]|\.{1,2}\/|[A-Za-z]:[/\\]|[a-z][a-z0-9+.-]*:\/\/)/i.test(value)) return false;
  if (/^\d{1,9}$/.test(value) || /\.(?:json|ya?ml|pem|key|crt|cert|txt|env|toml)$/i.test(value)) return false;
  // Ways of authentication, not secrets: `oauth2`, `service-account`, `environment`.
  return !/^[a-z]+(?:[-_][a-z]+)*\d?$/.test(value);
}

/** A password of letters, digits and marks that end it for no reader of addresses, and one `@` behind it. */
const WITH_PASSWORD =
  /^([a-z][a-z0-9+.-]*:\/\/[\w.~%!$&'()*+=-]*:)([\w.~%!$&'()*+=-]{3,})(@[^\s/?#@\\]+(?:[/?#].*)?)$/is;

/**
 * `https://user:***@host`, where nobody can read another host out of the whole than out of what is shown. Undefined: no such
 * address; a password in it is shown.
 */
function withoutPassword(text: string): { readonly shown: string; readonly secret: string } | undefined {
  const parts = WITH_PASSWORD.exec(text);
  const [, before, secret, after] = parts ?? [];
  if (before === undefined || secret === undefined || after === undefined || isPlaceholder(secret)) return undefined;
  const shown = `${before}***${after}`;
  // Several hosts, as databases have them, are an address all the same.
  if (!URL.canParse(text) && !URL.canParse(shown)) return { shown, secret };
  if (!URL.canParse(text) || !URL.canParse(shown)) return undefined;
  const [real, masked] = [new URL(text), new URL(shown)];
  masked.password = real.password;
  return real.password !== '' && masked.href === real.href ? { shown, secret } : undefined;
}

/** `https://user:password@host`: the password, if it is one. */
function passwordInUrl(value: string): string | undefined {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]{3,})@/i.exec(value)?.[1];
  return password !== undefined && !isPlaceholder(password) ? password : undefined;
}

function isSecret(name: string, value: string): boolean {
  return isIssuedSecret(value) || passwordInUrl(value) !== undefined || (namesSecret(name) && looksSecret(value));
}

/** Of the variables that aim a program, these hold what it sends and nothing that says where to. */
const SENT_ALONG = /_(?:password|passwd|passphrase|pwd|secret|token)$/i;
const FOLDERS: ReadonlySet<string> = new Set(['PATH', 'PWD', 'OLDPWD']);

/**
 * Of a variable that is given a secret: what may be shown and compared, and the secret. What says where a program looks, or whom it
 * talks to, stays visible: of an address the password alone is left out, whatever its name, and where that could hide another
 * host it is shown (and a secret all the same). Else whatever stands under a secret's name, be it short or a word.
 */
export function secretVariable(
  name: string,
  value: string,
  platform: NodeJS.Platform = process.platform,
): { readonly shown: string; readonly secret: string } | undefined {
  const text = value.trim();
  if (text === '' || isPlaceholder(text)) return undefined;
  if (FOLDERS.has(platform === 'win32' ? name.toUpperCase() : name)) return undefined;
  const address = withoutPassword(value);
  if (address !== undefined) return address;
  const password = passwordInUrl(text);
  if (password !== undefined) return { shown: value, secret: password };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return undefined;
  if (classOf(name, platform) === 'aim' && !SENT_ALONG.test(name)) return undefined;
  return isIssuedSecret(text) || namesSecret(name) ? { shown: '***', secret: value } : undefined;
}

/** Where secrets stand: names of variables or options, never the value. */
export function secretLiterals(env: Readonly<Record<string, string>>, args: readonly string[]): string[] {
  const found = Object.entries(env)
    .filter(([name, value]) => isSecret(name, value.trim()))
    .map(([name]) => `${name}=…`);
  for (const [index, argument] of args.entries()) {
    const previous = args[index - 1] ?? '';
    const evidence = secretArgument(argument, previous, index);
    if (evidence !== undefined) found.push(evidence);
  }
  return found;
}

function secretArgument(argument: string, previous: string, index: number): string | undefined {
  // `--api-key=x`, `GITHUB_TOKEN=x` behind docker's -e, `--header=Authorization: Bearer x`.
  const pair = /^(-{0,2}[A-Za-z][\w.-]*)[=:]\s*(.+)$/s.exec(argument);
  const name = pair?.[1];
  const value = pair?.[2];
  if (name !== undefined && value !== undefined && !value.startsWith('//')) {
    const header = /^-{0,2}[\w-]+[=:]\s*(?:authorization|x-api-key|[\w-]*token)\s*:\s*(.+)$/is.exec(argument)?.[1];
    if (isSecret(name, value) || (header !== undefined && (isIssuedSecret(header) || looksSecret(header))))
      return `${name}=…`;
    if (/^authorization$/i.test(name) && (isIssuedSecret(value) || looksSecret(value))) return `${name}: …`;
  }
  const option = previous.startsWith('-') && !previous.includes('=') ? previous : '';
  if (isIssuedSecret(argument) || passwordInUrl(argument) !== undefined) {
    return option === '' ? `argument ${index + 1}` : `${option} …`;
  }
  if (option !== '' && !argument.startsWith('-') && namesSecret(option) && looksSecret(argument)) return `${option} …`;
  return undefined;
}

/** Of headers: names, never the value. `Authorization` is a secret's name whatever scheme stands before it. */
export function secretHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name, value]) => {
      const text = value.trim();
      return isSecret(name, text) || (/^authorization$/i.test(name) && looksSecret(text.replace(/^[\w-]+ +/, '')));
    })
    .map(([name]) => `${name}: …`);
}

/** Of secret references: headers in which a secret stands where a scheme belongs, which is kept as it is written. */
export function secretPrefixes(secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets)
    .filter(([, reference]) => isIssuedSecret(secretPrefixOf(reference).trim()))
    .map(([name]) => `${name}: …`);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Of an address: the parameter that holds a secret, or that its path does. Never the value. */
export function secretsInUrl(url: URL): string[] {
  const found = [...url.searchParams]
    .filter(([name, value]) => isIssuedSecret(name) || isSecret(name, value))
    .map(([name]) => (isIssuedSecret(name) ? '?…' : `?${name}=…`));
  if (url.pathname.split('/').some((segment) => isIssuedSecret(decoded(segment)))) found.push('a part of the path');
  return found;
}
