/** The semantics as naive as can be, for texts with these look-alikes only; 0 is false, 1 undecidable, 2 true. */
import type { Chain, Condition, DefaultMode, Rule } from '../../preload/contract/index.ts';
import type { CallFacts } from '../../main/policy/call-facts.ts';

const SAME: Record<string, string> = { '1': 'l', i: 'l', I: 'l', L: 'l', '0': 'o', O: 'o', A: 'a', B: 'b', а: 'a' };
const read = (text: string): string => Array.from(text, (c) => SAME[c] ?? c).join('');
const fits = (wide: boolean, a: string, b: string, is = glob): boolean => is(a, b) || (wide && is(read(a), read(b)));
const type = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
function glob(a: string, b: string): boolean {
  if (a === '' || b === '') return b === '' && Array.from(a).every((c) => c === '*');
  if (a[0] === '*') return glob(a.slice(1), b) || glob(a, b.slice(1));
  return (a[0] === '?' || a[0] === b[0]) && glob(a.slice(1), b.slice(1));
}
function at(value: unknown, pointer: string): unknown {
  for (const part of pointer.split('/').slice(1))
    value = typeof value === 'string' ? undefined : new Map(Object.entries(value ?? {})).get(part);
  return value;
}
function equals(wide: boolean, wanted: readonly unknown[], value: unknown): number {
  const alike = wanted.filter((one) => type(one) === type(value));
  if (alike.length === 0) return value !== undefined && wanted.every((one) => one === null) ? 0 : 1;
  const same = (one: unknown): boolean => fits(wide, String(one), String(value), (a, b) => a === b);
  return alike.some((one) => (typeof one === 'string' ? same(one) : one === value)) ? 2 : 0;
}
function test(wide: boolean, c: Condition, args: unknown): number {
  if ('and' in c) return Math.min(...c.and.map((part) => test(wide, part, args)));
  if ('or' in c) return Math.max(...c.or.map((part) => test(wide, part, args)));
  if ('not' in c) return 2 - test(!wide, c.not, args);
  const value = at(args, c.at);
  if ('exists' in c) return (value !== undefined) === c.exists ? 2 : 0;
  if ('eq' in c || 'in' in c) return equals(wide, 'eq' in c ? [c.eq] : c.in, value);
  if ('contains' in c && Array.isArray(value)) return Math.max(0, ...value.map((v) => equals(wide, [c.contains], v)));
  if (typeof value === 'string' && 'glob' in c) return fits(wide, c.glob, value) ? 2 : 0;
  if (typeof value === 'string' && 'contains' in c && typeof c.contains === 'string')
    return fits(wide, c.contains, value, (a, b) => b.includes(a)) ? 2 : 0;
  const size = typeof value === 'string' ? Array.from(value).length : Object.keys(value ?? {}).length;
  if ('length' in c && ['string', 'array', 'object'].includes(type(value)))
    return size >= (c.length.min ?? 0) && size <= (c.length.max ?? 1e9) ? 2 : 0;
  if (typeof value !== 'number') return 1;
  const low = 'gt' in c ? value > c.gt : 'gte' in c && value >= c.gte;
  const high = 'lt' in c ? value < c.lt : 'lte' in c && value <= c.lte;
  return low || high ? 2 : ['gt', 'gte', 'lt', 'lte'].some((word) => word in c) ? 0 : 1;
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
  const closes = (effect: string): boolean => rules.some((one) => one.effect === effect && says(true, one) > 0);
  const held = chains.filter((one) => about(true, one.before, call) && after(one)).map(({ effect }) => effect);
  if (closes('deny') || held.includes('deny')) return 'deny';
  if (closes('ask')) return 'ask';
  const effect = rules.some((one) => one.effect === 'allow' && says(false, one) === 2) ? 'allow' : mode;
  return (effect === 'allow' && held.length > 0) || effect === 'read-only' ? 'ask' : effect;
}
