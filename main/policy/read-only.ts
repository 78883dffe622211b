import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';

/** What a server says of one tool in tools/list. All of it is the server's claim. */
export interface ToolFacts {
  readonly name: string;
  /** `annotations.readOnlyHint === true`, and nothing beside it that says otherwise. */
  readonly claimsReadOnly: boolean;
  /** Property names of the input schema, at every depth, and the values that it lets a caller choose from. */
  readonly schemaWords: readonly string[];
}

/** Words that say a tool changes, sends or runs something, whatever its annotations claim. */
const ACTING_WORDS: ReadonlySet<string> = new Set(
  (
    'write writes create creates update updates delete deletes remove removes rm unlink edit edits modify patch put ' +
    'post set insert upsert append replace rename move mv copy upload publish push commit merge deploy install uninstall ' +
    'send sends email mail sms notify message reply invite share pay transfer purchase buy order book cancel approve ' +
    'exec execute executes run runs shell bash command cmd eval script spawn kill stop start restart reset drop truncate ' +
    'grant revoke chmod chown format wipe purge destroy overwrite save store'
  ).split(' '),
);

/** The same where a name runs its words together (`runquery`, `deleteuser`) or bends them (`sending`). */
const ACTING_STEMS = /write|delet|remov|creat|updat|send|exec|overwrit/;

function words(identifier: string): string[] {
  return identifier
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

/** The word in the tool's name or schema that contradicts "read only", or undefined. */
export function actingWord(facts: ToolFacts): string | undefined {
  for (const identifier of [facts.name, ...facts.schemaWords]) {
    const found = words(identifier).find((word) => ACTING_WORDS.has(word));
    if (found !== undefined) return found;
  }
  return ACTING_STEMS.exec(facts.name.toLowerCase())?.[0];
}

const MAX_SCHEMA_NODES = 5000;

/** `action: { enum: ["list", "delete"] }` makes one tool of two. */
function choices(key: string, value: unknown): string[] {
  if (key === 'const') return typeof value === 'string' ? [value] : [];
  if (key !== 'enum' || !Array.isArray(value)) return [];
  return value.filter((item) => typeof item === 'string');
}

/**
 * Property names and choices of a JSON Schema at every depth; a schema too large to walk counts as holding an acting
 * word.
 */
function schemaWords(schema: unknown): string[] {
  const found: string[] = [];
  const queue: unknown[] = [schema];
  for (let i = 0; i < queue.length; i++) {
    if (i > MAX_SCHEMA_NODES) return ['execute'];
    const node = queue[i];
    if (Array.isArray(node)) for (const item of node) queue.push(item);
    else if (isJsonObject(node)) {
      for (const [key, value] of Object.entries(node)) {
        if (key === 'properties' && isJsonObject(value)) found.push(...Object.keys(value));
        else found.push(...choices(key, value));
        if (typeof value === 'object') queue.push(value);
      }
    }
  }
  return found;
}

/** Reads the facts that a decision needs from one entry of tools/list; the entry is untrusted and may be anything. */
export function toolFacts(name: string, definition: JsonObject): ToolFacts {
  const annotations = definition['annotations'];
  const claimsReadOnly =
    isJsonObject(annotations) && annotations['readOnlyHint'] === true && annotations['destructiveHint'] !== true;
  return { name, claimsReadOnly, schemaWords: claimsReadOnly ? schemaWords(definition['inputSchema']) : [] };
}
