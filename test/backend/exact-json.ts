/** JSON in which numbers keep their text, as a tenant that knows whole numbers of any size would have it. */
import { randomUUID } from 'node:crypto';

/** A number whose text would not survive: kept as text, and written as it came. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Nobody can write it into a text from outside. */
const MARK = `exact-${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}([-+.0-9eE]+)"`, 'g');

const isContext = (value: unknown): value is { readonly source: string } =>
  typeof value === 'object' && value !== null && 'source' in value && typeof value.source === 'string';

/** Throws for what is no JSON. */
export function parseExact(text: string): unknown {
  const revive = (_key: string, value: unknown, ...rest: unknown[]): unknown => {
    const [context] = rest;
    if (typeof value !== 'number' || !isContext(context) || String(value) === context.source) return value;
    return new ExactNumber(context.source);
  };
  return JSON.parse(text, revive);
}

export function stringifyExact(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) => (item instanceof ExactNumber ? MARK + item.text : item));
  return text.replace(MARKED, '$1');
}
