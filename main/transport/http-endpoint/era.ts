/**
 * Decides from one parsed message and its headers in which protocol era it is served, and whether headers and body say
 * the same. The body decides; headers that disagree are refused, because something between may have gone by them.
 */
import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';
import type { Message, NotificationMessage, RequestMessage } from '../../relay/parse-message.ts';
import { decodeHeaderValue } from './header-value.ts';
import {
  CAPABILITIES_KEY,
  isLegacyVersion,
  isModernVersion,
  MODERN_VERSIONS,
  VERSION_KEY,
} from './protocol-versions.ts';
import { refusals, type HttpRefusal } from './refusals.ts';
import type { Headers } from './request-head.ts';

export type Era =
  | { readonly kind: 'legacy' }
  | { readonly kind: 'modern' }
  | { readonly kind: 'refused'; readonly refusal: HttpRefusal };

const HEADER_MISMATCH = -32_020;
const UNSUPPORTED_VERSION = -32_022;
const INVALID_PARAMS = -32_602;

const LEGACY: Era = { kind: 'legacy' };
const MODERN: Era = { kind: 'modern' };

/** What `Mcp-Name` repeats, per method. */
const NAME_SOURCE: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

function refused(code: number, message: string, data?: unknown): Era {
  const refusal = { status: 400, code, message };
  return { kind: 'refused', refusal: data === undefined ? refusal : { ...refusal, data } };
}

/** @param header its name. */
export function headerMismatch(header: string): HttpRefusal {
  const message = `The ${header} header is missing or does not say what the message says. Send it as the message has it.`;
  return { status: 400, code: HEADER_MISMATCH, message };
}

function mismatch(header: string): Era {
  return { kind: 'refused', refusal: headerMismatch(header) };
}

function unsupported(requested: string): Era {
  const data = { supported: MODERN_VERSIONS, requested };
  return refused(UNSUPPORTED_VERSION, 'Unsupported protocol version. Use one of those in "supported".', data);
}

function metaOf(params: JsonObject): JsonObject | undefined {
  const meta = params['_meta'];
  return isJsonObject(meta) ? meta : undefined;
}

function nameAgrees(message: RequestMessage, headers: Headers): boolean {
  const source = NAME_SOURCE.get(message.method);
  const name = source === undefined ? undefined : message.params[source];
  // Without a name the server itself has something to say.
  if (typeof name !== 'string') return true;
  return headers.name !== undefined && decodeHeaderValue(headers.name) === name;
}

function claimed(message: RequestMessage | NotificationMessage, meta: JsonObject, headers: Headers): Era {
  const version = meta[VERSION_KEY];
  if (typeof version !== 'string') return refused(INVALID_PARAMS, `Invalid params: ${VERSION_KEY} must be a string.`);
  if (headers.version !== undefined && headers.version !== version) return mismatch('MCP-Protocol-Version');
  if (!isModernVersion(version)) return unsupported(version);
  if (headers.method !== undefined && headers.method !== message.method) return mismatch('Mcp-Method');
  if (message.kind === 'notification') return MODERN;
  if (!isJsonObject(meta[CAPABILITIES_KEY]))
    return refused(INVALID_PARAMS, `Invalid params: ${CAPABILITIES_KEY} must be an object in _meta.`);
  if (headers.version === undefined) return mismatch('MCP-Protocol-Version');
  if (headers.method === undefined) return mismatch('Mcp-Method');
  return nameAgrees(message, headers) ? MODERN : mismatch('Mcp-Name');
}

export function eraOf(message: Message, headers: Headers): Era {
  const { version } = headers;
  const headerIsLegacy = version === undefined || isLegacyVersion(version);
  if (message.kind === 'response')
    return headerIsLegacy ? LEGACY : { kind: 'refused', refusal: refusals.responseNotExpected };
  const meta = metaOf(message.params);
  const claim = meta?.[VERSION_KEY];
  if (message.kind === 'request' && message.method === 'initialize') {
    // The handshake of the legacy era, whatever else it says; only a whole modern request is one.
    if (typeof claim !== 'string' || !isModernVersion(claim))
      return version !== undefined && isModernVersion(version) ? mismatch('MCP-Protocol-Version') : LEGACY;
  }
  if (meta !== undefined && Object.hasOwn(meta, VERSION_KEY)) return claimed(message, meta, headers);
  if (headerIsLegacy) return LEGACY;
  if (!isModernVersion(version)) return unsupported(version);
  if (message.kind === 'request') return refused(INVALID_PARAMS, `Invalid params: ${VERSION_KEY} is missing in _meta.`);
  return headers.method === undefined || headers.method === message.method ? MODERN : mismatch('Mcp-Method');
}
