/**
 * Names of secrets, where they are kept and where they go. A value goes in by one operation and comes out by none. What a page
 * asks for is looked at harder than what is typed at a terminal: a page may be another's.
 */
import { CompanionError, type SecretView } from '../../preload/contract/index.ts';
import { secretReserved } from '../identity/identity-failures.ts';
import type { PassphraseAttempts } from '../secrets/passphrase-attempts.ts';
import { isReservedSecret } from '../secrets/reserved-names.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers, WeakeningTests } from './dispatch.ts';
import { usersOf, usesOf } from './secret-uses.ts';

export interface SecretParts {
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly vault: SecretVault;
  readonly attempts: PassphraseAttempts;
  /** Secrets can be read now. */
  readonly unlocked: () => void;
  readonly recordSecret: (name: string, change: 'set' | 'removed', by: string) => void;
}

type SecretHandlers = Pick<Handlers, Extract<keyof Handlers, `secrets.${string}`>>;

export function secretHandlers({ settings, vault, attempts, unlocked, recordSecret }: SecretParts): SecretHandlers {
  const view = (entry: ReturnType<SecretVault['list']>[number]): SecretView => {
    const uses = usesOf(entry.name, settings.read());
    return { ...entry, usedBy: usersOf(uses), uses };
  };

  return {
    'secrets.list': () => vault.list().map(view),
    'secrets.set': async ({ name, value }, context) => {
      if (isReservedSecret(name)) throw secretReserved(name);
      const entry = await vault.set(name, value, context.caller === 'ui' ? 'interface' : undefined);
      recordSecret(name, 'set', context.by);
      return view(entry);
    },
    'secrets.remove': async ({ name }, context) => {
      if (isReservedSecret(name)) throw notRemoved(name);
      await vault.remove(name);
      recordSecret(name, 'removed', context.by);
      return {};
    },
    'secrets.keychain': () => vault.state({ again: true }),
    'secrets.createVault': async ({ passphrase }) => {
      const state = await vault.createVault(passphrase);
      unlocked();
      return state;
    },
    'secrets.unlock': async ({ passphrase }) => {
      const state = await attempts.take(() => vault.unlock(passphrase));
      unlocked();
      return state;
    },
  };
}

/** One of the companion's own is refused by the handler, which says so; nobody is asked about it. */
export function secretWeakeningTests({ settings, vault }: Pick<SecretParts, 'settings' | 'vault'>): WeakeningTests {
  const isUsed = (name: string): boolean => usesOf(name, settings.read()).length > 0;
  const isStored = (name: string): boolean => vault.list().some((entry) => entry.name === name);
  return {
    'secrets.set': ({ name }, { caller }) =>
      caller === 'ui' && !isReservedSecret(name) && (isStored(name) || isUsed(name)),
    'secrets.remove': ({ name }, { caller }) =>
      caller === 'ui' && !isReservedSecret(name) && isStored(name) && isUsed(name),
    'secrets.createVault': (_input, { caller }) => caller === 'ui',
  };
}

/** Without a question it would sign somebody out, or make the next key of the audit trail look like the only one. */
function notRemoved(name: string): CompanionError {
  return new CompanionError('E_SECRET_RESERVED', `The secret "${name}" is the companion's own.`, insteadOf(name), {
    exitCode: 2,
  });
}

function insteadOf(name: string): string {
  const [kind] = name.toLowerCase().split('.');
  if (kind === 'tenant') return 'To sign out of a tenant, run "runlayer logout --host https://…".';
  if (kind === 'oauth') return 'To sign out of a server, run "runlayer connectors logout <name>".';
  if (kind === 'canary') return `To take a canary away, run "runlayer guard canary remove ${name}".`;
  return 'It proves the audit trail and stays as long as the trail does; see "runlayer audit verify".';
}
