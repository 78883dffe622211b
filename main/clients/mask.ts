import type { Node } from 'jsonc-parser';
import type { Dialect } from './adapters.ts';
import { parseConfigText } from './document.ts';
import { readOwnEntry } from './entries.ts';
import type { ClientEnvironment } from './environment.ts';
import { TOKEN, endOf, keyOf, tokensBetween, valueOf } from './json-tokens.ts';
import { printable } from './printable.ts';

// Owns: what of a client's file may be shown in a diff. Other servers keep secrets in these files, and a compact file is
// one line, so even a diff without context would show them. Masking too much is fine here; showing one is not.

const HIDDEN = '"…"';
const SECRET_OBJECTS = new Set(['env', 'environment', 'envs', 'headers', 'auth', 'oauth', 'inputs']);
export const SECRET_WORD =
  /token|secret|passw|pwd|api-?_?key|access-?_?key|credential|authorization|bearer|cookie|private|session/i;

/** Long, without blanks, and with letters and digits: a key or token far more often than a word. */
function looksLikeToken(value: string): boolean {
  if (value.length < 20 || /\s/.test(value)) return false;
  if (/^([/~@.]|[A-Za-z]:[\\/])/.test(value) && !value.includes('=')) return false;
  return /[0-9]/.test(value) && /[A-Za-z]/.test(value);
}

function isSecretText(value: string): boolean {
  if (looksLikeToken(value) || /^(bearer|basic) /i.test(value)) return true;
  const url = value.indexOf('://');
  if (url !== -1 && (value.includes('?', url) || value.includes('@', url))) return true;
  // `--token=…`, `TOKEN=…`, `X-Api-Key: …`
  const name = /^[^=:]{0,200}[=:]/.exec(value)?.[0];
  return name !== undefined && SECRET_WORD.test(name);
}

function isSecretFlag(node: Node | undefined): boolean {
  return (
    node?.type === 'string' && String(node.value).startsWith('-') && SECRET_WORD.test(String(node.value).slice(0, 200))
  );
}

interface Span {
  readonly offset: number;
  readonly end: number;
  readonly text: string;
}

type IsOwn = (property: Node) => boolean;

function collect(node: Node, hide: boolean, spans: Span[], isOwn: IsOwn): void {
  const children = node.children ?? [];
  if (node.type === 'object') {
    for (const property of children) collectProperty(property, hide, spans, isOwn);
  } else if (node.type === 'array') {
    children.forEach((item, index) => collect(item, hide || isSecretFlag(children[index - 1]), spans, isOwn));
  } else if (hide || (node.type === 'string' && isSecretText(String(node.value)))) {
    spans.push({ offset: node.offset, end: endOf(node), text: HIDDEN });
  }
}

function collectProperty(property: Node, hide: boolean, spans: Span[], isOwn: IsOwn): void {
  const value = valueOf(property);
  if (value === undefined) return;
  if (isOwn(property)) {
    // Our command and arguments are what the diff is for; what else was put into the entry is not ours to show.
    for (const part of value.children ?? []) {
      const inner = valueOf(part);
      if (inner !== undefined && !['command', 'args'].includes(keyOf(part))) collect(inner, true, spans, isOwn);
    }
    return;
  }
  const key = keyOf(property);
  const isContainer = value.type === 'object' || value.type === 'array';
  const isSecret = SECRET_OBJECTS.has(key) || (SECRET_WORD.test(key.slice(0, 200)) && !isContainer);
  collect(value, hide || isSecret, spans, isOwn);
}

/** The text with secrets and comments hidden, line for line; undefined when it cannot be read well enough to be sure. */
export function maskedText(
  text: string,
  dialect: Dialect,
  environment: Pick<ClientEnvironment, 'launcher' | 'platform'>,
): string | undefined {
  const document = parseConfigText(text, dialect);
  if (document.kind === 'invalid') return undefined;
  const spans: Span[] = [];
  if (document.root !== undefined) {
    const servers = new Set(document.servers?.children);
    const isOwn = (property: Node): boolean =>
      servers.has(property) && readOwnEntry(property, environment) !== undefined;
    collect(document.root, false, spans, isOwn);
  }
  // A comment is often an old entry with its key still in it.
  for (const token of tokensBetween(text, 0, text.length)) {
    if (token.kind === TOKEN.lineComment) spans.push({ offset: token.offset, end: token.end, text: '// …' });
    else if (token.kind === TOKEN.blockComment) {
      const breaks = text.slice(token.offset, token.end).replaceAll(/[^\n]/g, '');
      spans.push({ offset: token.offset, end: token.end, text: `/* …${breaks} */` });
    }
  }
  let result = '';
  let at = 0;
  for (const span of spans.sort((a, b) => a.offset - b.offset)) {
    result += text.slice(at, span.offset) + span.text;
    at = span.end;
  }
  return (result + text.slice(at))
    .split(/(\r?\n|\t)/)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('');
}
