/**
 * What HTTP asks of a modern request before anything carries it out: a complete envelope, a version that the server has, and
 * headers that say what the body says. What is wrong never reaches the child.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { CAPABILITIES_KEY, isRecord, metaOf, VERSION_KEY, type Request } from './message.ts';

export interface Refusal {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Of each tool, its arguments that HTTP mirrors: argument name → header name. */
export type MirroredArguments = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface ServerFacts {
  readonly versions: readonly string[];
  readonly mirrored: MirroredArguments;
}

const INVALID_PARAMS = -32602;
const HEADER_MISMATCH = -32020;
const UNSUPPORTED_VERSION = -32022;

/** Which parameter the Mcp-Name header repeats. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

export function mirroredOf(tools: readonly unknown[]): MirroredArguments {
  return new Map(
    tools.filter(isRecord).map((tool) => {
      const schema = isRecord(tool['inputSchema']) ? tool['inputSchema'] : {};
      const properties = isRecord(schema['properties']) ? Object.entries(schema['properties']) : [];
      const mirrored = properties.flatMap(([argument, property]) => {
        const header = isRecord(property) ? property['x-mcp-header'] : undefined;
        return typeof header === 'string' ? [[argument, `mcp-param-${header.toLowerCase()}`] as const] : [];
      });
      return [String(tool['name']), new Map(mirrored)] as const;
    }),
  );
}

/** The reason to answer 400, or none. */
export function refuseModern(
  headers: IncomingHttpHeaders,
  request: Request,
  { versions, mirrored }: ServerFacts,
): Refusal | undefined {
  const meta = metaOf(request);
  const version = meta[VERSION_KEY];
  if (typeof version !== 'string') return { code: INVALID_PARAMS, message: `Invalid _meta: ${VERSION_KEY} is missing` };
  if (headers['mcp-protocol-version'] !== version)
    return mismatch('MCP-Protocol-Version', headers['mcp-protocol-version'], version);
  if (!versions.includes(version))
    return {
      code: UNSUPPORTED_VERSION,
      message: `Unsupported protocol version: ${version}`,
      data: { supported: versions, requested: version },
    };
  if (!isRecord(meta[CAPABILITIES_KEY]))
    return { code: INVALID_PARAMS, message: `Invalid _meta: ${CAPABILITIES_KEY} is missing` };
  return refuseHeaders(headers, request) ?? refuseMirrored(headers, request, mirrored);
}

function refuseHeaders(headers: IncomingHttpHeaders, request: Request): Refusal | undefined {
  const method = only(headers['mcp-method']);
  if (method !== request.method) return mismatch('Mcp-Method', method, request.method);
  const source = NAMED_BY[request.method];
  const named = source === undefined ? undefined : request.params?.[source];
  const header = only(headers['mcp-name']);
  if (typeof named === 'string' && (header === undefined || decoded(header) !== named))
    return mismatch('Mcp-Name', header, named);
  return undefined;
}

function refuseMirrored(
  headers: IncomingHttpHeaders,
  request: Request,
  mirrored: MirroredArguments,
): Refusal | undefined {
  if (request.method !== 'tools/call') return undefined;
  const given = request.params?.['arguments'];
  for (const [argument, name] of mirrored.get(String(request.params?.['name'])) ?? []) {
    const value = isRecord(given) ? given[argument] : undefined;
    const header = only(headers[name]);
    if (value === undefined || value === null ? header !== undefined : !says(header, value))
      return mismatch(name, header, value);
  }
  return undefined;
}

function says(header: string | undefined, value: unknown): boolean {
  if (header === undefined) return false;
  const text = decoded(header);
  if (text === undefined) return false;
  return typeof value === 'number' ? text.trim() !== '' && Number(text) === value : text === String(value);
}

/** `=?base64?…?=` holds what a header may not; anything else stands for itself. Undefined: the Base64 is none. */
export function decoded(header: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/s.exec(header)?.[1];
  if (encoded === undefined) return header;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded ? bytes.toString('utf8') : undefined;
}

function only(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function mismatch(name: string, header: unknown, body: unknown): Refusal {
  return {
    code: HEADER_MISMATCH,
    message: `Header mismatch: ${name} is ${JSON.stringify(header) ?? 'missing'}, the body says ${JSON.stringify(body) ?? 'nothing'}`,
  };
}
