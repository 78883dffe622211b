/**
 * The tenant's rules as rows. Deny wins; without a rule that allows, nothing is allowed. The documented model names principals,
 * whole servers or tools, and conditions; its JSON form is unknown, so this one is the stand-in's own.
 */
import { z } from 'zod';
import { ExactNumber, stringifyExact } from './exact-json.ts';
import { actorInfo, type Principal } from './principals.ts';
import type { TenantState } from './tenant-state.ts';

const JsonObject = z.record(z.string(), z.unknown());

/** On an argument of the call, by JSON Pointer. */
const Condition = z.object({
  pointer: z.string(),
  equals: z.unknown().optional(),
  contains: z.string().optional(),
});

const Who = z.object({ kind: z.enum(['user', 'group', 'role', 'agent']), is: z.string() });

const base = { when: Condition.optional(), who: Who.optional() };

export const PolicyRule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('allow'), ...base }),
  z.object({ kind: z.literal('deny'), reason: z.string().optional(), ...base }),
  /** Asks a person at the tenant; what was approved is good for one call. */
  z.object({
    kind: z.literal('approval'),
    title: z.string().optional(),
    can_decide_inline: z.boolean().optional(),
    ...base,
  }),
  z.object({ kind: z.literal('quick'), result: JsonObject, ...base }),
  /** `set`: by name at the top; `replace`: all of them, of any type, so that wrong ones can be tried too. */
  z.object({ kind: z.literal('arguments'), set: JsonObject.optional(), replace: z.unknown().optional(), ...base }),
  /** `mask`: each match of a pattern in a text of the result; `result`: instead of it; `block`: withheld with 403. */
  z.object({
    kind: z.literal('output'),
    mask: z.array(z.object({ find: z.string(), with: z.string() })).optional(),
    result: JsonObject.optional(),
    block: z.string().optional(),
    ...base,
  }),
  z.object({ kind: z.literal('hide'), ...base }),
  /** Members put over the tool's definition in lists. */
  z.object({ kind: z.literal('redefine'), definition: JsonObject, ...base }),
  /** A tool that the server does not have. */
  z.object({ kind: z.literal('add'), definition: JsonObject, ...base }),
]);
export type PolicyRule = z.infer<typeof PolicyRule>;
export type PolicyKind = PolicyRule['kind'];

const Row = z.object({ tool: z.string().nullable(), rule: z.string() });

export interface Policy {
  /** Glob with `*`; null for the whole server. */
  readonly tool: string | null;
  readonly rule: PolicyRule;
}

export function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function isMet(when: z.infer<typeof Condition> | undefined, args: unknown): boolean {
  if (when === undefined) return true;
  const value = valueAt(args, when.pointer);
  if (when.contains !== undefined) return typeof value === 'string' && value.includes(when.contains);
  if (when.equals !== undefined) return stringifyExact(value) === stringifyExact(when.equals);
  return value !== undefined;
}

function isMeant(who: z.infer<typeof Who> | undefined, principal: Principal): boolean {
  if (who === undefined) return true;
  const person = principal.kind === 'organisation' ? undefined : principal.person;
  switch (who.kind) {
    case 'user':
      return person !== undefined && [person.id, person.email].includes(who.is);
    case 'group':
      return person?.groups.includes(who.is) === true;
    case 'role':
      return (principal.kind === 'organisation' ? principal.role : person?.role) === who.is;
    case 'agent':
      return principal.kind === 'agent' && actorInfo(principal)['id'] === who.is;
  }
}

function globMatches(glob: string | null, name: string | undefined): boolean {
  if (glob === null || glob === '*') return true;
  if (name === undefined) return false;
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'u').test(name);
}

/**
 * Rules of a connector (with the global ones) that hold for a principal; `connectorId` null: the global ones alone. With a
 * `tool`, those that name it or the whole server; their conditions are looked at where `args` is given.
 */
export function rulesFor(
  { store }: TenantState,
  connectorId: string | null,
  principal: Principal,
  call?: { readonly tool: string | undefined; readonly args: unknown },
): Policy[] {
  return store
    .all(Row, 'SELECT tool, rule FROM policy WHERE connector_id IS ? OR connector_id IS NULL ORDER BY n', connectorId)
    .map(({ tool, rule }) => ({ tool, rule: PolicyRule.parse(JSON.parse(rule)) }))
    .filter(({ tool, rule }) => {
      if (!isMeant(rule.who, principal)) return false;
      return call === undefined || (globMatches(tool, call.tool) && isMet(rule.when, call.args));
    });
}

export function ruleOf<K extends PolicyKind>(
  rules: readonly Policy[],
  kind: K,
): Extract<PolicyRule, { kind: K }> | undefined {
  const found = rules.find(({ rule }) => rule.kind === kind)?.rule;
  return found as Extract<PolicyRule, { kind: K }> | undefined;
}

const allows = ({ tool, rule }: Policy, name: string | undefined): boolean =>
  rule.kind === 'allow' && globMatches(tool, name);

/** The tools that a person may see of those that a server has. */
export function listFor(
  rules: readonly Policy[],
  tools: readonly Record<string, unknown>[],
): Record<string, unknown>[] {
  const seen = tools.flatMap((tool) => {
    const name = typeof tool['name'] === 'string' ? tool['name'] : undefined;
    const ours = rules.filter(({ tool: glob, rule }) => rule.when === undefined && globMatches(glob, name));
    if (ruleOf(ours, 'hide') !== undefined || !rules.some((policy) => allows(policy, name))) return [];
    return [{ ...tool, ...ruleOf(ours, 'redefine')?.definition }];
  });
  const added = rules.flatMap(({ rule }) => (rule.kind === 'add' ? [rule.definition] : []));
  return [...seen, ...added];
}

function masked(value: unknown, masks: readonly { readonly find: RegExp; readonly with: string }[]): unknown {
  if (typeof value === 'string') return masks.reduce((text, mask) => text.replace(mask.find, mask.with), value);
  if (Array.isArray(value)) return value.map((item) => masked(item, masks));
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, masks)]));
}

/** What replaces a result; undefined where it goes as it is. */
export function outputFor(
  rules: readonly Policy[],
  result: Record<string, unknown>,
): Record<string, unknown> | undefined {
  const rule = ruleOf(rules, 'output');
  if (rule?.result !== undefined) return rule.result;
  const masks = (rule?.mask ?? []).map(({ find, with: text }) => ({ find: new RegExp(find, 'gu'), with: text }));
  const replaced = masked(result, masks);
  return stringifyExact(replaced) === stringifyExact(result) ? undefined : JsonObject.parse(replaced);
}
