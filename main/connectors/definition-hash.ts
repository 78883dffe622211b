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
 * other: only a program's form holds `command`, only those of a server and of a tenant hold `kind`, each its own.
 */

/**
 * Covers the definition and the file that its command means.
 * @throws CompanionError E_DEFINITION_INVALID for text that is not Unicode (a lone surrogate has no canonical form,
 * and two of them would reach the program as the same bytes)
 */
export function programHash(definition: ProgramDefinition, resolved: ResolvedCommand): string {
  return hashOf(programForm(definition, resolved));
}

function programForm(definition: ProgramDefinition, resolved: ResolvedCommand): JsonObject {
  const { command, args, env, secrets, cwd } = definition;
  return {
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
  };
}

/** Covers the address and everything that is sent with each request. @throws as {@link programHash} does */
export function httpHash(definition: HttpDefinition): string {
  return hashOf(httpForm(definition));
}

function httpForm(definition: HttpDefinition): JsonObject {
  const { url, transport, headers, secrets, oauth, oauthClient } = definition;
  return {
    v: 1,
    kind: 'http',
    url,
    transport,
    headers,
    secrets,
    oauth,
    // Left out where there is none, so that such a consent keeps its hash.
    ...(oauthClient === undefined ? {} : { oauthClient: clientForm(oauthClient) }),
  };
}

export interface TenantSubject {
  readonly host: string;
  readonly server: string;
  /** With what may be shown in the place of secret values. */
  readonly definition: ProgramDefinition | HttpDefinition;
  /** Of a program; undefined compares two words of a tenant, whatever is installed here. */
  readonly resolved: ResolvedCommand | undefined;
  readonly application: { readonly title: string; readonly evidence: string } | undefined;
}

const NO_FILE: ResolvedCommand = { path: '', realPath: '' };

/** Covers whose word it is and what it makes this machine run or reach. @throws as {@link programHash} does */
export function tenantHash({ host, server, definition, resolved, application }: TenantSubject): string {
  return hashOf({
    v: 1,
    kind: 'tenant',
    host,
    server,
    runs: 'url' in definition ? httpForm(definition) : programForm(definition, resolved ?? NO_FILE),
    application: application === undefined ? null : { title: application.title, evidence: application.evidence },
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
