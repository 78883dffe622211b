/**
 * Values of canaries: in the shapes that services give out, so that nothing tells one from a credential that opens something. No
 * shape has a mark of the companion's.
 */
import { isRedactable } from './redactable.ts';

const HEX = '0123456789abcdef';
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const BASE64 = `${ALPHANUMERIC}+/`;
const URL_SAFE = `${ALPHANUMERIC}-_`;

const SHAPES: readonly { readonly prefix: string; readonly alphabet: string; readonly length: number }[] = [
  { prefix: '', alphabet: HEX, length: 40 },
  { prefix: '', alphabet: HEX, length: 64 },
  { prefix: '', alphabet: ALPHANUMERIC, length: 32 },
  { prefix: '', alphabet: BASE64, length: 40 },
  { prefix: '', alphabet: URL_SAFE, length: 43 },
  { prefix: 'glpat-', alphabet: URL_SAFE, length: 20 },
  { prefix: 'sk_live_', alphabet: ALPHANUMERIC, length: 24 },
];

/** `random` answers from 0 to below its argument. */
export function canaryValue(random: (limit: number) => number): string {
  for (;;) {
    const shape = SHAPES[random(SHAPES.length)];
    if (shape === undefined) continue;
    const { prefix, alphabet, length } = shape;
    const value = prefix + Array.from({ length }, () => alphabet.charAt(random(alphabet.length))).join('');
    if (isRedactable(value)) return value;
  }
}
