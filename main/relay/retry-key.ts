/**
 * By what a retry is told from a new call (MCP 2026-07-28, multi round-trip requests): a server may answer that it needs
 * input, and the client then sends the same request again with a new id, with the answers and with the server's opaque
 * state. Nothing here decides whether anything may leave; it only says what belongs together.
 */
import { createHash } from 'node:crypto';
import type { Claimed } from '../../preload/contract/index.ts';
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import { canonicalSource } from './canonical-source.ts';
import { scanJson, UNLIMITED, type Member, type Span } from './scan-json.ts';

/** What differs from one attempt of a call to the next. */
const PER_ATTEMPT: ReadonlySet<string> = new Set(['_meta', 'inputResponses', 'requestState']);

/** A longer member is compared as it is written: to sort it would hold up every other session. */
const MAX_CANONICAL_BYTES = 256 * 1024;

/** The server did not answer yet: it needs something of the client first. */
export function isInputRequired(result: unknown): result is JsonObject {
  return isJsonObject(result) && result['resultType'] === 'input_required';
}

/** Only a request with one of these can be a retry. */
export function carriesInput(params: JsonObject): boolean {
  return Object.hasOwn(params, 'requestState') || Object.hasOwn(params, 'inputResponses');
}

/** Digest of what all attempts of one call have in common: who calls, the method, what it is aimed at, the arguments. */
export function requestDigest(method: string, claimed: Claimed, line: Buffer): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([method, claimed.client ?? null, claimed.pid ?? null]));
  const members = membersOf(line, { start: 0, end: line.length }).find((member) => member.key === 'params');
  const params = members === undefined ? [] : membersOf(line, members.value);
  params.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const { key, value } of params) {
    if (PER_ATTEMPT.has(key)) continue;
    const isLong = value.end - value.start > MAX_CANONICAL_BYTES;
    hash.update(`\n${JSON.stringify(key)}${isLong ? '=' : ':'}`);
    hash.update(isLong ? line.subarray(value.start, value.end) : canonicalSource(line, value));
  }
  return hash.digest('hex');
}

/**
 * What a server's answer and the retry of it have in common. `state` is the decoded `requestState` of either, undefined
 * where there is none; a state that the protocol does not know joins nothing.
 */
export function retryKey(digest: string, state: unknown): string | undefined {
  if (state === undefined) return digest;
  if (typeof state !== 'string') return undefined;
  // Its JSON, because lone surrogates have no bytes of their own.
  return `${digest} ${createHash('sha256').update(JSON.stringify(state)).digest('hex')}`;
}

function membersOf(line: Buffer, span: Span): Member[] {
  const scan = scanJson(line, span.start, span.end, UNLIMITED, false);
  return scan.kind === 'object' ? [...scan.members] : [];
}
