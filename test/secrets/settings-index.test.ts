import { describe, expect, it } from 'vitest';
import { createSettingsIndex, type SettingsIndex } from '../../main/secrets/settings-index.ts';
import { EMPTY_SETTINGS, type Settings } from '../../main/settings/schema.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import type { SecretEntry } from '../../preload/contract/secret.ts';

const entry = (name: string, hour: number, backend: SecretEntry['backend'] = 'keytar'): SecretEntry => ({
  name,
  backend,
  redactable: true,
  updatedAt: new Date(Date.UTC(2026, 10, 21, hour)).toISOString(),
});

/** The index over settings that refuse every write after a hand-over, as the store does. */
function opened(
  secrets: readonly SecretEntry[],
): SettingsIndex & { readonly otherHostWrites: (secrets: SecretEntry[]) => void } {
  let current: Settings = { ...EMPTY_SETTINGS, secrets: [...secrets] };
  let isClosed = false;
  const { index, handOver } = createSettingsIndex({
    read: () => current,
    update: (_operation, _caller, change) => {
      if (isClosed) throw new CompanionError('E_HANDED_OVER', 'handed over', 'again');
      return (current = change(current));
    },
  });
  return {
    index,
    handOver: () => {
      isClosed = true;
      handOver();
    },
    otherHostWrites: (written) => void (current = { ...current, secrets: written }),
  };
}

describe('the index of secrets', () => {
  it('is in the settings', () => {
    const { index, otherHostWrites } = opened([]);
    void index.write([entry('a', 1)]);
    expect(index.read()).toEqual([entry('a', 1)]);
    otherHostWrites([entry('b', 1)]);
    expect(index.read()).toEqual([entry('b', 1)]);
  });

  describe('after a hand-over', () => {
    it('notes a new value of what is there, until the other host has a newer one or none', () => {
      const { index, handOver, otherHostWrites } = opened([entry('a', 1), entry('b', 1)]);
      handOver();
      void index.write([entry('a', 2), entry('b', 1)]);
      expect(index.read()).toEqual([entry('a', 2), entry('b', 1)]);
      otherHostWrites([entry('a', 1), entry('b', 3)]);
      expect(index.read()).toEqual([entry('a', 2), entry('b', 3)]);
      otherHostWrites([entry('a', 4)]);
      expect(index.read()).toEqual([entry('a', 4)]);
      otherHostWrites([entry('a', 1, 'vault')]);
      expect(index.read()).toEqual([entry('a', 1, 'vault')]);
      otherHostWrites([]);
      expect(index.read()).toEqual([]);
    });

    it.each<[string, SecretEntry[]]>([
      ['a new secret', [entry('a', 1), entry('b', 1)]],
      ['another one in its place', [entry('b', 1)]],
      ['another keychain', [entry('a', 2, 'vault')]],
      ['a removal', []],
    ])('refuses %s', (_title, entries) => {
      const { index, handOver } = opened([entry('a', 1)]);
      handOver();
      expect(() => index.write(entries)).toThrow('handed over');
      expect(index.read()).toEqual([entry('a', 1)]);
    });
  });
});
