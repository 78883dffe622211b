import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { SERVERS_KEY, type Dialect } from './adapters.ts';
import { depthOf, keyOf, propertyOf, valueOf } from './json-tokens.ts';
import { printable } from './printable.ts';

// Owns: is this text a configuration that we understand completely? Never guesses and never repairs: a file that the
// client's own dialect does not take, a duplicate key or an unexpected shape is `invalid`, and an invalid file is never
// written. Problems name a place and a kind of mistake, not the text found there (it may be a secret).

const MAX_DEPTH = 256;
const BOM = '\uFEFF';

export interface ConfigDocument {
  readonly kind: 'ok';
  /** Without the byte order mark. */
  readonly text: string;
  readonly bom: boolean;
  /** Undefined for an empty file, which counts as `{}`. */
  readonly root: Node | undefined;
  /** The object that holds the servers, where there is one. */
  readonly servers: Node | undefined;
}

export type ParsedConfig = ConfigDocument | { readonly kind: 'invalid'; readonly problem: string };

function invalid(problem: string): ParsedConfig {
  return { kind: 'invalid', problem };
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return `${String(before.length)}:${String((before.at(-1) ?? '').length + 1)}`;
}

function words(code: string): string {
  return code.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

function firstDuplicate(node: Node): Node | undefined {
  if (node.type === 'object') {
    const seen = new Set<string>();
    for (const property of node.children ?? []) {
      const key = keyOf(property);
      if (seen.has(key)) return property;
      seen.add(key);
    }
  }
  for (const child of node.children ?? []) {
    const found = firstDuplicate(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Reads bytes in a client's dialect. Any mistake is a value, with `line:column` where there is one. */
export function parseConfig(bytes: Uint8Array, dialect: Dialect): ParsedConfig {
  const decoded = decode(bytes);
  if (decoded === undefined) return invalid('it is not UTF-8 text');
  const bom = decoded.startsWith(BOM);
  return parseConfigText(bom ? decoded.slice(1) : decoded, dialect, bom);
}

export function parseConfigText(text: string, dialect: Dialect, bom = false): ParsedConfig {
  if (/^[ \t\r\n]*$/.test(text)) return { kind: 'ok', text, bom, root: undefined, servers: undefined };
  if (depthOf(text) > MAX_DEPTH) return invalid(`it is nested deeper than ${String(MAX_DEPTH)} levels`);

  const strict = dialect === 'json';
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: strict, allowTrailingComma: !strict });
  const [error] = errors;
  if (error !== undefined)
    return invalid(`${words(printParseErrorCode(error.error))} at ${placeOf(text, error.offset)}`);
  if (strict && !isStrictJson(text)) return invalid('it is not strict JSON');
  if (root?.type !== 'object') return invalid(`an object is expected at ${placeOf(text, root?.offset ?? 0)}`);

  const duplicate = firstDuplicate(root);
  if (duplicate !== undefined) {
    return invalid(
      `the key "${printable(keyOf(duplicate)).slice(0, 100)}" appears twice, again at ${placeOf(text, duplicate.offset)}`,
    );
  }
  const property = propertyOf(root, SERVERS_KEY);
  const servers = property === undefined ? undefined : valueOf(property);
  if (servers !== undefined && servers.type !== 'object') {
    return invalid(`"${SERVERS_KEY}" should be an object at ${placeOf(text, servers.offset)}`);
  }
  return { kind: 'ok', text, bom, root, servers };
}

function isStrictJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * One string for everything in the document but the named servers: two documents with the same string differ in nothing
 * else. Scalars count by their source text, so `1.0` is not `1`; the order of keys counts.
 */
export function outsideOf(document: ConfigDocument, ours: ReadonlySet<string>): string {
  const write = (node: Node): string => {
    const children = node.children ?? [];
    if (node.type === 'object') return `{${children.map(write).join(',')}}`;
    if (node.type === 'array') return `[${children.map(write).join(',')}]`;
    if (node.type === 'property') return children.map(write).join(':');
    return document.text.slice(node.offset, node.offset + node.length);
  };
  if (document.root === undefined) return '{}';
  const parts = (document.root.children ?? []).flatMap((property) => {
    if (valueOf(property) !== document.servers) return [write(property)];
    const kept = (document.servers?.children ?? []).filter((server) => !ours.has(keyOf(server)));
    // An empty "mcpServers" says the same as none, and one that we made goes away again with its last entry.
    return kept.length === 0 ? [] : [`${JSON.stringify(SERVERS_KEY)}:{${kept.map(write).join(',')}}`];
  });
  return `{${parts.join(',')}}`;
}

export function encode(text: string, bom: boolean): Buffer {
  return Buffer.from(bom ? BOM + text : text, 'utf8');
}
