/** Every refusal of this room, in words for people. Only `detail`, made safe before, is the tenant's own. */
import { CompanionError } from '../../preload/contract/index.ts';
import type { ConnectionProblem } from './answer-checks.ts';
import { TenantError, type TenantFailureKind } from './tenant-api.ts';

const MISUSE = 2;

export const loginCommand = (host: string): string => `runlayer login --host ${host}`;

interface Facts {
  readonly status?: number;
  readonly detail?: string;
  readonly retryAfterMs?: number | undefined;
}

function failure(kind: TenantFailureKind, message: string, next: string, facts: Facts = {}): TenantError {
  const { status, detail, retryAfterMs } = facts;
  return new TenantError(`E_TENANT_${kind.toUpperCase()}`, message, next, {
    kind,
    ...(status === undefined ? {} : { status }),
    ...(detail === undefined || detail === '' ? {} : { detail }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

const LATER = 'Try again later; if it stays so, tell whoever runs the tenant.';

/** @param what a clause such as `cannot be reached`. */
export const unreachable = (host: string, what: string): TenantError =>
  failure('unreachable', `${host} ${what}.`, 'Check the network, then try again.');

/** No connection came about. */
export const notConnected = (host: string, { what, isDoubtful }: ConnectionProblem): TenantError =>
  isDoubtful
    ? failure(
        'unreachable',
        `${host} ${what}.`,
        'Do not go on: somebody may stand between. Run "runlayer doctor", and ask whoever runs your network or the tenant.',
      )
    : unreachable(host, what);

/** @param what a clause such as `answered with a redirect`. */
export const invalid = (host: string, what: string, status?: number): TenantError =>
  failure(
    'invalid',
    `${host} ${what}; it was not used.`,
    `Check that ${host} is the address of a Runlayer tenant, then tell whoever runs it.`,
    status === undefined ? {} : { status },
  );

/** Nothing was asked. */
export const secretInName = (host: string): TenantError =>
  failure(
    'invalid',
    `The name of the tool holds a secret, so ${host} was not asked about it.`,
    'Store another value for the secret that the tool is named after.',
  );

const said = (detail: string | undefined): string =>
  detail === undefined || detail === '' ? '' : ` It said: ${detail}${/[.!?]$/.test(detail) ? '' : '.'}`;

/** Of an answer whose status is no success and no redirect. */
export function refusedWith(host: string, facts: Facts & { readonly status: number }): TenantError {
  const { status, detail } = facts;
  const http = `(HTTP ${status})`;
  if (status >= 500) return failure('failed', `${host} has an error of its own ${http}.${said(detail)}`, LATER, facts);
  switch (status) {
    case 401:
      return failure(
        'unauthorized',
        `${host} does not take the key ${http}.${said(detail)}`,
        `Sign in again with "${loginCommand(host)}".`,
        facts,
      );
    case 403:
      return failure(
        'refused',
        `${host} does not allow this ${http}.${said(detail)}`,
        'Ask whoever runs the tenant for the permission.',
        facts,
      );
    case 404:
      return failure(
        'gone',
        `${host} does not have this ${http}.${said(detail)}`,
        'Check the name; it may have been removed.',
        facts,
      );
    case 409:
      return failure('conflict', `At ${host} it has changed meanwhile ${http}.${said(detail)}`, 'Try again.', facts);
    default:
      return failure('rejected', `${host} did not accept the request ${http}.${said(detail)}`, LATER, facts);
  }
}

/** The key could not be had; nothing was asked. Keeps the code and what to do. */
export function withoutKey(host: string, thrown: unknown): TenantError {
  const known = thrown instanceof CompanionError ? thrown : undefined;
  return new TenantError(
    known?.code ?? 'E_TENANT_KEY',
    known?.message ?? `The key of ${host} could not be read.`,
    known?.next ?? `Sign in again with "${loginCommand(host)}".`,
    { kind: 'unauthorized' },
  );
}

export const tenantUnknown = (host: string): CompanionError =>
  new CompanionError(
    'E_TENANT_UNKNOWN',
    `Nobody is signed in to ${host}; nothing was asked of it.`,
    `Sign in with "${loginCommand(host)}".`,
    { exitCode: MISUSE },
  );

export const nobodySignedIn = (): CompanionError =>
  new CompanionError(
    'E_TENANT_NOBODY',
    'Nobody is signed in to a tenant, so none was asked.',
    'Sign in with "runlayer login --host https://acme.runlayer.com"; "runlayer tenant list" says whose key is gone.',
    { exitCode: MISUSE },
  );

export const hostNeeded = (): CompanionError =>
  new CompanionError(
    'E_TENANT_HOST_NEEDED',
    'No tenant is named, and there is none to take by itself.',
    'Name it: "runlayer login --host https://acme.runlayer.com".',
    { exitCode: MISUSE },
  );

export const keptInEnvironment = (host: string): CompanionError =>
  new CompanionError(
    'E_TENANT_ENVIRONMENT',
    `The key of ${host} is in the environment that the companion was started with.`,
    'Take RUNLAYER_API_KEY out of it, then start the companion again.',
    { exitCode: MISUSE },
  );

export const keyStillStored = (host: string, thrown: unknown): CompanionError =>
  new CompanionError(
    'E_TENANT_KEY_STORED',
    `You are signed out of ${host}, but its key is still in the keychain${thrown instanceof CompanionError ? `: ${thrown.message}` : '.'}`,
    'Unlock the keychain, then sign out again; or revoke the key in the dashboard.',
    { exitCode: 4 },
  );

export const keychainNotReady = (locked: boolean, detail: string): CompanionError =>
  new CompanionError(
    locked ? 'E_KEYCHAIN_LOCKED' : 'E_KEYCHAIN_ABSENT',
    `${detail} Nothing was asked of the tenant.`,
    'A sign-in is kept in the keychain: unlock it, or make a passphrase vault with "runlayer secrets vault create", then begin again.',
    { exitCode: 4 },
  );

const over = (code: string, message: string, next: string): CompanionError => new CompanionError(code, message, next);

export const signInUnknown = (): CompanionError =>
  new CompanionError('E_SIGN_IN_UNKNOWN', 'There is no such sign-in.', 'Begin a new one with "runlayer login".', {
    exitCode: MISUSE,
  });

export const signInCancelled = (): CompanionError =>
  over('E_SIGN_IN_CANCELLED', 'The sign-in was given up.', 'Begin again when you want to sign in.');

/** A second sign-in was quicker. */
export const otherInPlace = (host: string): CompanionError =>
  over(
    'E_SIGN_IN_CHANGED',
    `Who is signed in to ${host} changed while this sign-in was under way; nothing was stored.`,
    'See who it is with "runlayer tenant list", and begin again where it should be somebody else.',
  );

export const signInExpired = (): CompanionError =>
  over('E_SIGN_IN_TIMEOUT', 'Nobody approved the sign-in in time.', 'Begin again, and approve the new code.');

export const signInRefused = (host: string, detail: string): CompanionError =>
  over('E_SIGN_IN_REFUSED', `${host} refused the sign-in.${said(detail)}`, 'Begin again.');
