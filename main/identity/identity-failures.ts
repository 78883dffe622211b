import { CompanionError } from '../../preload/contract/failure.ts';
import { REGISTERED_ADDRESS } from './registered-address.ts';

/*
 * Every refusal of this room. None repeats what a server said beyond an OAuth error code, and none carries a library's error as
 * its cause: those quote whole answers, and a token may stand in one.
 */
const EXIT_MISUSE = 2;

const MAX_HOST_CHARACTERS = 100;

const failure = (code: string, message: string, next: string, exitCode = 1): CompanionError =>
  new CompanionError(code, message, next, { exitCode });

/** Where a request went, short enough to print. The path may hold what nobody should see. */
const place = (url: URL): string => url.host.slice(0, MAX_HOST_CHARACTERS);

const ASK_OPERATOR = 'Ask whoever runs the server; nothing was sent there.';
const TRY_LATER = 'Check the network, then try again.';

export const addressRefused = (url: URL, why: string): CompanionError =>
  failure('E_ADDRESS_REFUSED', `The address at ${place(url)} is not asked: ${why}.`, ASK_OPERATOR);

export const redirectRefused = (url: URL): CompanionError =>
  failure('E_REDIRECT_REFUSED', `${place(url)} answered with a redirect, which is never followed.`, ASK_OPERATOR);

export const answerTooLarge = (url: URL): CompanionError =>
  failure('E_ANSWER_TOO_LARGE', `The answer of ${place(url)} is larger than 1 MiB.`, 'Ask whoever runs the server.');

export const unreachable = (url: URL, what = 'cannot be reached'): CompanionError =>
  failure('E_UNREACHABLE', `${place(url)} ${what}.`, TRY_LATER);

export const loginCommand = (connector: string): string => `runlayer connectors login ${connector}`;

export const signInNeeded = (connector: string): CompanionError =>
  failure('E_SIGN_IN_NEEDED', `Nobody is signed in to "${connector}".`, `Sign in with "${loginCommand(connector)}".`);

export const signInReplaced = (): CompanionError =>
  failure('E_SIGN_IN_REPLACED', 'Another sign-in was begun; this one is over.', 'Use the newer link.');

export const signInCancelled = (): CompanionError =>
  failure('E_SIGN_IN_CANCELLED', 'The sign-in was given up.', 'Begin again when you want to sign in.');

export const signInTimeout = (): CompanionError =>
  failure('E_SIGN_IN_TIMEOUT', 'Nobody finished the sign-in within 5 minutes.', 'Begin again, and open the new link.');

export const signInUnsupported = (why: string): CompanionError =>
  failure(
    'E_SIGN_IN_UNSUPPORTED',
    `This server's sign-in cannot be used: ${why}.`,
    'If it gives out access tokens, store one with "runlayer secrets set", and give it as a secret header.',
  );

export const registrationByHand = (): CompanionError =>
  failure(
    'E_SIGN_IN_UNSUPPORTED',
    "This server's sign-in wants programs to be registered by hand.",
    `Register one with whoever runs it, with ${REGISTERED_ADDRESS} as its redirect address, then give its id with "runlayer connectors edit <name> --oauth-client-id <id>".`,
  );

export const clientRefused = (): CompanionError =>
  failure(
    'E_SIGN_IN_CLIENT',
    'The authorization server does not take the client id that you gave, or not its secret.',
    `Check both at the provider, where ${REGISTERED_ADDRESS} is to be its redirect address. Store the secret with "runlayer secrets set", and correct the id with "runlayer connectors edit <name> --oauth-client-id <id>".`,
  );

export const issuerChanged = (issuer: URL): CompanionError =>
  failure(
    'E_SIGN_IN_ISSUER_CHANGED',
    `The server names another authorization server now, ${place(issuer)}. Your client id and its secret are not sent there.`,
    'If whoever runs the server says that this is right, sign out with "runlayer connectors logout <name>", then sign in again.',
  );

export const clientSecretUnusable = (secret: string): CompanionError =>
  failure(
    'E_SECRET_CLIENT',
    `The secret "${secret}" cannot be sent as the secret of a client id: it is longer than 8,192 characters, or holds a line break or another one beyond printable ASCII.`,
    `Store it again, as one line, with "runlayer secrets set ${secret}".`,
    4,
  );

export const metadataUnreadable = (url: URL, what: string): CompanionError =>
  failure('E_SIGN_IN_METADATA', `What ${place(url)} says about signing in ${what}.`, ASK_OPERATOR);

export const issuerMismatch = (): CompanionError =>
  failure(
    'E_SIGN_IN_ISSUER',
    'The answer came from another authorization server than the one that was asked. Nothing was accepted.',
    'Somebody may be trying to mix up two sign-ins. Tell whoever runs the server.',
  );

/** @param code an OAuth error code, already checked to be one. */
export const signInRefused = (code: string): CompanionError =>
  failure('E_SIGN_IN_REFUSED', `The authorization server refused the sign-in (${code}).`, 'Begin again.');

export const tokenUnusable = (why: string): CompanionError =>
  failure('E_SIGN_IN_TOKEN', `The authorization server gave ${why}; it was not kept.`, 'Ask whoever runs the server.');

export const renewalFailed = (connector: string, cause: string): CompanionError =>
  failure('E_SIGN_IN_RENEWAL', `The sign-in to "${connector}" could not be renewed: ${cause}`, TRY_LATER);

export const keychainNotReady = (locked: boolean, detail: string): CompanionError =>
  failure(
    locked ? 'E_KEYCHAIN_LOCKED' : 'E_KEYCHAIN_ABSENT',
    detail,
    'A sign-in is kept in the keychain: see "runlayer doctor", then begin again.',
    4,
  );

export const signInNotNeeded = (connector: string): CompanionError =>
  failure(
    'E_SIGN_IN_NOT_NEEDED',
    `"${connector}" is not a connector that somebody signs in to.`,
    `See what it uses with "runlayer connectors show ${connector}".`,
    EXIT_MISUSE,
  );

export const signInUnknown = (): CompanionError =>
  failure('E_SIGN_IN_UNKNOWN', 'There is no such sign-in.', 'Begin a new one.', EXIT_MISUSE);

export const headerValueUnusable = (header: string, secret: string): CompanionError =>
  failure(
    'E_SECRET_HEADER',
    `The secret "${secret}" cannot be sent in the header ${header}: it holds a line break or another character that headers cannot carry.`,
    `Store it again, as one line, with "runlayer secrets set ${secret}".`,
    4,
  );

export const secretReserved = (secret: string): CompanionError =>
  failure(
    'E_SECRET_RESERVED',
    `The secret "${secret}" is the companion's own: it holds a sign-in or a key, and is never sent as it is.`,
    'Take the reference out of the connector.',
    EXIT_MISUSE,
  );

export const identityStale = (): CompanionError =>
  failure(
    'E_IDENTITY_STALE',
    'The identity that this server is to be told could not be renewed, and an old one is never sent.',
    'Check that the tenant can be reached, then try again.',
  );

export const identityInTheClear = (): CompanionError =>
  failure(
    'E_IDENTITY_IN_THE_CLEAR',
    'A person’s identity is sent over https only, or to this machine.',
    'Give the server an https address.',
  );

/** @param check which one failed: the end of the code, such as `AUDIENCE`. */
export const identityRefused = (check: string, message: string, next: string): CompanionError =>
  failure(`E_IDENTITY_${check}`, message, next);
