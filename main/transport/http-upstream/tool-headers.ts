/**
 * Tool parameters that a server wants mirrored into HTTP headers (`x-mcp-header`, MCP 2026-07-28). Which annotations are
 * valid is decided here; a tool with an invalid one is hidden by the relay, so that it cannot smuggle a header.
 */
import { isJsonObject, type DecisionCode, type JsonObject } from '../../../preload/contract/index.ts';
import { encodeHeaderValue } from './header-value.ts';

const KEY = 'x-mcp-header';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);
/** Schema keywords that hold one schema, a list of them, or (the last four) a map of them. */
const ELSEWHERE = [
  'items',
  'prefixItems',
  'contains',
  'additionalItems',
  'additionalProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
  'propertyNames',
  'contentSchema',
  'oneOf',
  'anyOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
] as const;
const MAPS_ELSEWHERE = ['patternProperties', 'dependentSchemas', '$defs', 'definitions'] as const;

interface Mirrored {
  readonly header: string;
  /** Keys from the arguments to the value. */
  readonly path: readonly string[];
}

/** The annotations of one input schema; undefined when one of them is invalid. */
function mirroredParameters(schema: unknown): Mirrored[] | undefined {
  const found: Mirrored[] = [];
  const names = new Set<string>();

  const isValid = (node: JsonObject, path: readonly string[]): boolean => {
    const name = node[KEY];
    if (path.length === 0 || typeof name !== 'string' || !TOKEN.test(name) || !TYPES.has(node['type'])) return false;
    const folded = name.toLowerCase();
    if (names.has(folded)) return false;
    names.add(folded);
    found.push({ header: `Mcp-Param-${name}`, path });
    return true;
  };
  /** `path` is undefined where no chain of `properties` leads. */
  const visit = (node: unknown, path: readonly string[] | undefined): boolean => {
    if (Array.isArray(node)) return node.every((one) => visit(one, undefined));
    if (!isJsonObject(node)) return true;
    if (Object.hasOwn(node, KEY) && (path === undefined || !isValid(node, path))) return false;
    const { properties } = node;
    if (isJsonObject(properties)) {
      for (const [key, child] of Object.entries(properties)) {
        if (!visit(child, path === undefined ? undefined : [...path, key])) return false;
      }
    }
    return (
      ELSEWHERE.every((keyword) => visit(node[keyword], undefined)) &&
      MAPS_ELSEWHERE.every((keyword) => {
        const map = node[keyword];
        return !isJsonObject(map) || Object.values(map).every((child) => visit(child, undefined));
      })
    );
  };
  return visit(schema, []) ? found : undefined;
}

/** Why calls of a tool that is defined so cannot be carried over HTTP. */
export function toolProblem(definition: JsonObject): DecisionCode | undefined {
  return mirroredParameters(definition['inputSchema']) === undefined ? 'invalid_header_annotation' : undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  // Beyond these the number that we read may not be the one that was written.
  return typeof value === 'number' && (Number.isSafeInteger(value) || !Number.isInteger(value))
    ? String(value)
    : undefined;
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let node = root;
  for (const key of path) {
    if (!isJsonObject(node) || !Object.hasOwn(node, key)) return undefined;
    node = node[key];
  }
  return node;
}

/** What one server's tools want mirrored, as its lists said last. */
export class ToolHeaders {
  private readonly tools = new Map<string, readonly Mirrored[]>();
  private readonly maxTools: number;

  constructor(maxTools: number) {
    this.maxTools = maxTools;
  }

  /** Takes one tools/list result. */
  learn(result: unknown): void {
    const tools = isJsonObject(result) ? result['tools'] : undefined;
    if (!Array.isArray(tools)) return;
    for (const tool of tools) {
      if (!isJsonObject(tool) || typeof tool['name'] !== 'string') continue;
      const mirrored = mirroredParameters(tool['inputSchema']) ?? [];
      if (mirrored.length === 0) this.tools.delete(tool['name']);
      else if (this.tools.has(tool['name']) || this.tools.size < this.maxTools) this.tools.set(tool['name'], mirrored);
    }
  }

  /** Names and values in turn. */
  forCall(params: JsonObject): string[] {
    const { name } = params;
    const mirrored = typeof name === 'string' ? this.tools.get(name) : undefined;
    const headers: string[] = [];
    for (const { header, path } of mirrored ?? []) {
      const text = textOf(valueAt(params['arguments'], path));
      if (text !== undefined) headers.push(header, encodeHeaderValue(text));
    }
    return headers;
  }
}
