/** Every text of a definition that a model reads: descriptions, titles, defaults, choices and property names, at every depth. */
import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';

export interface DefinitionText {
  readonly text: string;
  /** JSON Pointer, cut at 256 characters. */
  readonly at: string;
  /** A property's or a field's name, not a value. */
  readonly isName: boolean;
}

export interface DefinitionTexts {
  /** "" where it has none. */
  readonly name: string;
  /** The first text that tells what the tool does. */
  readonly purpose: string;
  /** Names of the properties of its schema, in lower case. */
  readonly properties: ReadonlySet<string>;
  readonly texts: readonly DefinitionText[];
}

const MAX_POINTER = 256;
/** A definition is refused long before (256 KiB); this only bounds the walk. */
const MAX_TEXTS = 20_000;

export function definitionTexts(definition: JsonObject | string): DefinitionTexts {
  if (typeof definition === 'string') {
    return {
      name: '',
      purpose: definition,
      properties: new Set(),
      texts: [{ text: definition, at: '', isName: false }],
    };
  }
  const texts: DefinitionText[] = [];
  const properties = new Set<string>();
  const open: { value: unknown; at: string; parent: string }[] = [{ value: definition, at: '', parent: '' }];
  for (let next = open.pop(); next !== undefined && texts.length < MAX_TEXTS; next = open.pop()) {
    const { value, at, parent } = next;
    if (typeof value === 'string') texts.push({ text: value, at, isName: false });
    else if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index -= 1)
        open.push({ value: value[index], at: below(at, String(index)), parent });
    } else if (isJsonObject(value)) {
      for (const [key, child] of Object.entries(value).toReversed()) {
        const place = below(at, key);
        if (parent === 'properties') {
          properties.add(key.toLowerCase());
          texts.push({ text: key, at: place, isName: true });
        }
        open.push({ value: child, at: place, parent: key });
      }
    }
  }
  const name = typeof definition['name'] === 'string' ? definition['name'] : '';
  const purpose = typeof definition['description'] === 'string' ? definition['description'] : '';
  return { name, purpose, properties, texts };
}

function below(at: string, key: string): string {
  return at.length >= MAX_POINTER
    ? at
    : `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`.slice(0, MAX_POINTER);
}
