/** What the Secrets page shows, worked out from what the companion said. Knows names and places; no value is anywhere here. */
import type { ConnectorView } from '../../../preload/contract/connector.ts';
import type { KeychainState, SecretUse, SecretView } from '../../../preload/contract/secret.ts';

/** Of `Bearer keychain:github`: github. */
export function nameOfReference(reference: string): string {
  return reference.slice(reference.lastIndexOf('keychain:') + 'keychain:'.length);
}

export const isOwn = ({ uses }: Pick<SecretView, 'uses'>): boolean => uses.some(({ by }) => by === 'companion');

/** Where it goes, as a person reads it. */
export function placeText({ by, name, as }: SecretUse): string {
  switch (by) {
    case 'connector':
      return `${name} (${as})`;
    case 'binding':
      return `hub token ${name} (${as})`;
    case 'audit_endpoint':
      return 'delivery of the audit trail';
    case 'companion':
      return 'the companion';
  }
}

/** What one of the companion's own is for, by its name; see main/secrets/reserved-names.ts. */
export function ownPurpose(name: string): string {
  const folded = name.toLowerCase();
  if (folded.startsWith('tenant.')) return 'Key of a tenant that you signed in to';
  if (folded.startsWith('oauth.')) return `Sign-in of the connector ${name.slice('oauth.'.length)}`;
  if (folded.startsWith('canary.')) return 'A planted value: if it turns up anywhere, the call is stopped';
  if (folded === 'audit.signing-key') return 'Signs the audit trail';
  return 'How far the audit trail had come, to notice if its end is cut';
}

export interface MissingSecret {
  readonly name: string;
  /** Connectors that wait for it. */
  readonly wantedBy: readonly string[];
}

function referencesOf({ target }: ConnectorView): string[] {
  if (target.kind === 'tenant') return [];
  const references = Object.values(target.secrets);
  const ofClient = target.kind === 'http' ? target.oauthClient?.secret : undefined;
  return ofClient === undefined ? references : [...references, ofClient];
}

/** Named by a connector and stored nowhere, by name. */
export function missingSecrets(
  connectors: readonly ConnectorView[],
  stored: readonly Pick<SecretView, 'name'>[],
): MissingSecret[] {
  const known = new Set(stored.map(({ name }) => name));
  const wanted = new Map<string, string[]>();
  for (const connector of connectors) {
    for (const name of new Set(referencesOf(connector).map(nameOfReference))) {
      if (!known.has(name)) wanted.set(name, [...(wanted.get(name) ?? []), connector.name]);
    }
  }
  return [...wanted].map(([name, wantedBy]) => ({ name, wantedBy })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

const BACKENDS: Readonly<Record<SecretView['backend'], string>> = {
  keytar: 'system keychain',
  'secret-service': 'system keychain',
  vault: 'encrypted file',
};

export function backendText(backend: SecretView['backend']): string {
  return BACKENDS[backend];
}

export interface KeychainCard {
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
  readonly badge: string;
  readonly text: string;
  /** What the person can do about it here. */
  readonly offers: readonly ('unlock' | 'create' | 'again')[];
}

/** What the state of the keychain means for whoever looks at the page. */
export function keychainCard({ state, backend, detail }: KeychainState): KeychainCard {
  switch (state) {
    case 'ready':
      return {
        tone: 'good',
        badge: 'Ready',
        text:
          backend === 'vault'
            ? 'New secrets are kept in an encrypted file in the companion\u2019s folder. It is open until the companion stops.'
            : 'New secrets are kept in the keychain of this system.',
        offers: backend === 'vault' ? [] : ['create'],
      };
    case 'locked':
      return {
        tone: 'warn',
        badge: 'Locked',
        text:
          backend === 'vault'
            ? 'The encrypted file with your secrets is closed. Servers that need one cannot start.'
            : detail,
        offers: backend === 'vault' ? ['unlock'] : ['again', 'create'],
      };
    case 'absent':
      return { tone: 'bad', badge: 'None', text: detail, offers: ['again', 'create'] };
    case 'unknown':
      return { tone: 'plain', badge: 'Not looked at yet', text: detail, offers: ['again'] };
  }
}

/** Why a name cannot be used, in words; undefined where it can. As the contract has it. */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return undefined;
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(name))
    return 'Use letters, digits, ".", "-" and "_", and begin with a letter or digit.';
  if (taken.includes(name)) return 'There is a secret of this name. Replace that one, or take another name.';
  return undefined;
}
