/**
 * Which arguments of which tools a client repeats in `Mcp-Param-*` headers. Learned from the lists that pass; what is not
 * known is not checked, the server does that itself.
 */
import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';
import type { WireLimits } from '../../relay/limits.ts';
import { parseMessage } from '../../relay/parse-message.ts';
import { decodeHeaderValue } from './header-value.ts';

const ANNOTATION = 'x-mcp-header';
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;
const MAX_DEPTH = 16;

interface Annotation {
  readonly path: readonly string[];
  /** In lower case. */
  readonly header: string;
}

/** Annotations that a chain of `properties` alone leads to; others make the tool invalid, which its server must say. */
function collect(schema: unknown, path: readonly string[], found: Annotation[]): void {
  if (!isJsonObject(schema) || path.length > MAX_DEPTH) return;
  const header = schema[ANNOTATION];
  if (path.length > 0 && typeof header === 'string' && TOKEN.test(header))
    found.push({ path, header: header.toLowerCase() });
  const { properties } = schema;
  if (!isJsonObject(properties)) return;
  for (const [key, value] of Object.entries(properties)) collect(value, [...path, key], found);
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const key of path) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

function agrees(header: string | undefined, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  // What no header can carry is not expected in one.
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return true;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return true;
  const text = header === undefined ? undefined : decodeHeaderValue(header);
  if (text === undefined) return false;
  return text === String(value) || (typeof value === 'number' && DECIMAL.test(text) && Number(text) === value);
}

export class ParamHeaders {
  private readonly byTool = new Map<string, readonly Annotation[]>();

  /** Takes note of a tools/list answer. */
  learn(line: Buffer, limits: WireLimits): void {
    if (this.byTool.size === 0 && !line.includes(ANNOTATION)) return;
    const parsed = parseMessage(line, 'server', limits);
    if (parsed.kind !== 'response' || !isJsonObject(parsed.result)) return;
    const { tools } = parsed.result;
    if (!Array.isArray(tools)) return;
    for (const tool of tools.filter(isJsonObject)) {
      const { name } = tool;
      if (typeof name !== 'string') continue;
      const found: Annotation[] = [];
      collect(tool['inputSchema'], [], found);
      this.byTool.delete(name);
      if (found.length > 0 && this.byTool.size < limits.maxTools) this.byTool.set(name, found);
    }
  }

  /** The name of a header that does not say what the call says; undefined when all agree. */
  mismatch(params: JsonObject, headers: ReadonlyMap<string, string> | undefined): string | undefined {
    const { name } = params;
    const annotations = typeof name === 'string' ? this.byTool.get(name) : undefined;
    const wrong = annotations?.find(
      ({ path, header }) => !agrees(headers?.get(header), valueAt(params['arguments'], path)),
    );
    return wrong === undefined ? undefined : `Mcp-Param-${wrong.header}`;
  }
}
