/**
 * Turns one line into a message, or says why it must not be forwarded. Strict, because the receiver may read a sloppy
 * text differently than we do: a duplicate or case-varied key could show policy one tool and the server another
 * (CVE-2026-27896). Nothing that fails here ever leaves.
 */
import { isUtf8 } from 'node:buffer';
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import { foldKey } from './fold-key.ts';
import type { WireLimits } from './limits.ts';
import { parseByParts } from './parse-by-parts.ts';
import { probeEnvelope, type Reading } from './probe-envelope.ts';
import { decodeString, scanJson, type Member, type Span } from './scan-json.ts';

/** Who sent the line: keys may not repeat anywhere in what a client sends, and not in any envelope. */
export type Sender = 'client' | 'server';

export interface RequestMessage {
  readonly kind: 'request';
  /** Source text of the id, as it stands in the message. */
  readonly id: string;
  /** What ids are compared by: the source text of a number, the decoded value of a string. */
  readonly idKey: string;
  readonly method: string;
  readonly params: JsonObject;
}

export interface NotificationMessage {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: JsonObject;
}

export interface ResponseMessage {
  readonly kind: 'response';
  readonly id: string;
  readonly idKey: string;
  /** Exactly one of the two is there. */
  readonly result: unknown;
  readonly error: JsonObject | undefined;
}

export interface InvalidMessage {
  readonly kind: 'invalid';
  readonly code: -32700 | -32600;
  readonly reason: string;
  /** Source text of the id, where exactly one unambiguous id was read. */
  readonly id: string | undefined;
  /** No message of the protocol at all: what a server printed by mistake. */
  readonly stray: boolean;
  /** What it would have been, as far as that can be told. */
  readonly reading: Reading;
  /** Reads as a response or notification: dropped, not answered. */
  readonly unanswerable: boolean;
}

export type Message = RequestMessage | NotificationMessage | ResponseMessage;
export type Parsed = Message | InvalidMessage;

const ENVELOPE_KEYS = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'] as const;
const ENVELOPE_SET: ReadonlySet<string> = new Set(ENVELOPE_KEYS);
/** Members of params that a gate reads. */
const GATED_KEYS = ['name', 'arguments', 'uri', 'cursor', '_meta', 'task', 'inputResponses', 'requestState'] as const;
const GATED_SET: ReadonlySet<string> = new Set(GATED_KEYS);
const FOLDED_ENVELOPE: ReadonlySet<string> = new Set(ENVELOPE_KEYS);
const FOLDED_GATED: ReadonlySet<string> = new Set(GATED_KEYS.map((key) => key.toLowerCase()));
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** Not `-0`: most servers answer it as `0`. */
const INTEGER = /^(0|-?[1-9]\d*)$/;
const MAX_ID_CHARACTERS = 1024;

function keyProblem(key: string, exact: ReadonlySet<string>, folded: ReadonlySet<string>): string | undefined {
  if (exact.has(key)) return undefined;
  if (FORBIDDEN_KEYS.has(key)) return `the key ${key} is not allowed here`;
  return folded.has(foldKey(key)) ? 'a key differs from one of the protocol only in case or form' : undefined;
}

/** Key by which an id is compared; undefined when the text is no valid id. */
export function idKeyOf(source: string): string | undefined {
  if (source.length > MAX_ID_CHARACTERS) return undefined;
  if (INTEGER.test(source)) return `n${source}`;
  if (!source.startsWith('"')) return undefined;
  const bytes = Buffer.from(source);
  const value = decodeString(bytes, { start: 0, end: bytes.length });
  return value === undefined ? undefined : `s${value}`;
}

function invalid(
  line: Buffer,
  code: -32700 | -32600,
  reason: string,
  rest: Partial<Pick<InvalidMessage, 'id' | 'stray'>> = {},
): InvalidMessage {
  const { id, reading } = probeEnvelope(line);
  const unanswerable = reading === 'response' || reading === 'notification';
  return { kind: 'invalid', code, reason, id, stray: false, reading, unanswerable, ...rest };
}

