/** A first text for the arguments of a tool, made of its input schema: what a person fills in. Pure, and small whatever it is given. */
const MAX_PROPERTIES = 30;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function exampleOf(schema: unknown): unknown {
  if (!isObject(schema)) return '';
  if ('default' in schema) return schema['default'];
  if (Array.isArray(schema['enum'])) return (schema['enum'] as unknown[])[0] ?? '';
  switch (schema['type']) {
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return '';
  }
}

/** JSON text of an object with what the schema requires; `{}` where it says nothing that can be read. */
export function argumentsExample(schemaText: string): string {
  let schema: unknown;
  try {
    schema = JSON.parse(schemaText);
  } catch {
    return '{}';
  }
  if (!isObject(schema) || !isObject(schema['properties'])) return '{}';
  const { properties, required } = schema;
  const names = Array.isArray(required)
    ? required.filter((name) => typeof name === 'string' && Object.hasOwn(properties, name)).slice(0, MAX_PROPERTIES)
    : [];
  const example = Object.fromEntries(names.map((name) => [name, exampleOf(properties[name])]));
  return names.length === 0 ? '{}' : JSON.stringify(example, undefined, 2);
}
