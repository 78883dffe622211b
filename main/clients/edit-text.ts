import type { Node } from 'jsonc-parser';
import { TOKEN, endOf, tokensBetween } from './json-tokens.ts';

// Owns: the smallest text edit that adds or removes one property. Never reformats a line that it does not add or
// remove, and never drops a comment that is not inside the removed value. It only computes text: the caller parses the
// result again and compares everything else before anything is written.

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

function splice(text: string, cuts: readonly Cut[]): string {
  let result = '';
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a.from - b.from)) {
    result += text.slice(at, cut.from) + cut.insert;
    at = cut.to;
  }
  return result + text.slice(at);
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

function lineEnd(text: string, offset: number): number {
  const found = text.slice(offset).search(/[\r\n]/);
  return found === -1 ? text.length : offset + found;
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';
}

function startsItsLine(text: string, offset: number): boolean {
  return /^[ \t]*$/.test(text.slice(lineStart(text, offset), offset));
}

interface Style {
  readonly eol: string;
  readonly unit: string;
  /** Objects are written over several lines. */
  readonly multiline: boolean;
  /** One blank after `:` and `,` in one-line objects. */
  readonly spaced: boolean;
}

function styleOf(text: string, root: Node | undefined): Style {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const first = root?.children?.[0];
  if (root === undefined || first === undefined) return { eol, unit: '  ', multiline: true, spaced: true };
  const indent = startsItsLine(text, first.offset) ? indentAt(text, first.offset) : '';
  const own = indentAt(text, root.offset);
  const unit = indent.startsWith(own) ? indent.slice(own.length) : indent;
  return {
    eol,
    unit: unit === '' ? '  ' : unit,
    multiline: /[\r\n]/.test(text.slice(root.offset, endOf(root))),
    spaced: first.colonOffset !== undefined && /[ \t]/.test(text.charAt(first.colonOffset + 1)),
  };
}

function oneLine(value: unknown, spaced: boolean): string {
  const gap = spaced ? ' ' : '';
  if (Array.isArray(value)) return `[${value.map((item) => oneLine(item, spaced)).join(`,${gap}`)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${gap}${oneLine(item, spaced)}`);
  return `{${members.join(`,${gap}`)}}`;
}

/** JSON.stringify cuts indents at ten characters, so tabs stand in; a tab inside a string is always escaped. */
function manyLines(value: unknown, indent: string, style: Style): string {
  const [first = '', ...rest] = JSON.stringify(value, null, '\t').split('\n');
  const lines = rest.map((line) => {
    const depth = line.length - line.replace(/^\t+/, '').length;
    return indent + style.unit.repeat(depth) + line.slice(depth);
  });
  return [first, ...lines].join(style.eol);
}

/** Adds one property at the end of `object`; without an object, the text (blanks only) becomes a new document. */
export function insertProperty(
  text: string,
  root: Node | undefined,
  object: Node | undefined,
  key: string,
  value: unknown,
): string {
  const style = styleOf(text, root);
  if (root === undefined || object === undefined) return manyLines({ [key]: value }, '', style) + style.eol;

  const last = object.children?.at(-1);
  const close = endOf(object) - 1;
  const from = last === undefined ? object.offset + 1 : endOf(last);
  const trivia = tokensBetween(text, from, close);
  const hasComma = trivia.some((token) => token.kind === TOKEN.comma);
  const at = trivia.at(-1)?.end ?? from;

  const ownLine = last === undefined ? style.multiline : startsItsLine(text, last.offset);
  // After a line comment there is no staying on the line.
  const breaks = ownLine || trivia.at(-1)?.kind === TOKEN.lineComment;
  const indent =
    last !== undefined && ownLine ? indentAt(text, last.offset) : indentAt(text, object.offset) + style.unit;

  const name = JSON.stringify(key);
  const property = breaks
    ? `${style.eol}${indent}${name}: ${manyLines(value, indent, style)}`
    : `${last !== undefined && style.spaced ? ' ' : ''}${name}:${style.spaced ? ' ' : ''}${oneLine(value, style.spaced)}`;
  const comma = hasComma ? ',' : '';

  const cuts: Cut[] = [];
  if (last !== undefined && !hasComma) cuts.push({ from, to: from, insert: ',' });
  if (last === undefined && breaks && !/[\r\n]/.test(text.slice(at, close))) {
    cuts.push({ from: at, to: close, insert: property + style.eol + indentAt(text, object.offset) });
  } else {
    cuts.push({ from: at, to: at, insert: property + comma });
  }
  return splice(text, cuts);
}

/** Takes one property out of `object`, its line with it where it stands alone, and the one comma that goes with it. */
export function removeProperty(text: string, object: Node, property: Node): string {
  const properties = object.children ?? [];
  const index = properties.indexOf(property);
  const previous = properties[index - 1];
  const next = properties[index + 1];
  const end = endOf(property);

  const after = tokensBetween(text, end, next?.offset ?? endOf(object) - 1);
  const comma = after.find((token) => token.kind === TOKEN.comma);
  const cuts: Cut[] = [];
  let from = property.offset;
  let to = end;
  if (comma !== undefined) {
    if (after[0] === comma) to = comma.end;
    else cuts.push({ from: comma.offset, to: comma.end, insert: '' });
  } else if (previous !== undefined) {
    const before = tokensBetween(text, endOf(previous), property.offset).find((token) => token.kind === TOKEN.comma);
    if (before !== undefined) cuts.push({ from: before.offset, to: before.end, insert: '' });
  }

  const tail = lineEnd(text, to);
  if (startsItsLine(text, from) && tail < text.length && /^[ \t]*$/.test(text.slice(to, tail))) {
    from = lineStart(text, from);
    to = text.startsWith('\r\n', tail) ? tail + 2 : tail + 1;
  } else if (next === undefined) {
    from = text.slice(0, from).replace(/[ \t]+$/, '').length;
  } else {
    to += /^[ \t]*/.exec(text.slice(to))?.[0].length ?? 0;
  }
  return splice(text, [...cuts, { from, to, insert: '' }]);
}

/** Puts other source text in the place of one value. */
export function replaceValue(text: string, value: Node, source: string): string {
  return splice(text, [{ from: value.offset, to: endOf(value), insert: source }]);
}

/** True for a property with an empty object and no comment anywhere in it. */
export function isBare(text: string, property: Node): boolean {
  if (property.children?.[1]?.children?.length !== 0) return false;
  return tokensBetween(text, property.offset, endOf(property)).every(
    ({ kind }) => kind !== TOKEN.lineComment && kind !== TOKEN.blockComment,
  );
}