/** Where the text is, without the white space around it. */
function trimmed(line: Buffer): Span {
  let start = 0;
  let end = line.length;
  while (start < end && (line[start] ?? 0) <= 0x20) start++;
  while (end > start && (line[end - 1] ?? 0) <= 0x20) end--;
  return { start, end };
}

/** Parses one line (with or without its newline) that `sender` sent. */
export function parseMessage(line: Buffer, sender: Sender, limits: WireLimits): Parsed {
  if (!isUtf8(line)) return invalid(line, -32700, 'the message is not valid UTF-8', { stray: true });
  const scan = scanJson(line, 0, line.length, limits, sender === 'client');
  switch (scan.kind) {
    case 'too_deep':
      return invalid(line, -32600, `the message is nested deeper than ${limits.maxDepth} levels`);
    case 'too_many_tokens':
      return invalid(line, -32600, `the message has more than ${limits.maxTokens} values`);
    case 'broken':
      return invalid(line, -32700, 'the message is not valid JSON', { stray: true });
    case 'array':
    case 'scalar':
    case 'object':
      break;
  }
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
    if (scan.kind === 'object' && scan.hasEscapedKey) value = parseByParts(line, trimmed(line));
  } catch {
    return invalid(line, -32700, 'the message is not valid JSON', { stray: true });
  }
  if (scan.kind === 'array') return invalid(line, -32600, 'batches are not part of this protocol', { id: undefined });
  if (scan.kind === 'scalar' || !isJsonObject(value)) {
    return invalid(line, -32600, 'a message must be a JSON object', { id: undefined, stray: true });
  }
  const source = (name: string): string | undefined => {
    const member: Member | undefined = scan.members.find((candidate) => candidate.key === name);
    return member === undefined ? undefined : line.toString('utf8', member.value.start, member.value.end);
  };
  const hasMethod = Object.hasOwn(value, 'method');
  const refuse = (reason: string): InvalidMessage => invalid(line, -32600, reason);

  if (scan.duplicateKey !== undefined) return refuse('a key occurs twice');
  for (const { key } of scan.members) {
    const problem = keyProblem(key, ENVELOPE_SET, FOLDED_ENVELOPE);
    if (problem !== undefined) return refuse(problem);
  }
  if (value['jsonrpc'] !== '2.0') {
    return invalid(line, -32600, '"jsonrpc" must be "2.0"', { stray: !Object.hasOwn(value, 'jsonrpc') });
  }

  const idSource = source('id');
  const idKey = idSource === undefined ? undefined : idKeyOf(idSource);
  if (idSource !== undefined && idKey === undefined) {
    return invalid(line, -32600, 'an id must be a string or an integer', { id: undefined });
  }

  if (hasMethod) {
    const method = value['method'];
    if (typeof method !== 'string') return refuse('"method" must be a string');
    if (Object.hasOwn(value, 'result') || Object.hasOwn(value, 'error')) return refuse('a request holds no result');
    const params = Object.hasOwn(value, 'params') ? value['params'] : {};
    if (!isJsonObject(params)) return refuse('"params" must be an object');
    for (const key of Object.keys(params)) {
      const problem = keyProblem(key, GATED_SET, FOLDED_GATED);
      if (problem !== undefined) return refuse(problem);
    }
    if (idSource === undefined || idKey === undefined) return { kind: 'notification', method, params };
    // What a client sends was looked through above; of what a server sends only requests are held to it.
    if (sender === 'server') {
      const whole = scanJson(line, 0, line.length, limits, true);
      if (whole.kind !== 'object' || whole.duplicateKey !== undefined) return refuse('a key occurs twice');
    }
    return { kind: 'request', id: idSource, idKey, method, params };
  }

  if (idSource === undefined || idKey === undefined) return refuse('a message needs a method or an id');
  const hasResult = Object.hasOwn(value, 'result');
  const hasError = Object.hasOwn(value, 'error');
  if (hasResult === hasError) return refuse('a response holds either a result or an error');
  if (!hasError) return { kind: 'response', id: idSource, idKey, result: value['result'], error: undefined };
  const error = value['error'];
  return isJsonObject(error)
    ? { kind: 'response', id: idSource, idKey, result: undefined, error }
    : refuse('"error" must be an object');
}
