import { createScanner, type Node } from 'jsonc-parser';

// jsonc-parser declares these as ambient const enums, which isolated modules cannot read.
export const TOKEN = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  lineComment: 12,
  blockComment: 13,
  lineBreak: 14,
  blank: 15,
  end: 17,
} as const;

export interface Token {
  readonly kind: number;
  readonly offset: number;
  /** Offset of the first character after it. */
  readonly end: number;
}

/** Every token between two offsets, comments included, line breaks and blanks left out. */
export function tokensBetween(text: string, from: number, to: number): Token[] {
  const scanner = createScanner(text.slice(from, to));
  const tokens: Token[] = [];
  for (;;) {
    const kind: number = scanner.scan();
    if (kind === TOKEN.end) return tokens;
    if (kind === TOKEN.lineBreak || kind === TOKEN.blank) continue;
    const offset = from + scanner.getTokenOffset();
    tokens.push({ kind, offset, end: offset + scanner.getTokenLength() });
  }
}

/** Nesting depth of brackets; linear and without recursion, so that it can stand before the parser. */
export function depthOf(text: string): number {
  const scanner = createScanner(text, true);
  let depth = 0;
  let deepest = 0;
  for (;;) {
    const kind: number = scanner.scan();
    if (kind === TOKEN.end) return deepest;
    if (kind === TOKEN.openBrace || kind === TOKEN.openBracket) deepest = Math.max(deepest, ++depth);
    else if (kind === TOKEN.closeBrace || kind === TOKEN.closeBracket) depth--;
  }
}

export function endOf(node: Node): number {
  return node.offset + node.length;
}

export function keyOf(property: Node): string {
  return String(property.children?.[0]?.value);
}

export function valueOf(property: Node): Node | undefined {
  return property.children?.[1];
}

/** The property's node, not its value. A plain search: `__proto__` is a name like any other. */
export function propertyOf(object: Node | undefined, key: string): Node | undefined {
  if (object?.type !== 'object') return undefined;
  return object.children?.find((property) => keyOf(property) === key);
}
