/**
 * The condition that recorded arguments have in common: folders, hosts, repositories, the few values that an argument ever had.
 * Numbers narrow nothing. Free text may be a command: what was given with it is named exactly, and so is all that a tool was given
 * whose name says that it runs things. Only a proposal: whether it allows what was done is asked of the engine afterwards.
 */
import type { Condition, ValueTest } from '../../../preload/contract/index.ts';
import { leavesOf, type Leaf, type Leaves, type Scalar } from './argument-leaves.ts';
import { foldersOf, isPlainPath } from './path-folders.ts';

/** With fewer different calls nothing is read out of them: the rule allows exactly these. */
const MIN_CALLS_TO_GENERALISE = 3;
const MAX_HOSTS = 20;
const MAX_LISTED = 50;
const MAX_WORDS = 10;
const MAX_ELEMENTS = 8;
/** More distinct ones are no pattern of use. */
const MAX_EXACT = 20;
const MAX_CONDITIONS = 24;

const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\/[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
const WORD = /^[A-Za-z0-9_.:@-]{1,64}$/;
const LOOKS_LIKE_PATH = /^(?:\.{1,2}$|~|file:)|\/|\\/i;
const WEB = /^https?:\/\//i;

const all = (conditions: readonly Condition[]): Condition | undefined =>
  conditions.length > 1 ? { and: conditions } : conditions[0];
const any = (conditions: readonly Condition[]): Condition | undefined =>
  conditions.length > 1 ? { or: conditions } : conditions[0];

function oneOf(at: string, values: readonly Scalar[]): ValueTest | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  return values.length === 1 ? { at, eq: first } : { at, in: [...values] };
}

/** The few letters that a condition may name as they stand: no free text, no path. */
export function isWord(text: string): boolean {
  return WORD.test(text) || REPOSITORY.test(text);
}

/** Undefined for what is no plain address: one that carries a name and password hides where it leads. */
export function hostOf(text: string): string | undefined {
  const url = WEB.test(text) ? URL.parse(text) : null;
  return url === null || url.username !== '' || url.password !== '' || url.hostname === '' ? undefined : url.hostname;
}

/** What all of these texts at one pointer have in common, from the most telling to the least; `times`: how often one stood there. */
function narrowTexts(
  at: string,
  texts: readonly string[],
  times: number,
  home: string | undefined,
): Condition | undefined {
  const distinct = [...new Set(texts)].toSorted();
  const listed = (max: number): Condition | undefined => (distinct.length <= max ? oneOf(at, distinct) : undefined);
  const paths = distinct.filter(isPlainPath);
  const others = distinct.filter((text) => !isPlainPath(text));
  if (paths.length > 0 && others.every((text) => LOOKS_LIKE_PATH.test(text))) {
    const folders = foldersOf(paths, home);
    if (folders === undefined || others.length > MAX_LISTED) return listed(MAX_LISTED);
    const exact = oneOf(at, [...folders.exactly, ...others]);
    return any([
      ...(folders.under.length === 0 ? [] : [{ at, path_under: [...folders.under] }]),
      ...(exact === undefined ? [] : [exact]),
    ]);
  }
  const hosts = distinct.map(hostOf);
  if (hosts.every((host) => host !== undefined)) {
    const few = [...new Set(hosts)].toSorted();
    return few.length <= MAX_HOSTS ? { at, url_host: few } : undefined;
  }
  if (distinct.every((text) => REPOSITORY.test(text))) return listed(MAX_LISTED);
  if (distinct.every((text) => WORD.test(text))) {
    return distinct.length <= Math.max(1, Math.floor(times / 2)) ? listed(MAX_WORDS) : undefined;
  }
  // A path that may go up, or stands for who knows what folder, is named and not generalised.
  return distinct.every((text) => LOOKS_LIKE_PATH.test(text)) ? listed(MAX_LISTED) : undefined;
}

function narrowScalars(at: string, values: readonly Scalar[], home: string | undefined): Condition | undefined {
  const texts = values.filter((value) => typeof value === 'string' && value !== '').map(String);
  // They say that an argument was left open.
  const blanks = values.filter((value) => value === null || value === '');
  const blank = oneOf(at, [...new Set(blanks)]);
  const rest = values.filter((value) => typeof value === 'number' || typeof value === 'boolean');
  if (texts.length > 0 && rest.length > 0) return undefined;
  if (texts.length === 0) {
    const [only, another] = [...new Set(values)];
    return another === undefined && typeof only === 'boolean' ? { at, eq: only } : undefined;
  }
  const narrowed = narrowTexts(at, texts, texts.length, home);
  return narrowed === undefined || blank === undefined ? narrowed : { or: [narrowed, blank] };
}

