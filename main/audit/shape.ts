// Owns what of a call's arguments may enter the journal: their shape, sizes and short redacted values. It never keeps a
// string longer than 256 bytes or a key longer than 128, and never more than 200 values, so neither a secret that the
// redactor does not know nor a huge message can fill the journal. It does not fail: whatever cannot be shown is counted.
import { Buffer } from 'node:buffer';
import type { ArgumentShape } from '../../preload/contract/audit.ts';
import { isObject } from './is-object.ts';

const MAX_VALUE_BYTES = 256;
const MAX_KEY_BYTES = 128;
const MAX_NODES = 200;
const MAX_DEPTH = 16;

/** An argument's own key that reads like one of our markers gets one more `$`, so that nobody can fake a marker. */
const MARKER = /^\$+(?:bytes|number|more)(?::|$)/;

type Redact = (text: string) => string;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const ESCAPED_IN_JSON = /["\\\u0000-\u001f]/g;
const LOOKS_LIKE: Readonly<Record<string, string>> = { '"': '\uff02', '\\': '\uff3c' };

type ShapeObject = { [key: string]: ArgumentShape };
type Pending =
  | {
      readonly kind: 'list';
      readonly source: readonly unknown[];
      readonly target: ArgumentShape[];
      readonly depth: number;
    }
  | {
      readonly kind: 'map';
      readonly source: Record<string, unknown>;
      readonly target: ShapeObject;
      readonly depth: number;
    };

/**
 * The shape of a JSON value for the journal (contract: ArgumentShape). Strings and keys are redacted first; a longer
 * string becomes `{$bytes: n}` (n: UTF-8 bytes of the original), what is beyond 200 values or 16 levels `{$more: n}` (n:
 * entries left out; inside an object as its member `$more`). Breadth first: a long list in one argument never hides the
 * arguments beside it.
 *
 * Numbers are what JSON.parse made of them: one that does not survive a double (`9007199254740993`) is recorded
 * rounded, one that is not finite (`1e400`) as `{$number: "Infinity"}`.
 */
export function shapeOf(value: unknown, redact: Redact): ArgumentShape {
  const queue: Pending[] = [];
  let nodes = 0;

  const shape = (value: unknown, depth: number): ArgumentShape => {
    nodes += 1;
    if (Array.isArray(value)) {
      if (depth >= MAX_DEPTH) return { $more: value.length };
      const target: ArgumentShape[] = [];
      queue.push({ kind: 'list', source: value, target, depth });
      return target;
    }
    if (!isObject(value)) return shapeScalar(value, redact);
    if (depth >= MAX_DEPTH) return { $more: Object.keys(value).length };
    const target: ShapeObject = {};
    queue.push({ kind: 'map', source: value, target, depth });
    return target;
  };

  const root = shape(value, 0);
  // An array iterates over what is pushed while it runs.
  for (const { kind, source, target, depth } of queue) {
    if (kind === 'list') {
      const taken = Math.min(source.length, MAX_NODES - nodes);
      for (const item of source.slice(0, taken)) target.push(shape(item, depth + 1));
      if (taken < source.length) target.push({ $more: source.length - taken });
    } else {
      const keys = Object.keys(source);
      const taken = Math.min(keys.length, MAX_NODES - nodes);
      for (const key of keys.slice(0, taken)) {
        define(target, freeKey(target, shapeKey(key, redact)), shape(source[key], depth + 1));
      }
      if (taken < keys.length) define(target, '$more', keys.length - taken);
    }
  }
  return root;
}

function shapeScalar(value: unknown, redact: Redact): ArgumentShape {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
  if (typeof value === 'bigint') return { $number: value.toString().slice(0, MAX_VALUE_BYTES) };
  if (typeof value !== 'string') return null;
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_VALUE_BYTES) return { $bytes: bytes };
  const text = redact(value.toWellFormed()).toWellFormed();
  return Buffer.byteLength(text) > MAX_VALUE_BYTES ? { $bytes: bytes } : text;
}

function shapeKey(key: string, redact: Redact): string {
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) return `$bytes:${bytes}`;
  const text = withoutEscapes(redact(key.toWellFormed()).toWellFormed());
  if (Buffer.byteLength(text) > MAX_KEY_BYTES) return `$bytes:${bytes}`;
  return MARKER.test(text) ? `$${text}` : text;
}

/**
 * A recorded key holds nothing that JSON would escape: V8 13.6 may read an escaped key as another one of the same length
 * that it has seen before, and then an intact line would look changed to whoever verifies it.
 */
function withoutEscapes(key: string): string {
  return key.replace(ESCAPED_IN_JSON, (c) => LOOKS_LIKE[c] ?? String.fromCodePoint(0x2400 + (c.codePointAt(0) ?? 0)));
}

/** Two keys may become one by redaction or length; none of their values is dropped. */
function freeKey(target: object, key: string): string {
  if (!Object.hasOwn(target, key)) return key;
  let number = 2;
  while (Object.hasOwn(target, `${key}~${number}`)) number += 1;
  return `${key}~${number}`;
}

/** Assignment would run the setter of `__proto__`. */
function define(target: object, key: string, value: ArgumentShape): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}
