/** What the aggregate says about itself, as a server to its client and as a client to its members. */
import type { JsonObject } from '../../../preload/contract/json.ts';
import {
  CAPABILITIES_KEY,
  CLIENT_INFO_KEY,
  isLegacyVersion,
  isModernVersion,
  MODERN_VERSIONS,
  VERSION_KEY,
} from '../../transport/http-endpoint/protocol-versions.ts';

export type Era = 'legacy' | 'modern';

export const NEWEST_LEGACY = '2025-11-25';
export const MODERN = '2026-07-28';
export const TOOLS_CHANGED = 'notifications/tools/list_changed';
const SERVER_INFO_KEY = 'io.modelcontextprotocol/serverInfo';
/** Connectors whose tools a list does not hold, and why. */
const UNAVAILABLE_KEY = 'com.runlayer/unavailable';

const NAME = 'runlayer-companion';
const CAPABILITIES = { tools: { listChanged: true } };
const INSTRUCTIONS = 'The tools of all connectors of this Runlayer companion, each named <connector>__<tool>.';

/** A client's request that says of itself what is wrong with it. */
export interface EnvelopeProblem {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** What every modern request must say; `meta` holds the key of the protocol version. */
export function envelopeProblem(meta: JsonObject): EnvelopeProblem | undefined {
  const version = meta[VERSION_KEY];
  if (typeof version !== 'string')
    return { code: -32_602, message: `Invalid params: ${VERSION_KEY} must be a string.` };
  if (!isModernVersion(version)) {
    const message = 'Unsupported protocol version. Use one of those in "supported".';
    return { code: -32_022, message, data: { supported: MODERN_VERSIONS, requested: version } };
  }
  const capabilities = meta[CAPABILITIES_KEY];
  return typeof capabilities === 'object' && capabilities !== null && !Array.isArray(capabilities)
    ? undefined
    : { code: -32_602, message: `Invalid params: ${CAPABILITIES_KEY} must be an object in _meta.` };
}

/** The revision that a legacy client and we speak from now on. */
export function agreedVersion(requested: unknown): string {
  return typeof requested === 'string' && isLegacyVersion(requested) ? requested : NEWEST_LEGACY;
}

export function initializeResult(protocolVersion: string, version: string): JsonObject {
  return {
    protocolVersion,
    capabilities: CAPABILITIES,
    serverInfo: { name: NAME, version },
    instructions: INSTRUCTIONS,
  };
}

export function discoverResult(version: string): JsonObject {
  return {
    resultType: 'complete',
    supportedVersions: MODERN_VERSIONS,
    capabilities: CAPABILITIES,
    instructions: INSTRUCTIONS,
    ttlMs: 0,
    cacheScope: 'private',
    _meta: { [SERVER_INFO_KEY]: { name: NAME, version } },
  };
}

/** JSON of a tools/list result; `definitions` are source texts. */
export function listResult(
  era: Era,
  definitions: readonly Buffer[],
  unavailable: readonly { readonly connector: string; readonly reason: string }[],
): Buffer {
  const complete = era === 'modern' ? ',"resultType":"complete","ttlMs":0,"cacheScope":"private"' : '';
  const note = unavailable.length === 0 ? '' : `,"_meta":${JSON.stringify({ [UNAVAILABLE_KEY]: unavailable })}`;
  const parts: Buffer[] = [Buffer.from('{"tools":[')];
  definitions.forEach((definition, index) => {
    if (index > 0) parts.push(Buffer.from(','));
    parts.push(definition);
  });
  return Buffer.concat([...parts, Buffer.from(`]${complete}${note}}`)]);
}

/** Nothing that a server could ask of us: nobody would answer. */
export function clientIntroduction(protocolVersion: string, version: string): JsonObject {
  return { protocolVersion, capabilities: {}, clientInfo: { name: NAME, version } };
}

/** What a modern request of our own says of itself. */
export function ownEnvelope(version: string): JsonObject {
  return { [VERSION_KEY]: MODERN, [CAPABILITIES_KEY]: {}, [CLIENT_INFO_KEY]: { name: NAME, version } };
}
