/**
 * Reads the bytes of a tenant's answer as strictly as a message of a client: whatever reads it after us must not see another
 * thing than we did. Keeps the bytes, so that what is passed on keeps its numbers as they were written.
 */
import { isUtf8 } from 'node:buffer';
import { flattenLine } from '../relay/flatten-line.ts';
import { DEFAULT_LIMITS } from '../relay/limits.ts';
import { parseByParts } from '../relay/parse-by-parts.ts';
import { scanJson, type Member, type Span } from '../relay/scan-json.ts';
import type { JsonSource } from '../relay/tenant-gate.ts';

export interface ParsedAnswer {
  readonly value: unknown;
  readonly bytes: Buffer;
  /** Where the value is, without the white space around it. */
  readonly span: Span;
  /** Of an object. */
  readonly members: readonly Member[];
}

function trimmed(bytes: Buffer): Span {
  let start = 0;
  let end = bytes.length;
  while (start < end && (bytes[start] ?? 0) <= 0x20) start++;
  while (end > start && (bytes[end - 1] ?? 0) <= 0x20) end--;
  return { start, end };
}

/** A text says why it was not taken, as a clause: `answered with …`. */
export function parseAnswer(bytes: Buffer): ParsedAnswer | string {
  if (!isUtf8(bytes)) return 'answered with text that is not UTF-8';
  const scan = scanJson(bytes, 0, bytes.length, DEFAULT_LIMITS, true);
  if (scan.kind === 'too_deep')
    return `answered with JSON that is nested deeper than ${DEFAULT_LIMITS.maxDepth} levels`;
  if (scan.kind === 'too_many_tokens') return `answered with more than ${DEFAULT_LIMITS.maxTokens} values`;
  if (scan.kind === 'broken') return 'answered with something that is not JSON';
  const span = trimmed(bytes);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
    if (scan.kind !== 'scalar' && scan.hasEscapedKey) value = parseByParts(bytes, span);
  } catch {
    return 'answered with something that is not JSON';
  }
  if (scan.kind !== 'scalar' && scan.duplicateKey !== undefined)
    return 'answered with JSON in which a key occurs twice';
  return { value, bytes, span, members: scan.kind === 'object' ? scan.members : [] };
}

/** A copy of the bytes at `span`, with no line break in it. */
export function sourceAt(answer: ParsedAnswer, span: Span, value: unknown): JsonSource {
  const source = Buffer.from(answer.bytes.subarray(span.start, span.end));
  flattenLine(source);
  return { value, source };
}
