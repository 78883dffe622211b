import { isJsonObject, type JsonObject } from '../../preload/contract/index.ts';

const CLAIMS: readonly (readonly [key: string, value: boolean, words: string])[] = [
  ['readOnlyHint', true, 'says that it only reads'],
  ['readOnlyHint', false, 'says that it changes things'],
  ['destructiveHint', true, 'says that it may destroy things'],
  ['idempotentHint', true, 'says that doing it twice changes nothing more'],
  ['openWorldHint', true, 'says that it reaches other systems'],
  ['openWorldHint', false, 'says that it reaches no other system'],
];

/** What a server says of a tool in its annotations, in words; all of it is its claim. */
export function toolClaims(definition: JsonObject): string[] {
  const { annotations } = definition;
  if (!isJsonObject(annotations)) return [];
  return CLAIMS.filter(([key, value]) => annotations[key] === value).map(([, , words]) => words);
}
