import {
  isHttpDefinition,
  isTenantDefinition,
  secretNameOf,
  secretPrefixOf,
  type Connector,
  type Consent,
  type ConnectorState,
  type ConsentRequest,
  type HttpDefinition,
  type OAuthClient,
  type ProgramConsent,
  type OwnTarget,
  type ProgramDefinition,
  type Risk,
  type StoredDefinition,
} from '../../preload/contract/connector.ts';
import { assertNever, type Failure } from '../../preload/contract/failure.ts';
import type { DefaultMode } from '../../preload/contract/policy.ts';
import { httpHash, programHash } from './definition-hash.ts';
import { displayArgv, displayText } from './display.ts';
import type { ResolvedCommand } from './resolve-command.ts';

/**
 * Says what a person agrees to, and whether a stored yes still covers what would be started or reached. Pure; it never
 * gives consent and never starts anything. Anything unclear (a hash that cannot be computed, a file that is gone, a yes
 * to the other kind) is a no.
 */

/** What is asked about: an address, or a program and the file that its command means. */
export type Subject =
  | { readonly definition: HttpDefinition }
  | { readonly definition: ProgramDefinition; readonly resolved: ResolvedCommand };

export type ConsentSubject = Subject & {
  readonly name: string;
  readonly default: DefaultMode;
  readonly risks: readonly Risk[];
  /** Names of secrets that the keychain holds now. */
  readonly storedSecrets: ReadonlySet<string>;
};

/** Every text in it is escaped for display; only `hash` is meant for comparing. */
export function consentRequest(subject: ConsentSubject): ConsentRequest {
  return {
    connector: subject.name,
    hash: 'resolved' in subject ? programHash(subject.definition, subject.resolved) : httpHash(subject.definition),
    target: ownTarget(subject, subject.storedSecrets),
    risks: [...subject.risks],
    default: subject.default,
  };
}

/** What would be run or reached, for a person to look at. */
export function ownTarget(subject: Subject, stored: ReadonlySet<string>): OwnTarget {
  return 'resolved' in subject
    ? programTarget(subject.definition, subject.resolved, stored)
    : httpTarget(subject.definition, stored);
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1);

function programTarget(
  definition: ProgramDefinition,
  resolved: ResolvedCommand,
  stored: ReadonlySet<string>,
): OwnTarget {
  return {
    kind: 'program',
    argv: displayArgv([definition.command, ...definition.args]),
    path: displayText(resolved.path),
    realPath: displayText(resolved.realPath),
    env: Object.entries(definition.env)
      .map(([name, value]) => `${name}=${displayText(value)}`)
      .sort(),
    secrets: Object.entries(definition.secrets)
      .sort(byName)
      .map(([env, reference]) => ({ env, reference, stored: stored.has(secretNameOf(reference)) })),
    ...(definition.cwd === undefined ? {} : { cwd: displayText(definition.cwd) }),
  };
}

function httpTarget(definition: HttpDefinition, stored: ReadonlySet<string>): OwnTarget {
  return {
    kind: 'http',
    url: displayText(definition.url),
    transport: definition.transport,
    headers: Object.entries(definition.headers)
      .sort(byName)
      .map(([name, value]) => displayText(`${name}: ${value}`)),
    secrets: Object.entries(definition.secrets)
      .sort(byName)
      .map(([header, reference]) => ({
        header: displayText(header),
        prefix: displayText(secretPrefixOf(reference)),
        reference: `keychain:${secretNameOf(reference)}`,
        stored: stored.has(secretNameOf(reference)),
      })),
    oauth: definition.oauth,
    ...(definition.oauthClient === undefined ? {} : { oauthClient: clientTarget(definition.oauthClient, stored) }),
  };
}

function clientTarget(
  { id, secret }: OAuthClient,
  stored: ReadonlySet<string>,
): NonNullable<Extract<OwnTarget, { kind: 'http' }>['oauthClient']> {
  return {
    id: displayText(id),
    ...(secret === undefined ? {} : { secret: { reference: secret, stored: stored.has(secretNameOf(secret)) } }),
  };
}

export type ConsentCheck =
  { readonly ok: true } | { readonly ok: false; readonly failure: Failure; readonly exitCode: 2 };

/**
 * Whether the connector's consent covers this definition and, for a program, this file. `resolvedNow` is what its
 * command resolves to at this moment, undefined when it resolves to nothing; an address has none and needs none. The
 * exit code is that of a command that is refused for it.
 */
export function checkConsent(connector: Connector, resolvedNow: ResolvedCommand | undefined): ConsentCheck {
  const { consent, definition, name } = connector;
  const look = lookAgain(connector);
  if (consent === undefined) {
    const does = isHttpDefinition(definition) ? 'reaches' : 'starts';
    return refused('E_CONSENT_MISSING', `Nobody has agreed to what connector "${name}" ${does}.`, look);
  }
  if (!covers(consent, definition)) {
    return refused(
      'E_CONSENT_CHANGED',
      `The definition of connector "${name}" was changed after it was agreed to.`,
      look,
    );
  }
  return 'path' in consent ? checkProgram(connector, consent, resolvedNow) : { ok: true };
}