/** Of a list of paths or hosts: no longer than it ever was, and each element as all of them were. */
function narrowLists(
  at: string,
  lists: readonly (readonly string[])[],
  home: string | undefined,
): Condition | undefined {
  const max = Math.max(...lists.map((list) => list.length));
  const texts = lists.flat();
  if (texts.length === 0) return { at, length: { max: 0 } };
  if (max > MAX_ELEMENTS) return undefined;
  const elements = Array.from({ length: max }, (_none, index) => `${at}/${index}`);
  const narrowed = elements.map((element) => narrowTexts(element, texts, texts.length, home));
  if (!narrowed.every((condition) => condition !== undefined)) return undefined;
  return all([
    { at, length: { max } },
    ...narrowed.map((condition, index): Condition => ({
      or: [{ at: `${at}/${index}`, exists: false }, condition],
    })),
  ]);
}

function narrowPointer(at: string, leaves: readonly Leaf[], home: string | undefined): Condition | undefined {
  const scalars = leaves.flatMap((leaf) => (leaf.kind === 'scalar' ? [leaf.value] : []));
  if (scalars.length === leaves.length) return narrowScalars(at, scalars, home);
  const lists = leaves.flatMap((leaf) => (leaf.kind === 'texts' ? [leaf.values] : []));
  return lists.length === leaves.length ? narrowLists(at, lists, home) : undefined;
}

function isFreeText(leaf: Leaf): boolean {
  if (leaf.kind === 'texts') return leaf.values.some((text) => !WORD.test(text));
  return leaf.kind === 'scalar' && typeof leaf.value === 'string' && leaf.value !== '' && !WORD.test(leaf.value);
}

interface Generalised {
  /** What all calls of a tool have in common, with what it may lack left open; undefined where that is nothing. */
  readonly common: Condition | undefined;
  /** An argument holds text that the condition says nothing of. */
  readonly leavesText: boolean;
}

function generalised(calls: readonly Leaves[], home: string | undefined): Generalised {
  let leavesText = false;
  const pointers = new Set(calls.flatMap(({ values }) => [...values.keys()]));
  const conditions: Condition[] = [];
  for (const at of [...pointers].toSorted()) {
    const leaves = calls.flatMap(({ values }) => values.get(at) ?? []);
    const narrowed = conditions.length < MAX_CONDITIONS ? narrowPointer(at, leaves, home) : undefined;
    if (narrowed === undefined) {
      leavesText ||= leaves.some(isFreeText);
      continue;
    }
    conditions.push(leaves.length === calls.length ? narrowed : { or: [{ at, exists: false }, narrowed] });
  }
  return { common: all(conditions), leavesText };
}

/** These arguments and no others; they were kept whole. */
export function exactly({ values, members }: Leaves): Condition | undefined {
  if (members.size === 0) return { at: '', exists: false };
  const conditions: Condition[] = [...members].map(([at, count]) => ({ at, length: { min: count, max: count } }));
  for (const [at, leaf] of values) {
    if (leaf.kind === 'unknown') return undefined;
    if (leaf.kind === 'scalar') conditions.push({ at, eq: leaf.value });
    else {
      conditions.push({ at, length: { min: leaf.values.length, max: leaf.values.length } });
      leaf.values.forEach((text, index) => conditions.push({ at: `${at}/${index}`, eq: text }));
    }
  }
  return conditions.length > 100 ? undefined : all(conditions);
}

/** A call of which a condition could leave something open that nobody knows is no ground for any rule. */
export function isKeptWhole(recorded: unknown): boolean {
  return leavesOf(recorded).isWhole;
}

/**
 * Conditions under which a rule would allow calls with these recorded arguments, the one to try first in front. `undefined` in
 * the list is a rule without a condition; an empty list says that none should be made. `exactlyAlone`: nothing is generalised.
 */
export function proposedConditions(
  recorded: readonly unknown[],
  home: string | undefined,
  exactlyAlone = false,
): readonly (Condition | undefined)[] {
  const calls = recorded.map(leavesOf);
  if (!calls.every(({ isWhole }) => isWhole)) return [];
  const byText = new Map(calls.map((leaves) => [JSON.stringify([...leaves.values, ...leaves.members]), leaves]));
  const alternatives = byText.size > MAX_EXACT ? [] : [...byText.values()].map(exactly);
  const isExact = alternatives.length > 0 && alternatives.every((condition) => condition !== undefined);
  const exact = isExact ? any(alternatives) : undefined;
  if (exactlyAlone) return exact === undefined ? [] : [exact];
  const hasArguments = calls.some(({ values }) => values.size > 0);
  if (!hasArguments) return [undefined];
  const { common, leavesText } = generalised(calls, home);
  if (exact !== undefined && (leavesText || byText.size < MIN_CALLS_TO_GENERALISE)) return [exact];
  if (leavesText && common === undefined) return [];
  return exact === undefined ? [common] : [common, exact];
}
