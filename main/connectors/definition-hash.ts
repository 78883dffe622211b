import { createHash } from 'node:crypto';
import { canonical } from '../audit/canonical.ts';
import type { HttpDefinition, OAuthClient, ProgramDefinition } from '../../preload/contract/connector.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import type { JsonObject } from '../../preload/contract/json.ts';
import type { ResolvedCommand } from './resolve-command.ts';

/**
 * What a person's yes is bound to: SHA-256, 64 hex digits, over the canonical JSON (RFC 8785) of everything that is
 * run, or reached. One byte changed anywhere is another hash (MCPoison: a definition that was swapped after consent).
 * The forms are stored with each consent: change one only together with its `v`. Neither kind can have a hash of the
 * other: only a program's form holds `command`, only a server's holds `kind`.
 */

/**
 * Covers the definition and the file that its command means.
 * @throws CompanionError E_DEFINITION_INVALID for text that is not Unicode (a lone surrogate has no canonical form,
 * and two of them would reach the program as the same bytes)
 */
export function programHash(definition: ProgramDefinition, resolved: ResolvedCommand): string {
  const { command, args, env, secrets, cwd } = definition;
  return hashOf({
    v: 1,
    command,
    args,
    env,
    secrets,
    cwd: cwd ?? null,
    path: resolved.path,
    realPath: resolved.realPath,
    // Left out where the content is not bound, so that such a consent keeps its hash.
    ...(resolved.sha256 === undefined ? {} : { sha256: resolved.sha256 }),
  });
}

/** Covers the address and everything that is sent with each request. @throws as {@link programHash} does */
export function httpHash(definition: HttpDefinition): string {
  const { url, transport, headers, secrets, oauth, oauthClient } = definition;
  return hashOf({
    v: 1,
    kind: 'http',
    url,
    transport,
    headers,
    secrets,
    oauth,
    // Left out where there is none, so that such a consent keeps its hash.
    ...(oauthClient === undefined ? {} : { oauthClient: clientForm(oauthClient) }),
  });
}

function clientForm({ id, secret }: OAuthClient): JsonObject {
  return { id, ...(secret === undefined ? {} : { secret }) };
}

function hashOf(form: JsonObject): string {
  if (!isUnicode(form)) throw notUnicode();
  return createHash('sha256').update(canonical(form)).digest('hex');
}

function isUnicode(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isUnicode(inner));
}

function notUnicode(): CompanionError {
  return new CompanionError(
    'E_DEFINITION_INVALID',
    'The definition holds text that is not valid Unicode (half of a surrogate pair).',
    'Write it again without that character with "runlayer connectors edit <name>".',
    { exitCode: 2 },
  );
}
