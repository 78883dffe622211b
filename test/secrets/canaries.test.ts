import { describe, expect, it } from 'vitest';
import { MAX_CANARIES, createCanaries, type CanaryParts } from '../../main/secrets/canaries.ts';
import { canaryValue } from '../../main/secrets/canary-value.ts';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { isReservedSecret } from '../../main/secrets/reserved-names.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import type { SecretEntry } from '../../preload/contract/secret.ts';
import { codeOf } from './fakes.ts';

const LOCKED = new CompanionError('E_KEYCHAIN_LOCKED', 'It is locked.', 'Unlock it.');

/** A vault in memory that may be locked. */
function aVault() {
  const items = new Map<string, string>();
  const entries: SecretEntry[] = [];
  const state = { locked: false };
  const open = async (): Promise<void> => {
    await Promise.resolve();
    if (state.locked) throw LOCKED;
  };
  const vault: CanaryParts['vault'] = {
    list: () => [...entries],
    async set(name, value) {
      await open();
      const entry = { name, backend: 'keytar', redactable: true, updatedAt: '2026-01-02T03:04:05.000Z' } as const;
      items.set(name, value);
      entries.push(entry);
      return entry;
    },
    async remove(name) {
      await open();
      items.delete(name);
      entries.splice(
        entries.findIndex((entry) => entry.name === name),
        1,
      );
    },
    async resolve(reference) {
      await open();
      return items.get(reference.slice('keychain:'.length)) ?? '';
    },
  };
  return { vault, items, entries, state };
}

/** Numbers in a row that cover every limit. */
function counting(): (limit: number) => number {
  let state = 7;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state >>> 8) % limit;
  };
}

function bench(shared = aVault()) {
  const known = new LiveSecrets();
  let id = 0;
  const newId = (): string => (++id).toString(16).padStart(16, '0');
  return { ...shared, known, canaries: createCanaries({ vault: shared.vault, known, newId, random: counting() }) };
}

describe('a canary', () => {
  it('is kept under a name of the companion, looked for, and listed without its value', async () => {
    const { canaries, known, items } = bench();
    const name = canaries.freeName();
    const value = await canaries.make(name);
    expect(isReservedSecret(name)).toBe(true);
    expect(items.get(name)).toBe(value);
    expect(known.redact(`a ${value} b`)).toBe('a [redacted] b');
    expect(canaries.list()).toEqual([{ name, createdAt: '2026-01-02T03:04:05.000Z' }]);
    expect(JSON.stringify(canaries.list())).not.toContain(value);
  });

  it('that could not be stored is not looked for, and says why', async () => {
    const { canaries, known, state, items } = bench();
    state.locked = true;
    expect(await codeOf(canaries.make(canaries.freeName()))).toBe('E_KEYCHAIN_LOCKED');
    expect(known.size).toBe(0);
    expect(items.size).toBe(0);
  });

  it('is looked for again after a restart, and after an unlock where that comes later', async () => {
    const first = bench();
    const name = first.canaries.freeName();
    const value = await first.canaries.make(name);
    const second = bench(first);
    second.state.locked = true;
    expect(await second.canaries.load()).toEqual({ unread: [name] });
    expect(second.known.redact(value)).toBe(value);
    second.state.locked = false;
    expect(await second.canaries.load()).toEqual({ unread: [] });
    expect(await second.canaries.load()).toEqual({ unread: [] });
    expect(second.known.redact(value)).toBe('[redacted]');
  });

  it('that is removed passes, and until then it does not', async () => {
    const { canaries, known, state } = bench();
    const name = canaries.freeName();
    const value = await canaries.make(name);
    state.locked = true;
    expect(await codeOf(canaries.remove(name))).toBe('E_KEYCHAIN_LOCKED');
    expect(known.redact(value)).toBe('[redacted]');
    state.locked = false;
    await canaries.remove(name);
    expect(known.size).toBe(0);
    expect(canaries.list()).toEqual([]);
  });

  it('is never another secret of the companion or of a person', async () => {
    const { canaries, entries, vault } = bench();
    for (const name of ['audit.head', 'GITHUB_TOKEN', 'canary.mine']) await vault.set(name, 'x');
    expect(entries).toHaveLength(3);
    expect(canaries.list()).toEqual([]);
    expect(await canaries.load()).toEqual({ unread: [] });
    for (const name of ['audit.head', 'GITHUB_TOKEN', 'canary.mine', `canary.${'0'.repeat(16)}`]) {
      expect(() => canaries.demand(name)).toThrow(expect.objectContaining({ code: 'E_CANARY_UNKNOWN' }));
    }
  });

  it('has a name that nothing has, and is one of a bounded number', () => {
    const { canaries, entries } = bench();
    const take = (): void => {
      const entry = { name: canaries.freeName(), backend: 'keytar', redactable: true } as const;
      entries.push({ ...entry, updatedAt: '2026-01-02T03:04:05.000Z' });
    };
    entries.push({
      name: `canary.${'0'.repeat(15)}1`,
      backend: 'keytar',
      redactable: true,
      updatedAt: '2026-01-01T00:00:00.000Z',
    });
    for (let count = 1; count < MAX_CANARIES; count += 1) take();
    expect(new Set(entries.map(({ name }) => name)).size).toBe(MAX_CANARIES);
    expect(take).toThrow(expect.objectContaining({ code: 'E_CANARY_FULL' }));
  });
});

describe('the value of a canary', () => {
  it('can be found in text, differs each time, and has no mark of its own', () => {
    const random = counting();
    const live = new LiveSecrets();
    const values = Array.from({ length: 200 }, () => canaryValue(random));
    expect(new Set(values).size).toBe(200);
    expect(values.every((value) => live.isRedactable(value))).toBe(true);
    expect(new Set(values.map(({ length }) => length)).size).toBeGreaterThan(4);
    for (const value of values) expect(value).not.toMatch(/canary|runlayer|companion/i);
    const beginnings = Map.groupBy(values, (value) => value.slice(0, 3));
    expect(Math.max(...[...beginnings.values()].map((group) => group.length))).toBeLessThan(60);
  });
});
