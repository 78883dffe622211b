/** What the tenant page says: states, what is asked about a connector, and what to do where a sign-in did not come about. */
import type { ConsentRequest, OwnTarget } from '../../../preload/contract/connector.ts';
import type { Failure } from '../../../preload/contract/failure.ts';
import type { TenantSignIn, TenantView } from '../../../preload/contract/tenant.ts';

export interface TenantSaid {
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
  readonly badge: string;
  readonly text: string;
}

export function tenantSaid({ credential, state, problem }: TenantView): TenantSaid {
  if (credential === 'missing')
    return {
      tone: 'bad',
      badge: 'Key missing',
      text: 'Its key is gone, so its connectors are refused. Sign in again.',
    };
  switch (state) {
    case 'ok':
      return { tone: 'good', badge: 'Signed in', text: 'It answered when it was last asked.' };
    case 'unknown':
      return { tone: 'plain', badge: 'Signed in', text: 'It was not asked for anything since the companion started.' };
    case 'unreachable':
      return {
        tone: 'warn',
        badge: 'Cannot be reached',
        text: problem === '' ? 'Calls of its connectors are refused until it answers again.' : problem,
      };
    case 'unauthorized':
      return {
        tone: 'bad',
        badge: 'Key refused',
        text: problem === '' ? 'It does not take the key any more. Sign in again.' : problem,
      };
  }
}

/** Whole addresses only, as the contract has them; `acme.example` is taken for https://acme.example. */
export function hostOf(typed: string): string | undefined {
  const text = typed.trim().replace(/\/+$/, '');
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (text === '' || !URL.canParse(whole)) return undefined;
  const { origin, protocol, hostname, pathname, search, hash, username, password } = new URL(whole);
  // Some browsers take a space for a part of a name.
  if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])$/.test(hostname)) return undefined;
  const isPlain = pathname === '/' && search === '' && hash === '' && username === '' && password === '';
  return isPlain && (protocol === 'https:' || protocol === 'http:') ? origin : undefined;
}

/** Opened in a new tab: an address of the web, and nothing that a browser would run. */
export function pageToOpen({ verificationUri, verificationUriComplete }: TenantSignIn): string | undefined {
  const address = verificationUriComplete === '' ? verificationUri : verificationUriComplete;
  return /^https?:\/\//.test(address) ? address : undefined;
}

const NEXT: Readonly<Record<string, string>> = {
  E_SIGN_IN_TIMEOUT: 'Begin again, and approve the new code within its time.',
  E_SIGN_IN_REFUSED: 'Begin again, or ask whoever runs the tenant whether you may sign in.',
  E_SIGN_IN_UNKNOWN: 'Begin again.',
  E_SIGN_IN_CHANGED: 'Look at who is signed in now, and begin again where it should be somebody else.',
  E_TENANT_UNREACHABLE: 'Check the address and the network, then begin again.',
  E_TENANT_HOST_NEEDED: 'Type the address of your organisation\u2019s tenant.',
  E_KEYCHAIN_LOCKED: 'The key is kept in the keychain. Unlock it on the Secrets page, then begin again.',
  E_KEYCHAIN_ABSENT:
    'The key is kept in the keychain, and there is none. Choose an encrypted file on the Secrets page, then begin again.',
};

/** The same, with a next step that can be taken here. */
export function signInFailure(failure: Failure): Failure {
  return { ...failure, next: NEXT[failure.code] ?? failure.next };
}

export interface ConsentLine {
  readonly label: string;
  readonly text: string;
}

function secretLines(runs: OwnTarget): ConsentLine[] {
  return runs.secrets.map((secret) => ({
    label: 'Secret',
    text: `${'env' in secret ? secret.env : secret.header} from ${secret.reference}${secret.stored ? '' : ' (not stored yet)'}`,
  }));
}

/** The whole of what is agreed to, line by line; each text is escaped by the companion already. */
export function consentLines({ target }: ConsentRequest): ConsentLine[] {
  const runs = target.kind === 'tenant' ? target.runs : target;
  const about =
    target.kind !== 'tenant'
      ? []
      : [
          { label: 'Tenant', text: target.host },
          { label: 'Id', text: target.server },
          ...(target.application === null ? [] : [{ label: 'Application', text: target.application }]),
        ];
  const does =
    runs.kind === 'program'
      ? [
          { label: 'Starts', text: runs.argv.join(' ') },
          { label: 'Program', text: runs.realPath },
          ...runs.env.map((text) => ({ label: 'Variable', text })),
          ...(runs.cwd === undefined ? [] : [{ label: 'Folder', text: runs.cwd }]),
        ]
      : [
          { label: 'Reaches', text: runs.url },
          { label: 'Transport', text: runs.transport },
          ...runs.headers.map((text) => ({ label: 'Header', text })),
        ];
  return [...does, ...secretLines(runs), ...about];
}
