/**
 * Rules that one call suggests, the narrowest first: these very arguments, arguments like them, any. Only proposals: what each
 * would do is asked of the engine by whoever shows them. What was not kept of a call is in no condition, and said to be open.
 */
import { NewRule, type Condition, type DraftWidth, type Effect } from '../../../preload/contract/index.ts';
import { hasWildcard } from '../glob.ts';
import { leavesOf, type Leaf, type Leaves } from '../suggest/argument-leaves.ts';
import { exactly, hostOf, isWord } from '../suggest/narrow.ts';
import { folderAround, isPlainPath } from '../suggest/path-folders.ts';
import { MAX_RULE_BYTES, ruleBytes } from '../suggest/rule-content.ts';
import { runsThings } from '../suggest/runs-things.ts';

export interface DraftedCall {
  readonly connector: string;
  /** What it calls itself. */
  readonly client: string | undefined;
  readonly kind: 'tool' | 'resource' | 'prompt';
  readonly name: string;
  /** As the journal keeps them; undefined where there were none. */
  readonly arguments: unknown;
}

export interface DraftedRule {
  readonly width: DraftWidth;
  readonly rule: NewRule;
  /** JSON Pointers of arguments that it says nothing of. */
  readonly leavesOpen: readonly string[];
}

/** More are not worth reading. */
const MAX_CONDITIONS = 20;

function likeLeaf(at: string, leaf: Leaf, home: string | undefined): Condition | undefined {
  if (leaf.kind !== 'scalar') return undefined;
  const { value } = leaf;
  if (typeof value === 'boolean') return { at, eq: value };
  if (typeof value !== 'string' || value === '') return undefined;
  if (isPlainPath(value)) {
    const folder = folderAround(value, home);
    return folder === undefined ? { at, eq: value } : { at, path_under: [folder] };
  }
  const host = hostOf(value);
  if (host !== undefined) return { at, url_host: [host] };
  return isWord(value) ? { at, eq: value } : undefined;
}

interface Like {
  readonly when: Condition | undefined;
  readonly open: readonly string[];
}

function like({ values }: Leaves, home: string | undefined): Like {
  const conditions: Condition[] = [];
  const open: string[] = [];
  for (const [at, leaf] of values) {
    const condition = conditions.length < MAX_CONDITIONS ? likeLeaf(at, leaf, home) : undefined;
    if (condition === undefined) open.push(at);
    else conditions.push(condition);
  }
  return { when: conditions.length > 1 ? { and: conditions } : conditions[0], open };
}

/** A folder of addresses: everything that begins like this one, up to its last part. */
function aroundAddress(uri: string): string | undefined {
  const at = uri.lastIndexOf('/');
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*:\/\/)/i.exec(uri) ?? [];
  // A folder that is the whole host or disk says nothing.
  return at > scheme.length && uri.slice(scheme.length, at).includes('/') ? `${uri.slice(0, at)}/*` : undefined;
}

/** A client's name as a rule can name it: a space is any one character. */
function clientGlob(client: string): string | undefined {
  const glob = client.replaceAll(' ', '?');
  return hasWildcard(client) || glob.length > 128 ? undefined : glob;
}

/** Rules with this effect, each another one. None where a rule cannot name what was called. `home`: the person's home folder. */
export function draftChoices(call: DraftedCall, effect: Effect, home: string | undefined): readonly DraftedRule[] {
  const { connector, kind, name } = call;
  // A wildcard in a name would name others too.
  if (hasWildcard(name)) return [];
  const named: NewRule = { effect, connector, [kind]: name };
  const leaves = leavesOf(call.arguments);
  const pointers = [...leaves.values.keys()];
  const found: DraftedRule[] = [];
  const add = (width: DraftWidth, rule: NewRule, leavesOpen: readonly string[]): void => {
    const read = NewRule.safeParse(rule);
    const isKnown = found.some((one) => JSON.stringify(one.rule) === JSON.stringify(rule));
    if (read.success && !isKnown && ruleBytes(rule) <= MAX_RULE_BYTES)
      found.push({ width, rule: read.data, leavesOpen });
  };

  if (kind === 'resource') {
    const around = aroundAddress(name);
    add('these_arguments', named, []);
    if (around !== undefined) add('like_these', { ...named, resource: around }, []);
  } else {
    const exact = leaves.isWhole ? exactly(leaves) : undefined;
    if (exact !== undefined && pointers.length > 0) add('these_arguments', { ...named, when: exact }, []);
    const { when, open } = like(leaves, home);
    // What runs what it is given is allowed exactly or not at all.
    const isTooOpen = effect === 'allow' && runsThings(name);
    if (when !== undefined && !isTooOpen) add('like_these', { ...named, when }, open);
    const client = call.client === undefined ? undefined : clientGlob(call.client);
    // What a client calls itself closes, and opens nothing.
    if (client !== undefined && effect !== 'allow') add('this_client', { ...named, client }, pointers);
    add('any_arguments', named, pointers);
  }
  if (effect !== 'allow') add('whole_connector', { effect, connector, [kind]: '*' }, pointers);
  return found;
}

/** Whether all of the arguments were kept. */
export function isKept(call: Pick<DraftedCall, 'arguments'>): boolean {
  return leavesOf(call.arguments).isWhole;
}

/** JSON Pointers of arguments of which only that they were there was kept. */
export function notKept(call: Pick<DraftedCall, 'arguments'>): readonly string[] {
  return [...leavesOf(call.arguments).values].flatMap(([at, leaf]) => (leaf.kind === 'unknown' ? [at] : []));
}
