/**
 * A list as it stands in a server's answer: its items with their places, and the answer without some of them. Items are cut
 * out of the source text, so that everything that stays keeps its bytes.
 */
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import { foldName } from '../policy/fold.ts';
import type { WireLimits } from './limits.ts';
import { holdsOtherList } from './look-alikes.ts';
import { elementSpans, scanJson, type Span } from './scan-json.ts';
import { splice, type Edit } from './splice-json.ts';

/** By the method that asks for it: the member of the result that holds the list, and what a person calls it. */
const LISTS = {
  'tools/list': { member: 'tools', noun: 'tools', one: 'tool' },
  'prompts/list': { member: 'prompts', noun: 'prompts', one: 'prompt' },
  'resources/list': { member: 'resources', noun: 'resources', one: 'resource' },
  'resources/templates/list': { member: 'resourceTemplates', noun: 'resource templates', one: 'template' },
} as const;

export type ListMethod = keyof typeof LISTS;

export function isListMethod(method: string | undefined): method is ListMethod {
  return method !== undefined && Object.hasOwn(LISTS, method);
}

export interface ListSource {
  readonly items: readonly JsonObject[];
  /** Source text of each item. */
  readonly sources: readonly Buffer[];
  /** The answer without the items that are not kept, for this person alone. */
  readonly only: (kept: readonly boolean[]) => Buffer;
}

export type OpenedList =
  { readonly kind: 'list'; readonly list: ListSource } | { readonly kind: 'refused'; readonly reason: string };

/** `result` is that of `line`, which was parsed strictly. Throws where the two do not fit. */
export function openList(line: Buffer, result: unknown, method: ListMethod, limits: WireLimits): OpenedList {
  const { member, noun, one } = LISTS[method];
  const refused = (reason: string): OpenedList => ({ kind: 'refused', reason });
  const items = isJsonObject(result) ? result[member] : undefined;
  if (!isJsonObject(result) || !Array.isArray(items)) return refused(`its ${method} result holds no list of ${noun}`);
  // Resources may be as many as there are files; each of the others is a definition that is looked at.
  if (member !== 'resources' && items.length > limits.maxTools)
    return refused(`it lists more than ${limits.maxTools} ${noun}`);
  if (line.length > limits.maxToolListBytes) return refused(`its list of ${noun} is too large`);
  const whole = scanJson(line, 0, line.length, limits, true);
  // JSON.parse keeps the last of two equal keys, other readers the first: such a list has no single meaning.
  if (whole.kind !== 'object' || whole.duplicateKey !== undefined)
    return refused(`its list of ${noun} holds a key twice`);
  if (Object.keys(result).some((key) => key !== member && foldName(key) === foldName(member)))
    return refused(`its list of ${noun} holds a look-alike of "${member}"`);
  if (holdsOtherList(result, member)) return refused(`its list of ${noun} holds another list beside it`);
  const resultSpan = whole.members.find(({ key }) => key === 'result')?.value;
  const inner = resultSpan === undefined ? undefined : scanJson(line, resultSpan.start, resultSpan.end, limits, false);
  const members = inner?.kind === 'object' ? inner.members : [];
  const span = members.find(({ key }) => key === member)?.value;
  if (span === undefined) throw new Error('the list was not found in its source');
  const spans = elementSpans(line, span);
  if (spans.length !== items.length) throw new Error('the places of the items do not match the list');
  if (!items.every(isJsonObject)) return refused(`its list of ${noun} holds something that is no ${one}`);
  const scope = members.find(({ key }) => key === 'cacheScope')?.value;
  const isPublic = scope !== undefined && result['cacheScope'] === 'public';
  return {
    kind: 'list',
    list: {
      items,
      sources: spans.map(({ start, end }) => line.subarray(start, end)),
      only: (kept) => cut(line, span, spans, kept, isPublic ? scope : undefined),
    },
  };
}

function cut(
  line: Buffer,
  list: Span,
  spans: readonly Span[],
  kept: readonly boolean[],
  scope: Span | undefined,
): Buffer {
  const parts: Buffer[] = [];
  spans.forEach(({ start, end }, index) => {
    if (kept[index] !== true) return;
    if (parts.length > 0) parts.push(Buffer.from(','));
    parts.push(line.subarray(start, end));
  });
  const edits: Edit[] = [{ span: { start: list.start + 1, end: list.end - 1 }, bytes: Buffer.concat(parts) }];
  // A list that we filtered is this person's, not everyone's.
  if (scope !== undefined) edits.push({ span: scope, bytes: Buffer.from('"private"') });
  return splice(line, edits);
}
