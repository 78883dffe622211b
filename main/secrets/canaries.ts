/*
 * Canaries: values that nothing uses and nobody is told twice. A person plants one where an intruder would look; where it shows
 * up in a call or a result, something reads or sends what it should not. Kept in the keychain under reserved names, so that no
 * connector can refer to one, and held in a set of their own for the guard. A value is given out once, when it is made.
 */
import { CompanionError } from '../../preload/contract/index.ts';
import { canaryValue } from './canary-value.ts';
import type { LiveSecrets } from './live-secrets.ts';
import { canarySecret, isCanarySecret } from './reserved-names.ts';
import type { SecretVault } from './vault.ts';

export const MAX_CANARIES = 256;

export interface CanaryParts {
  readonly vault: Pick<SecretVault, 'list' | 'set' | 'remove' | 'resolve'>;
  /** Apart from the secrets that servers hold: what is found there is something else. */
  readonly known: Pick<LiveSecrets, 'add'>;
  /** Sixteen random hex digits. */
  readonly newId: () => string;
  /** Random, from 0 to below `limit`, without a bias. */
  readonly random: (limit: number) => number;
}

export interface Canary {
  readonly name: string;
  readonly createdAt: string;
}

export interface Canaries {
  list(): readonly Canary[];
  /** A name for {@link make} that nothing has. Throws E_CANARY_FULL. */
  freeName(): string;
  /** Stores a new value and looks for it from now on. Rejects as the vault's `set`: E_KEYCHAIN_LOCKED, _ABSENT, _FAILED. */
  make(name: string): Promise<string>;
  /** Throws E_CANARY_UNKNOWN. */
  demand(name: string): void;
  /** Rejects as the vault's `remove`; the value is looked for until it is gone. */
  remove(name: string): Promise<void>;
  /** Reads the stored ones that are not yet looked for; names those that could not be read. To be called again after an unlock. */
  load(): Promise<{ readonly unread: readonly string[] }>;
}

export function createCanaries({ vault, known, newId, random }: CanaryParts): Canaries {
  const held = new Map<string, () => void>();
  const names = (): string[] =>
    vault
      .list()
      .map(({ name }) => name)
      .filter(isCanarySecret);
  const hold = (name: string, value: string): void => {
    held.get(name)?.();
    held.set(name, known.add(value));
  };
  const letGo = (name: string): void => {
    held.get(name)?.();
    held.delete(name);
  };

  return {
    list: () =>
      vault
        .list()
        .filter(({ name }) => isCanarySecret(name))
        .map(({ name, updatedAt }) => ({ name, createdAt: updatedAt })),
    freeName() {
      const taken = new Set(names());
      if (taken.size >= MAX_CANARIES) throw full();
      for (;;) {
        const name = canarySecret(newId());
        if (!taken.has(name)) return name;
      }
    },
    async make(name) {
      const value = canaryValue(random);
      // Looked for before it is stored: no moment in which it exists and may pass.
      hold(name, value);
      try {
        await vault.set(name, value);
      } catch (error) {
        letGo(name);
        throw error;
      }
      return value;
    },
    demand(name) {
      if (!isCanarySecret(name) || !names().includes(name)) throw unknown();
    },
    async remove(name) {
      await vault.remove(name);
      letGo(name);
    },
    async load() {
      const unread: string[] = [];
      for (const name of names()) {
        if (held.has(name)) continue;
        try {
          hold(name, await vault.resolve(`keychain:${name}`));
        } catch {
          unread.push(name);
        }
      }
      return { unread };
    },
  };
}

const full = (): CompanionError =>
  new CompanionError(
    'E_CANARY_FULL',
    `There are ${MAX_CANARIES} canaries already.`,
    'Take some away: "runlayer guard canary list" shows them.',
    { exitCode: 2 },
  );

const unknown = (): CompanionError =>
  new CompanionError(
    'E_CANARY_UNKNOWN',
    'There is no canary of this name.',
    'See which there are with "runlayer guard canary list".',
    { exitCode: 2 },
  );
