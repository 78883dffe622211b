import { Buffer } from 'node:buffer';
import { canonical } from './canonical.ts';
import { hashRecord, lineOf } from './chain.ts';
import { isObject } from './is-object.ts';

/** A line that says what it is; `fits` is false where its own hash is not the hash of what it holds. */
export interface ParsedLine {
  readonly kind: 'line';
  readonly hash: string;
  readonly prev: string;
  readonly record: unknown;
  readonly fits: boolean;
}
export type LineResult = ParsedLine | { readonly kind: 'unreadable'; readonly text: string };

const HEX = /^[0-9a-f]{64}$/;

/**
 * Reads one line (without its newline) and proves that these exact bytes are what the journal writes for this record:
 * other spacing, key order, number text, duplicate keys or broken UTF-8 are all `unreadable`.
 */
export function parseLine(bytes: Buffer): LineResult {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return { kind: 'unreadable', text: 'not JSON' };
  }
  if (!isEnvelope(value)) return { kind: 'unreadable', text: 'not {"hash","prev","record"}' };
  const { hash, prev, record } = value;
  let text: string;
  try {
    text = canonical(record);
  } catch {
    return { kind: 'unreadable', text: 'the record has no canonical form' };
  }
  const expected = Buffer.from(lineOf(hash, prev, text), 'utf8');
  if (!expected.subarray(0, -1).equals(bytes)) return { kind: 'unreadable', text: 'not in canonical form' };
  return { kind: 'line', hash, prev, record, fits: hashRecord(prev, text) === hash };
}

function isEnvelope(value: unknown): value is { hash: string; prev: string; record: unknown } {
  if (!isObject(value)) return false;
  const { hash, prev, record } = value;
  return (
    typeof hash === 'string' && HEX.test(hash) && typeof prev === 'string' && HEX.test(prev) && record !== undefined
  );
}
