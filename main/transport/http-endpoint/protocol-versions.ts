/** Which protocol revisions the endpoint knows, and how they differ on HTTP. */
import type { JsonObject } from '../../../preload/contract/json.ts';

/** Revisions that begin with `initialize` and have sessions. */
const LEGACY: ReadonlySet<string> = new Set(['2024-10-07', '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']);
/** Revisions whose every request stands alone. */
export const MODERN_VERSIONS: readonly string[] = ['2026-07-28'];

/** What a client speaks that says nothing. */
export const ASSUMED_VERSION = '2025-03-26';
/** From here on clients understand events without data, and resume streams. */
const FIRST_WITH_PRIMING = '2025-11-25';

export const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
export const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities';
export const CLIENT_INFO_KEY = 'io.modelcontextprotocol/clientInfo';
export const LOG_LEVEL_KEY = 'io.modelcontextprotocol/logLevel';
export const SUBSCRIPTION_KEY = 'io.modelcontextprotocol/subscriptionId';

/** What `initialize` or its answer says. */
export function versionIn(facts: JsonObject): string | undefined {
  const version = facts['protocolVersion'];
  return typeof version === 'string' ? version : undefined;
}

export function isLegacyVersion(version: string): boolean {
  return LEGACY.has(version);
}

export function isModernVersion(version: string): boolean {
  return MODERN_VERSIONS.includes(version);
}

export function understandsPriming(version: string): boolean {
  return isLegacyVersion(version) && version >= FIRST_WITH_PRIMING;
}
