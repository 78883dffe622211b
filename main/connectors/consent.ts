import type {
  Connector,
  Consent,
  ConnectorDefinition,
  ConnectorState,
  ConsentRequest,
  Risk,
} from '../../preload/contract/connector.ts';
import { assertNever, type Failure } from '../../preload/contract/failure.ts';
import type { DefaultMode } from '../../preload/contract/policy.ts';
import { definitionHash } from './definition-hash.ts';
import { displayArgv, displayText } from './display.ts';
import type { ResolvedCommand } from './resolve-command.ts';

/**
 * Says what a person agrees to, and whether a stored yes still covers what would be started. Pure; it never gives
 * consent and never starts anything. Anything unclear (a hash that cannot be computed, a file that is gone) is a no.
 */

export interface ConsentSubject {
  readonly name: string;
  readonly definition: ConnectorDefinition;
  readonly resolved: ResolvedCommand;
  readonly default: DefaultMode;
  readonly risks: readonly Risk[];
  /** Names of secrets that the keychain holds now. */
  readonly storedSecrets: ReadonlySet<string>;
}

/** Every text in it is escaped for display; only `hash` is meant for comparing. */
export function consentRequest(subject: ConsentSubject): ConsentRequest {
  const { definition, resolved } = subject;
  return {
    connector: subject.name,
    hash: definitionHash(definition, resolved),
    argv: displayArgv([definition.command, ...definition.args]),
    path: displayText(resolved.path),
    realPath: displayText(resolved.realPath),
    env: Object.entries(definition.env)
      .map(([name, value]) => `${name}=${displayText(value)}`)
      .sort(),
    secrets: Object.entries(definition.secrets)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([env, reference]) => ({
        env,
        reference,
        stored: subject.storedSecrets.has(reference.replace(/^keychain:/, '')),
      })),
    ...(definition.cwd === undefined ? {} : { cwd: displayText(definition.cwd) }),
    risks: [...subject.risks],
    default: subject.default,
  };
}

export type ConsentCheck =
  { readonly ok: true } | { readonly ok: false; readonly failure: Failure; readonly exitCode: 2 };

/**
 * Whether the connector's consent covers this definition and this file. `resolvedNow` is what the command resolves to
 * at this moment, undefined when it resolves to nothing. The exit code is that of a command that is refused for it.
 */
export function checkConsent(connector: Connector, resolvedNow: ResolvedCommand | undefined): ConsentCheck {
  const { consent, name } = connector;
  const look = `Look at it and agree with "runlayer connectors edit ${name}".`;
  if (consent === undefined) {
    return refused('E_CONSENT_MISSING', `Nobody has agreed to what connector "${name}" starts.`, look);
  }
  if (!hashes(connector, consent.hash)) {
    return refused(
      'E_CONSENT_CHANGED',
      `The definition of connector "${name}" was changed after it was agreed to.`,
      look,
    );
  }
  if (resolvedNow === undefined) {
    return refused(
      'E_COMMAND_MISSING',
      `The program of connector "${name}", ${displayText(consent.path)}, is not there any more or cannot be run.`,
      `Install it again, or name another with "runlayer connectors edit ${name}".`,
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
      `If you updated it, agree again with "runlayer connectors edit ${name}".`,
    );
  }
  return { ok: true };
}

function hashes({ definition, consent }: Connector, expected: string): boolean {
  try {
    return consent !== undefined && definitionHash(definition, resolvedOf(consent)) === expected;
  } catch {
    return false;
  }
}

/** What the command resolved to when consent was given. */
function resolvedOf({ path, realPath, sha256 }: Consent): ResolvedCommand {
  return { path, realPath, ...(sha256 === undefined ? {} : { sha256 }) };
}

function refused(code: string, message: string, next: string): ConsentCheck {
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
  now: { readonly paused: boolean; readonly resolved?: ResolvedCommand | undefined },
): ConnectorStanding {
  const agreed = connector.consent === undefined ? undefined : resolvedOf(connector.consent);
  const resolved = 'resolved' in now ? now.resolved : agreed;
  const check = checkConsent(connector, resolved);
  const state: ConnectorState = connector.enabled
    ? check.ok
      ? now.paused
        ? 'paused'
        : 'ready'
      : 'needs_consent'
    : 'disabled';
  switch (state) {
    case 'ready':
      return { state };
    case 'disabled':
      return { state, next: `Switched off. Switch it on with "runlayer connectors enable ${connector.name}".` };
    case 'needs_consent':
      return check.ok ? { state } : { state, next: `${check.failure.message} ${check.failure.next}` };
    case 'paused':
      return {
        state,
        next: `Its server ended several times within a minute; it is tried again by itself. See "runlayer connectors logs ${connector.name}".`,
      };
    default:
      return assertNever(state);
  }
}