/** What a person does to agree to it as it is now. */
function lookAgain({ name, definition }: Pick<Connector, 'name' | 'definition'>): string {
  return isTenantDefinition(definition)
    ? `Look at it and agree with "runlayer connectors accept ${definition.server} --host ${definition.tenant}".`
    : `Look at it and agree with "runlayer connectors edit ${name}".`;
}

/** The file must be the one that was agreed to. */
export function checkProgram(
  connector: Pick<Connector, 'name' | 'definition'>,
  consent: Pick<ProgramConsent, 'path' | 'realPath' | 'sha256'>,
  resolvedNow: ResolvedCommand | undefined,
): ConsentCheck {
  const { name } = connector;
  const look = lookAgain(connector);
  if (resolvedNow === undefined) {
    return refused(
      'E_COMMAND_MISSING',
      `The program of connector "${name}", ${displayText(consent.path)}, is not there any more or cannot be run.`,
      isTenantDefinition(connector.definition)
        ? 'Install it again.'
        : `Install it again, or name another with "runlayer connectors edit ${name}".`,
    );
  }
  if (resolvedNow.path !== consent.path) {
    return refused(
      'E_COMMAND_MOVED',
      `Connector "${name}" was agreed to with ${displayText(consent.path)}, but its command now means ${displayText(resolvedNow.path)}.`,
      look,
    );
  }
  if (resolvedNow.realPath !== consent.realPath) {
    return refused(
      'E_COMMAND_MOVED',
      `${displayText(consent.path)} of connector "${name}" led to ${displayText(consent.realPath)} when it was agreed to, and now leads to ${displayText(resolvedNow.realPath)}.`,
      look,
    );
  }
  if (resolvedNow.sha256 !== consent.sha256) {
    return refused(
      'E_COMMAND_CHANGED',
      `The program of connector "${name}", ${displayText(consent.realPath)}, is not the one that was agreed to: its content changed.`,
      `If you updated it: ${look.charAt(0).toLowerCase()}${look.slice(1)}`,
    );
  }
  return { ok: true };
}

/** A yes covers a definition of its own kind that hashes to what was agreed to, and nothing else. */
function covers(consent: Consent, definition: StoredDefinition): boolean {
  try {
    // Whether a yes covers what a tenant says now is known only once it was asked: main/connectors/tenant/.
    if (isTenantDefinition(definition)) return 'program' in consent;
    if ('program' in consent) return false;
    if (isHttpDefinition(definition)) return !('path' in consent) && httpHash(definition) === consent.hash;
    return 'path' in consent && programHash(definition, resolvedOf(consent)) === consent.hash;
  } catch {
    return false;
  }
}

/** What the command resolved to when consent was given. */
export function resolvedOf({
  path,
  realPath,
  sha256,
}: Pick<ProgramConsent, 'path' | 'realPath' | 'sha256'>): ResolvedCommand {
  return { path, realPath, ...(sha256 === undefined ? {} : { sha256 }) };
}

export function refused(code: string, message: string, next: string): ConsentCheck {
  return { ok: false, failure: { code, message, next }, exitCode: 2 };
}

export interface ConnectorStanding {
  readonly state: ConnectorState;
  /** Why it is not ready, and what to do; absent when ready. */
  readonly next?: string;
}

/**
 * The state that a list shows. `resolved` is what the command resolves to now; where that is not looked up (left out),
 * only the definition is compared with the consent.
 */
export function connectorState(
  connector: Connector,
  now: {
    readonly paused: boolean;
    readonly resolved?: ResolvedCommand | undefined;
    /** Whether somebody is signed in to this tenant; asked of a tenant's connector alone. */
    readonly isSignedIn: (host: string) => boolean;
  },
): ConnectorStanding {
  const { consent, definition } = connector;
  const agreed = consent !== undefined && 'path' in consent ? resolvedOf(consent) : undefined;
  const resolved = 'resolved' in now ? now.resolved : agreed;
  const check = checkConsent(connector, resolved);
  const tenant = isTenantDefinition(definition) ? definition.tenant : undefined;
  const standing = (): ConnectorState => {
    if (!connector.enabled) return 'disabled';
    // Before consent: nobody can look at what it is.
    if (tenant !== undefined && !now.isSignedIn(tenant)) return 'signed_out';
    if (!check.ok) return 'needs_consent';
    return now.paused ? 'paused' : 'ready';
  };
  const state = standing();
  switch (state) {
    case 'ready':
      return { state };
    case 'disabled':
      return { state, next: `Switched off. Switch it on with "runlayer connectors enable ${connector.name}".` };
    case 'needs_consent':
      return check.ok ? { state } : { state, next: `${check.failure.message} ${check.failure.next}` };
    case 'signed_out':
      return { state, next: `Nobody is signed in there. Sign in with "runlayer login --host ${tenant ?? ''}".` };
    case 'paused': {
      const what = isHttpDefinition(definition) ? 'failed' : 'ended';
      return {
        state,
        next: `Its server ${what} several times within a minute; it is tried again by itself. See "runlayer connectors logs ${connector.name}".`,
      };
    }
    default:
      return assertNever(state);
  }
}
