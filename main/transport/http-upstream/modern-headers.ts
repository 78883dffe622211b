/** What a modern request says in its headers: the same as in its body (MCP 2026-07-28, "Request Metadata"). */
import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';
import { encodeHeaderValue } from './header-value.ts';
import type { ToolHeaders } from './tool-headers.ts';

const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
/** A version or a method has no encoding: what does not fit cannot be sent. */
const SENDABLE = /^[\x21-\x7e]{1,256}$/;
/** Servers take 8 to 16 KiB of headers; far beyond that we do not even ask. */
const MAX_CHARACTERS = 64 * 1024;
/** Which member of params `Mcp-Name` repeats. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/** The revision that a message says it speaks; undefined for one of the legacy era. */
export function modernVersion(params: JsonObject): string | undefined {
  const meta = params['_meta'];
  const version = isJsonObject(meta) && Object.hasOwn(meta, VERSION_KEY) ? meta[VERSION_KEY] : undefined;
  return typeof version === 'string' ? version : undefined;
}

/** Names and values in turn; undefined when the message cannot be told in headers. */
export function modernHeaders(
  message: { readonly method: string; readonly params: JsonObject },
  version: string,
  tools: ToolHeaders,
): string[] | undefined {
  const { method, params } = message;
  if (!SENDABLE.test(version) || !SENDABLE.test(method)) return undefined;
  const headers = ['MCP-Protocol-Version', version, 'Mcp-Method', method];
  const member = NAMED.get(method);
  const name = member === undefined ? undefined : params[member];
  if (typeof name === 'string') headers.push('Mcp-Name', encodeHeaderValue(name));
  if (method === 'tools/call') headers.push(...tools.forCall(params));
  const characters = headers.reduce((sum, text) => sum + text.length, 0);
  return characters > MAX_CHARACTERS ? undefined : headers;
}
