/**
 * Members that another reader may take for one that was looked at: some fold the case of keys, some take the first of two.
 * What is compared with what was agreed to must be what every reader reads.
 */
import type { JsonObject } from '../../preload/contract/json.ts';
import { foldKey } from './fold-key.ts';

const DEFINITION_KEYS: ReadonlySet<string> = new Set([
  'name',
  'title',
  'description',
  'inputSchema',
  'outputSchema',
  'annotations',
  'arguments',
  'uri',
  'uriTemplate',
  'mimeType',
]);
const FOLDED_DEFINITION: ReadonlySet<string> = new Set([...DEFINITION_KEYS].map(foldKey));
const LIST_KEYS = ['tools', 'prompts', 'resources', 'resourceTemplates'] as const;
const FOLDED_LISTS: ReadonlySet<string> = new Set(LIST_KEYS.map(foldKey));

/** A key of a definition is written in another case or form than the protocol has it. */
export function hasLookAlike(definition: JsonObject): boolean {
  return Object.keys(definition).some((key) => !DEFINITION_KEYS.has(key) && FOLDED_DEFINITION.has(foldKey(key)));
}

/** A list of something else stands beside the one that was asked for, or a look-alike of one. */
export function holdsOtherList(result: JsonObject, member: string): boolean {
  return Object.keys(result).some((key) => key !== member && FOLDED_LISTS.has(foldKey(key)));
}
