/** Forty made-up secrets of the kinds that people store, the ways in which one may be written, and a look for them in a body. */
import { createHash } from 'node:crypto';

const random = (name: string, encoding: 'base64' | 'base64url' | 'hex'): string =>
  createHash('sha256').update(`canary ${name}`).digest(encoding);

const KINDS: readonly ((name: string) => string)[] = [
  (name) => `ghp_${random(name, 'hex').slice(0, 36)}`,
  (name) => `AKIA${random(name, 'hex').toUpperCase().slice(0, 16)}`,
  (name) => random(name, 'base64'),
  (name) => `p"a\\s/${random(name, 'base64').slice(0, 10)}\t'&<é😀`,
  (name) => `postgres://user:${random(name, 'base64url').slice(0, 20)}@db.example/x?y=1&z=%20`,
  (name) => `{"type":"service_account","key":"${random(name, 'base64url').slice(0, 24)}"}`,
  (name) => `${random(name, 'base64url').slice(0, 12)}":"${random(`${name} b`, 'base64url').slice(0, 12)}`,
  (name) =>
    BigInt(`0x${random(name, 'hex').slice(0, 14)}`)
      .toString()
      .padStart(16, '7'),
];

export const CANARIES: readonly string[] = Array.from({ length: 40 }, (_, at) => {
  const kind = KINDS[at % KINDS.length];
  if (kind === undefined) throw new Error('there are no kinds');
  return kind(String(at));
});

const bytes = (value: string): Buffer => Buffer.from(value, 'utf8');
const units = (value: string, upper = false): string =>
  Array.from({ length: value.length }, (_, at) => {
    const hex = value.charCodeAt(at).toString(16).padStart(4, '0');
    return String.raw`\u${upper ? hex.toUpperCase() : hex}`;
  }).join('');
const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);

/** What a program makes of a value before it puts it into a text. */
const ENCODINGS: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  base64: (value) => bytes(value).toString('base64'),
  'base64 of more': (value) => bytes(`user:${value}:`).toString('base64'),
  base64url: (value) => bytes(value).toString('base64url'),
  hex: (value) => bytes(value).toString('hex'),
  HEX: (value) => bytes(value).toString('hex').toUpperCase(),
  url: encodeURIComponent,
  form: (value) => new URLSearchParams({ '': value }).toString().slice(1),
  'in JSON': inJson,
  'in JSON, escaped': (value) => units(value),
};

/** How a string is written as the inside of one in JSON. */
const SPELLINGS: Readonly<Record<string, (value: string) => string>> = {
  usual: inJson,
  escaped: (value) => units(value),
  ESCAPED: (value) => units(value, true),
  'half escaped': (value) => inJson(value.slice(0, 4)) + units(value.slice(4)),
};

/** Insides of JSON strings, each of which says the value in some way. */
export const spelt = (value: string): string[] =>
  Object.values(ENCODINGS).flatMap((encode) => Object.values(SPELLINGS).map((spell) => spell(encode(value))));

/** All strings and keys of a body, those of JSON within them too, one in each line. */
function texts(value: unknown, into: string[]): string[] {
  if (typeof value === 'string') {
    into.push(value);
    const inner = value.replaceAll(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (inner !== value) into.push(inner);
  } else if (typeof value === 'number') into.push(String(value));
  else if (Array.isArray(value)) for (const member of value) texts(member, into);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      texts(key, into);
      texts(member, into);
    }
  }
  return into;
}

const FORMS: readonly (readonly [string, readonly string[]])[] = CANARIES.map((value) => {
  const { 'base64 of more': more, ...alone } = ENCODINGS;
  const inside = more?.(value).slice(8, -4) ?? value;
  return [value, [...new Set([inside, ...Object.values(alone).map((encode) => encode(value))])]];
});

/** The canaries that a body gives away, in whatever form. */
export function leaks(body: string): string[] {
  if (body === '') return [];
  const haystack = [body, ...new Set(texts(JSON.parse(body), []))].join('\n');
  return FORMS.filter(([, forms]) => forms.some((form) => haystack.includes(form))).map(([value]) => value);
}
