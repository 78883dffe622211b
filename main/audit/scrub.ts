// The last line of defence before a record is hashed: every string in it, object keys included, passes the redactor once
// more, whoever built the record. It never decides what is recorded. If the redactor throws, nothing is written.
import { Buffer } from 'node:buffer';
import type { NewAuditRecord } from '../../preload/contract/audit.ts';

/** A longer string is kept by its length only: cutting one could leave half a secret that the redactor would have known. */
const MAX_TEXT_BYTES = 4096;
const MAX_CLIENT_LENGTH = 256;
const MAX_DEPTH = 32;

/** Our own words and ids. The schema holds the words to closed lists; a redacted `call` would not join its outcome. */
const VERBATIM = new Set(['kind', 'call', 'event', 'outcome', 'effect', 'decidedBy', 'code']);

/** Members whose own keys the schema fixes. */
const FIXED = new Set(['decision', 'claimed', 'tenant']);

type Redact = (text: string) => string;

/** A copy of the record with each string well-formed, redacted and of bounded length. */
export function scrub(record: NewAuditRecord, redact: Redact): Record<string, unknown> {
  const clean = fields(record, redact);
  for (const key of ['decision', 'claimed', 'tenant', 'arguments', 'input_responses', 'detail']) {
    const value = (record as Record<string, unknown>)[key];
    if (typeof value !== 'object' || value === null) continue;
    clean[key] = FIXED.has(key) ? fields(value, redact) : deep(value, redact, 0);
  }
  const claimed = clean['claimed'];
  if (typeof claimed === 'object' && claimed !== null && 'client' in claimed) {
    const { client } = claimed;
    // The schema allows 256; a client chooses its name and must not be able to make its own calls unrecordable.
    if (typeof client === 'string' && client.length > MAX_CLIENT_LENGTH) claimed.client = byLength(client);
  }
  return clean;
}

/** Members of an object whose keys are fixed by the schema. */
function fields(value: object, redact: Redact): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined)
      clean[key] = typeof member === 'string' && !VERBATIM.has(key) ? text(member, redact) : member;
  }
  return clean;
}

function deep(value: unknown, redact: Redact, depth: number): unknown {
  if (typeof value === 'string') return text(value, redact);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => deep(item, redact, depth + 1));
  const entries = new Map<string, unknown>();
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    let name = text(key, redact);
    while (entries.has(name)) name += '~';
    entries.set(name, deep(member, redact, depth + 1));
  }
  // fromEntries defines properties, so a key `__proto__` stays a key.
  return Object.fromEntries(entries);
}

function text(value: string, redact: Redact): string {
  // Of a short string only redaction can change anything; three bytes are the most a UTF-16 unit takes.
  if (value.length * 3 <= MAX_TEXT_BYTES) {
    const clean = redact(value.toWellFormed()).toWellFormed();
    if (clean.length * 3 <= MAX_TEXT_BYTES) return clean;
  }
  if (Buffer.byteLength(value) > MAX_TEXT_BYTES) return byLength(value);
  const clean = redact(value.toWellFormed()).toWellFormed();
  return Buffer.byteLength(clean) > MAX_TEXT_BYTES ? byLength(value) : clean;
}

function byLength(value: string): string {
  return `[${Buffer.byteLength(value)} bytes]`;
}
