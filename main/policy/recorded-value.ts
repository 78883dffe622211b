/**
 * Values of a recorded call, as the journal keeps them (contract: ArgumentShape): what was too long, redacted or left out
 * is there as {@link NotKept}, so that a condition on it answers "unknown" instead of something wrong.
 * Live arguments never pass here: in them `{"$bytes": 5}` is an object like any other.
 */
import { isJsonObject } from '../../preload/contract/json.ts';

/** `text`: some text. `value`: something that was there. `perhaps`: it may have been there. */
export class NotKept {
  readonly kind: 'text' | 'value' | 'perhaps';

  constructor(kind: 'text' | 'value' | 'perhaps') {
    this.kind = kind;
  }
}

/** Own member of an object or array of which something was left out; a decoded JSON text has no symbols. */
export const INCOMPLETE: unique symbol = Symbol('incomplete');

/** Whatever wrote `[redacted]`, it was something else before; and a half of a surrogate pair became U+FFFD. */
const CHANGED = /\[redacted|\ufffd/i;
const MARKER = /^\$+(?:bytes|number|more)(?::|$)/;
/** Signs that stand for one that was escaped, and the number of a key that became like another one. */
const CHANGED_KEY = /[\u2400-\u241f\uff02\uff3c]|~\d+$/;
/** As deep as the journal goes, and some more. */
const MAX_DEPTH = 64;

function incomplete<T extends object>(target: T): T {
  Object.defineProperty(target, INCOMPLETE, { value: true });
  return target;
}

function reviveObject(shape: Readonly<Record<string, unknown>>, depth: number): unknown {
  const keys = Object.keys(shape);
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) {
    const value = shape[only];
    if (only === '$bytes' && typeof value === 'number') return new NotKept('text');
    if (only === '$number' && typeof value === 'string') return Number(value);
    if (only === '$more' && typeof value === 'number') return new NotKept('value');
  }
  const target: Record<string, unknown> = {};
  let isWhole = true;
  for (const key of keys) {
    if (key === '$more' || key.startsWith('$bytes:') || CHANGED.test(key) || CHANGED_KEY.test(key)) isWhole = false;
    if (key === '$more') continue;
    Object.defineProperty(target, MARKER.test(key) && key.startsWith('$$') ? key.slice(1) : key, {
      value: revive(shape[key], depth + 1),
      enumerable: true,
    });
  }
  return isWhole ? target : incomplete(target);
}

/** Recorded arguments as a value on which conditions can be evaluated. */
export function revive(shape: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return new NotKept('value');
  if (typeof shape === 'string') return CHANGED.test(shape) ? new NotKept('text') : shape;
  if (Array.isArray(shape)) {
    const last: unknown = shape.at(-1);
    const isCut = isJsonObject(last) && Object.keys(last).length === 1 && typeof last['$more'] === 'number';
    const items = (isCut ? shape.slice(0, -1) : shape).map((item) => revive(item, depth + 1));
    return isCut ? incomplete(items) : items;
  }
  return isJsonObject(shape) ? reviveObject(shape, depth) : shape;
}

export function isIncomplete(value: object): boolean {
  return Object.hasOwn(value, INCOMPLETE);
}
