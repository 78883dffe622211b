/** The semantics as naive as can be, for texts with these look-alikes only; 0 is false, 1 undecidable, 2 true. */
import type { Chain, Condition, DefaultMode, Rule } from '../../preload/contract/index.ts';
import type { CallFacts } from '../../main/policy/call-facts.ts';
const SAME: Record<string, string> = { '1': 'l', i: 'l', I: 'l', L: 'l', '0': 'o', O: 'o', A: 'a', B: 'b', а: 'a' };
const read = (text: string): string => Array.from(text, (c) => SAME[c] ?? c).join('');
const fits = (wide: boolean, a: string, b: string, is = glob): boolean => is(a, b) || (wide && is(read(a), read(b)));
const type = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
const isBig = (value: unknown): boolean => typeof value === 'number' && value > 2 ** 53 - 1;
const has = (wide: boolean, b: unknown, a: unknown): number =>
  typeof a !== 'string' || typeof b !== 'string' ? 1 : fits(wide, a, b, (part, text) => text.includes(part)) ? 2 : 0;
function glob(a: string, b: string): boolean {
  if (a[0] === '*') return glob(a.slice(1), b) || (b !== '' && glob(a, b.slice(1)));
  return a === '' || b === '' ? a === b : (a[0] === '?' || a[0] === b[0]) && glob(a.slice(1), b.slice(1));
}
const step = (v: unknown, p: string) => (typeof v === 'string' ? undefined : new Map(Object.entries(v ?? {})).get(p));
const size = (of: unknown): number => (typeof of === 'string' ? Array.from(of) : Object.keys(of ?? {})).length;
function equals(wide: boolean, wanted: readonly unknown[], value: unknown): number {
  const alike = wanted.filter((one) => type(one) === type(value));
  if (alike.length === 0) return value !== undefined && wanted.every((one) => one === null) ? 0 : 1;
  const same = (one: unknown) => fits(wide && type(one) === 'string', String(one), String(value), (a, b) => a === b);
  if (alike.some(same)) return wide || !isBig(value) ? 2 : 1;
  return isBig(value) || (wide && wanted.some((one) => String(one) === String(value))) ? 1 : 0;
}
function test(wide: boolean, c: Condition, args: unknown, closes = wide): number {
  if ('and' in c) return Math.min(...c.and.map((part) => test(wide, part, args, closes)));
  if ('or' in c) return Math.max(...c.or.map((part) => test(wide, part, args, closes)));
  if ('not' in c) return 2 - test(!wide, c.not, args, closes);
  const value = c.at.split('/').slice(1).reduce(step, args);
  if ('exists' in c) return (value !== undefined) === c.exists ? 2 : 0;
  if ('eq' in c || 'in' in c) return equals(wide, 'eq' in c ? [c.eq] : c.in, value);
  if ('contains' in c && Array.isArray(value))
    return Math.max(0, ...value.map((v) => (wide && has(true, v, c.contains) > 1 ? 2 : equals(wide, [c.contains], v))));
  if ('contains' in c) return has(wide, value, c.contains);
  if (typeof value === 'string' && 'glob' in c) return fits(wide, c.glob, value) ? 2 : 0;
  if ('length' in c && ['string', 'array', 'object'].includes(type(value))) {
    // A limit of characters, above 64, is no part of it.
    return size(value) >= (c.length.min ?? 0) && size(value) <= (c.length.max ?? 1e9) ? 2 : 0;
  }
  if (typeof value !== 'number' || !['gt', 'gte', 'lt', 'lte'].some((word) => word in c)) return 1;
  const low = 'gt' in c ? value > c.gt : 'gte' in c && value >= c.gte;
  const holds = low || ('lt' in c ? value < c.lt : 'lte' in c && value <= c.lte);
  return isBig(value) ? (wide && holds ? 2 : 1) : holds ? 2 : 0;
}
type Named = { readonly connector: string; readonly tool?: string | undefined };
export function naive(mode: DefaultMode, rules: Rule[], chains: Chain[], call: Named & CallFacts & { args: unknown }) {
  const { name, isProven } = call.client;
  const about = (wide: boolean, globs: Named, { connector, tool = '' }: Named): boolean =>
    fits(wide, globs.connector, connector) && fits(wide, globs.tool ?? '', tool);
  const says = (wide: boolean, { client, when, ...globs }: Rule): number => {
    const who = !client ? 2 : !name ? 1 : !fits(wide, client, name) ? 0 : wide || isProven ? 2 : 1;
    return Math.min(about(wide, globs, call) ? 2 : 0, who, when === undefined ? 2 : test(wide, when, call.args));
  };
  const after = (c: Chain) => call.taints.some((t) => t.labels.includes(c.after.holding) && about(true, c.after, t));
  const some = (effect: string, n = 1) => rules.some((one) => one.effect === effect && says(n < 2, one) >= n);
  const held = chains.filter((one) => about(true, one.before, call) && after(one)).map(({ effect }) => effect);
  if (some('deny') || held.includes('deny')) return 'deny';
  const effect = some('ask') ? 'ask' : some('allow', 2) ? 'allow' : mode;
  return (effect === 'allow' && held.length > 0) || effect === 'read-only' ? 'ask' : effect;
}
