import { join } from 'node:path';
import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { createFileVault } from '../../main/secrets/file-vault.ts';
import { createKeychain } from '../../main/secrets/keychain.ts';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { type SecretVault, createSecretVault } from '../../main/secrets/vault.ts';
import type { SecretBackend, SecretEntry } from '../../preload/contract/secret.ts';
import { FakeStore, asKeyring, asKeytar, codeOf, failureOf, fakeTimers, gate, inFolder, settle } from './fakes.ts';

// The passphrase vault is 600,000 rounds of PBKDF2: seconds on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const VALUE = 'Q1w2E3r4-secret-value';
const PASS = 'a long passphrase';

interface Parts {
  keytar?: FakeStore | undefined;
  keyring?: FakeStore | undefined;
  home?: string;
  entries?: SecretEntry[];
}

function setUp({ keytar, keyring, home = '/nonexistent/home', entries = [] }: Parts = {}) {
  const timers = fakeTimers();
  const live = new LiveSecrets();
  const warnings: string[] = [];
  const index = {
    entries: entries as readonly SecretEntry[],
    fail: false,
    read: () => index.entries,
    write: async (next: readonly SecretEntry[]) => {
      await Promise.resolve();
      if (index.fail) throw new Error('EIO');
      index.entries = next;
    },
  };
  let loads = 0;
  let id = 0;
  const load = (module: object | undefined) => (): Promise<object> => {
    loads += 1;
    return module === undefined ? Promise.reject(new Error('absent')) : Promise.resolve(module);
  };
  const vault: SecretVault = createSecretVault({
    installId: 'inst',
    index,
    keychain: createKeychain({
      installId: 'inst',
      after: timers.after,
      newId: () => `id${++id}`,
      platform: 'linux',
      loadKeytar: load(keytar && asKeytar(keytar)),
      loadKeyring: load(keyring && asKeyring(keyring)),
    }),
    file: createFileVault(home),
    live,
    clock: () => new Date('2026-01-02T03:04:05.678Z'),
    after: timers.after,
    warn: (text) => warnings.push(text),
  });
  return { vault, index, timers, live, warnings, loads: () => loads };
}

const entry = (name: string, backend: SecretBackend): SecretEntry => ({
  name,
  backend,
  redactable: true,
  updatedAt: '2026-01-01T00:00:00.000Z',
});

describe('rewriting', () => {
  it('replaces the value where it is, and leaves the index alone', async () => {
    const keytar = new FakeStore('keytar');
    const { vault, index, live } = setUp({ keytar });
    const stored = await vault.set('TOKEN', VALUE);
    index.fail = true;
    await vault.rewrite('TOKEN', 'another-value');
    expect(await vault.resolve('keychain:TOKEN')).toBe('another-value');
    expect(index.entries).toEqual([stored]);
    expect(live.size).toBe(0);
  });

  it('refuses what is not there, what no keychain can hold, and a locked one', async () => {
    const keytar = new FakeStore('keytar');
    const { vault } = setUp({ keytar });
    expect(await codeOf(vault.rewrite('TOKEN', VALUE))).toBe('E_SECRET_UNKNOWN');
    await vault.set('TOKEN', VALUE);
    expect(await codeOf(vault.rewrite('TOKEN', ''))).toBe('E_SECRET_VALUE');
    keytar.locked = true;
    expect(await codeOf(vault.rewrite('TOKEN', 'another-value'))).toBe('E_KEYCHAIN_LOCKED');
    keytar.locked = false;
    expect(await vault.resolve('keychain:TOKEN')).toBe(VALUE);
  });
});

describe('an item of the companion\u2019s own', () => {
  const OWN = 'audit.head';
  it('is found by its account, whatever the index says of it', async () => {
    for (const index of [[], [entry(OWN, 'vault')], [entry(OWN, 'secret-service')]]) {
      await inFolder(async (home) => {
        const keytar = new FakeStore('keytar');
        keytar.items.set(`inst/${OWN}`, VALUE);
        const bench = setUp({ keytar, home, entries: index });
        if (index[0]?.backend === 'vault') writeFileSync(join(home, 'vault.jwe'), 'planted');
        expect(await bench.vault.own(OWN)).toBe(VALUE);
        expect(bench.index.entries).toMatchObject([{ name: OWN, backend: 'keytar' }]);
        await bench.vault.rewrite(OWN, 'another-value');
        expect(await bench.vault.own(OWN)).toBe('another-value');
      });
    }
  });

  it('is believed to be missing only once the keychain proved to be open', async () => {
    const keytar = new FakeStore('keytar');
    const { vault } = setUp({ keytar });
    expect(await vault.own(OWN)).toBeUndefined();
    keytar.locked = true;
    expect(await codeOf(vault.own(OWN))).toBe('E_KEYCHAIN_LOCKED');
    keytar.locked = false;
    keytar.before = (call, account) => {
      if (call === 'get' && account.endsWith(OWN)) throw new Error('it broke');
    };
    expect(await codeOf(vault.own(OWN))).toBe('E_KEYCHAIN_LOCKED');
    expect(await codeOf(setUp({}).vault.own(OWN))).toBe('E_KEYCHAIN_ABSENT');
  });

  it('is asked for once where the keyring is locked: each call may prompt', async () => {
    const keytar = new FakeStore('keytar');
    const keyring = new FakeStore('secret-service');
    const { vault } = setUp({ keytar, keyring });
    const prompt = (): void => {
      throw new Error('prompt dismissed');
    };
    keytar.before = prompt;
    expect(await codeOf(vault.own(OWN))).toBe('E_KEYCHAIN_LOCKED');
    expect([keytar.calls.length, keyring.calls.length]).toEqual([1, 0]);
    expect(vault.peekState().state).toBe('locked');
    keytar.before = () => undefined;
    keytar.items.set(`inst/${OWN}`, VALUE);
    expect(await vault.own(OWN)).toBe(VALUE);
    const { length } = keytar.calls;
    keytar.before = prompt;
    expect(await codeOf(vault.own(OWN))).toBe('E_KEYCHAIN_LOCKED');
    expect([keytar.calls.length, keyring.calls.length]).toEqual([length + 1, 0]);
  });
});

describe('storing', () => {
  it('stores under the install id, reads back, then writes the index', async () => {
    const keytar = new FakeStore('keytar');
    const { vault, index, live } = setUp({ keytar });
    const stored = await vault.set('TOKEN', VALUE);
    expect(stored).toEqual({
      name: 'TOKEN',
      backend: 'keytar',
      redactable: true,
      updatedAt: '2026-01-02T03:04:05.678Z',
    });
    expect(keytar.items).toEqual(new Map([['inst/TOKEN', VALUE]]));
    expect(keytar.calls.slice(3)).toEqual(['set inst/TOKEN', 'get inst/TOKEN']);
    expect(index.entries).toEqual([stored]);
    expect(JSON.stringify(index.entries)).not.toContain(VALUE);
    expect(vault.list()).toEqual([stored]);
    expect(await vault.resolve('keychain:TOKEN')).toBe(VALUE);
    expect(live.size).toBe(0);
  });

  it('says when a value is too plain to be redacted', async () => {
    const { vault } = setUp({ keytar: new FakeStore('keytar') });
    expect(await vault.set('PIN', '1234')).toMatchObject({ redactable: false });
  });

  it('holds the value live while it is written', async () => {
    const keytar = new FakeStore('keytar');
    const { vault, live } = setUp({ keytar });
    const seen: string[] = [];
    keytar.before = (call, account) => void (call === 'set' && account === 'inst/T' && seen.push(live.redact(VALUE)));
    await vault.set('T', VALUE);
    expect(seen).toEqual(['[redacted]']);
    expect(live.size).toBe(0);
  });

  it.each([
    ['', 'E_SECRET_VALUE'],
    [' \t\n', 'E_SECRET_VALUE'],
    ['with\0nul', 'E_SECRET_VALUE'],
    ['lone \ud800 surrogate', 'E_SECRET_VALUE'],
    ['x'.repeat(65_537), 'E_SECRET_VALUE'],
  ])('refuses the value %j', async (value, code) => {
    const keytar = new FakeStore('keytar');
    const { vault } = setUp({ keytar });
    const failure = await failureOf(vault.set('A', value));
    expect(failure).toMatchObject({ code, exitCode: 2 });
    expect(keytar.calls).toEqual([]);
  });

  it.each(['', '.probe', 'a/b', 'a b', '../x', 'ä', 'x'.repeat(129), '-rf'])('refuses the name %j', async (name) => {
    const keytar = new FakeStore('keytar');
    const { vault } = setUp({ keytar });
    expect(await codeOf(vault.set(name, VALUE))).toBe('E_SECRET_NAME');
    expect(await codeOf(vault.remove(name))).toBe('E_SECRET_NAME');
    expect(await codeOf(vault.resolve(`keychain:${name}`))).toBe('E_SECRET_REFERENCE');
    expect(keytar.calls).toEqual([]);
  });

  it('keeps every entry of many writes at once, sorted', async () => {
    const { vault, index } = setUp({ keytar: new FakeStore('keytar') });
    await Promise.all(['C', 'A', 'D', 'B'].map((name) => vault.set(name, `${VALUE}-${name}`)));
    expect(index.entries.map(({ name }) => name)).toEqual(['A', 'B', 'C', 'D']);
  });

  it('refuses, with no trace, what the keychain does not give back unchanged', async () => {
    const keytar = new FakeStore('keytar');
    keytar.before = (call, account) =>
      void (call === 'get' && account === 'inst/A' && keytar.items.set(account, VALUE.slice(0, 5)));
    const { vault, index } = setUp({ keytar });
    const failure = await failureOf(vault.set('A', VALUE));
    expect(failure).toMatchObject({ code: 'E_KEYCHAIN_FAILED', exitCode: 4 });
    expect(keytar.items.size + index.entries.length).toBe(0);
  });

  it('takes the new item back when the index cannot be written', async () => {
    const keytar = new FakeStore('keytar');
    const { vault, index } = setUp({ keytar });
    await vault.set('OLD', VALUE);
    index.fail = true;
    await expect(vault.set('NEW', VALUE)).rejects.toThrow('EIO');
    await expect(vault.set('OLD', `${VALUE}2`)).rejects.toThrow('EIO');
    index.fail = false;
    expect([...keytar.items.keys()]).toEqual(['inst/OLD']);
    // The entry was there before and still names its item: the newer value.
    expect(await vault.resolve('keychain:OLD')).toBe(`${VALUE}2`);
  });

  it('undoes a new item whose write succeeds only after the limit, and asks the keychain anew', async () => {
    const keytar = new FakeStore('keytar');
    const { vault, timers, index } = setUp({ keytar });
    await vault.state();
    const prompt = gate();
    const reached = gate();
    let hang = true;
    keytar.before = (call) => {
      if (call !== 'set' || !hang) return undefined;
      reached.open();
      return prompt.opened;
    };
    const setting = codeOf(vault.set('A', VALUE));
    // The vault's own file is looked at on the real disk before: the clock must not run ahead of it.
    await reached.opened;
    await timers.advance(5000);
    expect(await setting).toBe('E_KEYCHAIN_LOCKED');
    expect(vault.peekState()).toMatchObject({ state: 'locked', backend: 'keytar' });
    expect(vault.hasPendingCall()).toBe(true);
    hang = false;
    prompt.open();
    await vi.waitFor(() => expect(vault.hasPendingCall()).toBe(false));
    await settle();
    expect(keytar.items.size + index.entries.length).toBe(0);
    expect(await vault.set('A', VALUE)).toMatchObject({ backend: 'keytar' });
  });

  it('removes the old copy when a secret moves to another backend', async () => {
    const keyring = new FakeStore('secret-service');
    keyring.items.set('inst/A', 'old');
    const keytar = new FakeStore('keytar');
    const { vault, warnings } = setUp({ keytar, keyring, entries: [entry('A', 'secret-service')] });
    expect(await vault.set('A', VALUE)).toMatchObject({ backend: 'keytar' });
    expect(keyring.items.size).toBe(0);
    expect(await vault.resolve('keychain:A')).toBe(VALUE);
    expect(warnings).toEqual([]);
  });

  it('says so when the old copy could not be removed, and keeps the new one', async () => {
    const { vault, warnings } = setUp({ keytar: new FakeStore('keytar'), entries: [entry('A', 'secret-service')] });
    expect(await vault.set('A', VALUE)).toMatchObject({ backend: 'keytar' });
    expect(warnings).toEqual(['The old copy of the secret "A" could not be deleted from secret-service.']);
  });
});

describe('reading', () => {
  it('touches no keychain for what needs none', async () => {
    const { vault, loads } = setUp({ keytar: new FakeStore('keytar'), entries: [entry('A', 'keytar')] });
    vault.list();
    expect(vault.peekState()).toMatchObject({ backend: null, state: 'unknown' });
    await codeOf(vault.resolve('keychain:UNKNOWN'));
    await codeOf(vault.set('A', ''));
    await codeOf(vault.remove('UNKNOWN'));
    expect(loads()).toBe(0);
  });

  it('asks only for the item: no probe for a secret that is there', async () => {
    const keytar = new FakeStore('keytar');
    keytar.items.set('inst/A', VALUE);
    const { vault } = setUp({ keytar, entries: [entry('A', 'keytar')] });
    expect(await vault.resolve('keychain:A')).toBe(VALUE);
    expect(keytar.calls).toEqual(['get inst/A']);
  });

  it.each(['A', 'keychain:', 'keychain:a b', 'KEYCHAIN:A', 'keychain:A\n', 'keychain:../A', 'vault:A'])(
    'refuses the reference %j',
    async (reference) => {
      const { vault } = setUp({ entries: [entry('A', 'keytar')] });
      expect(await codeOf(vault.resolve(reference))).toBe('E_SECRET_REFERENCE');
    },
  );

  it('an unknown name says how to store it', async () => {
    const failure = await failureOf(setUp().vault.resolve('keychain:TOKEN'));
    expect(failure).toMatchObject({ code: 'E_SECRET_UNKNOWN', exitCode: 4 });
    expect(failure.next).toContain('runlayer secrets set TOKEN');
  });

  it('a library that is gone says what to install', async () => {
    for (const [backend, library] of [
      ['keytar', 'keytar'],
      ['secret-service', '@napi-rs/keyring'],
    ] as const) {
      const failure = await failureOf(setUp({ entries: [entry('A', backend)] }).vault.resolve('keychain:A'));
      expect(failure).toMatchObject({ code: 'E_KEYCHAIN_ABSENT', exitCode: 4 });
      expect(failure.next).toContain(library);
      expect(failure.next).toContain('runlayer secrets vault create');
    }
  });

  it('a keychain that cannot be reached is absent; its own words are not repeated', async () => {
    const keytar = new FakeStore('keytar');
    keytar.before = () => {
      throw new Error(`Cannot autolaunch D-Bus ${VALUE}`);
    };
    const { vault } = setUp({ keytar, entries: [entry('A', 'keytar')] });
    for (const work of [vault.resolve('keychain:A'), vault.remove('A')]) {
      const failure = await failureOf(work);
      expect(failure).toMatchObject({ code: 'E_KEYCHAIN_ABSENT', exitCode: 4 });
      expect(failure.cause).toBeUndefined();
      expect(JSON.stringify(failure.toFailure())).not.toContain(VALUE);
    }
    expect(vault.peekState()).toMatchObject({ state: 'absent', backend: null });
  });

  it('"no such item" from a locked keyring is locked, not missing', async () => {
    const keytar = new FakeStore('keytar');
    keytar.items.set('inst/A', VALUE);
    keytar.locked = true;
    const { vault, index } = setUp({ keytar, entries: [entry('A', 'keytar')] });
    expect(await failureOf(vault.resolve('keychain:A'))).toMatchObject({ code: 'E_KEYCHAIN_LOCKED', exitCode: 4 });
    expect(await codeOf(vault.remove('A'))).toBe('E_KEYCHAIN_LOCKED');
    expect(index.entries).toHaveLength(1);
    expect(vault.peekState()).toMatchObject({ state: 'locked', backend: 'keytar' });
    keytar.locked = false;
    expect(await vault.resolve('keychain:A')).toBe(VALUE);
    expect(vault.peekState().state).toBe('unknown');
    expect((await vault.state()).state).toBe('ready');
  });

  it('"no such item" from an unlocked one is missing', async () => {
    const { vault } = setUp({ keytar: new FakeStore('keytar'), entries: [entry('A', 'keytar')] });
    const failure = await failureOf(vault.resolve('keychain:A'));
    expect(failure).toMatchObject({ code: 'E_SECRET_MISSING', exitCode: 4 });
    expect(failure.next).toContain('runlayer secrets set A');
  });

  it.each(['get', 'set'] as const)('has its answer within 5 s whatever hangs (%s)', async (hanging) => {
    const keytar = new FakeStore('keytar');
    const prompt = gate();
    keytar.before = (call) => (call === hanging ? prompt.opened : undefined);
    const { vault, timers } = setUp({ keytar, entries: [entry('A', 'keytar')] });
    const resolving = codeOf(vault.resolve('keychain:A'));
    await timers.advance(5000);
    expect(await resolving).toBe('E_KEYCHAIN_LOCKED');
    prompt.open();
    await settle();
    expect(keytar.items.size).toBe(0);
    expect(timers.waiting).toBe(0);
  });

  it('has one limit over all: a slow answer that has to be checked does not get a second 5 s', async () => {
    const keytar = new FakeStore('keytar');
    const slow = gate();
    const prompt = gate();
    keytar.before = (call) => (call === 'get' ? slow.opened : prompt.opened);
    const { vault, timers } = setUp({ keytar, entries: [entry('A', 'keytar')] });
    const resolving = codeOf(vault.resolve('keychain:A'));
    await timers.advance(4000);
    slow.open();
    await timers.advance(1000);
    expect(await resolving).toBe('E_KEYCHAIN_LOCKED');
    expect(vault.peekState()).toMatchObject({ state: 'locked', backend: 'keytar' });
    prompt.open();
    await timers.advance(0);
    expect(keytar.items.size).toBe(0);
  });
});

describe('removing', () => {
  it('removes item and entry, once', async () => {
    const keytar = new FakeStore('keytar');
    const { vault, index } = setUp({ keytar });
    await vault.set('A', VALUE);
    await vault.remove('A');
    expect(keytar.items.size + index.entries.length).toBe(0);
    expect(await failureOf(vault.remove('A'))).toMatchObject({ code: 'E_SECRET_UNKNOWN', exitCode: 2 });
  });

  it('drops an entry whose item is truly gone', async () => {
    const { vault, index } = setUp({ keytar: new FakeStore('keytar'), entries: [entry('A', 'keytar')] });
    await vault.remove('A');
    expect(index.entries).toEqual([]);
  });
});

describe('state', () => {
  it('probes once, repeats the answer, and probes again when asked to', async () => {
    const keytar = new FakeStore('keytar');
    keytar.locked = true;
    const { vault } = setUp({ keytar });
    expect(await vault.state()).toMatchObject({ backend: 'keytar', state: 'locked' });
    await vault.state();
    expect(keytar.calls).toHaveLength(1);
    keytar.locked = false;
    expect((await vault.state()).state).toBe('locked');
    expect(await vault.state({ again: true })).toMatchObject({ backend: 'keytar', state: 'ready' });
    expect(vault.peekState().state).toBe('ready');
  });

  it('absent says what to do, and storing is refused, never done elsewhere', async () =>
    inFolder(async (home) => {
      const { vault, index } = setUp({ home });
      const state = await vault.state();
      expect(state).toMatchObject({ backend: null, state: 'absent' });
      expect(state.detail).toContain('runlayer secrets vault create');
      expect(await codeOf(vault.set('A', VALUE))).toBe('E_KEYCHAIN_ABSENT');
      expect(index.entries).toEqual([]);
    }));

  it('storing asks a keychain that was locked again', async () => {
    const keytar = new FakeStore('keytar');
    keytar.locked = true;
    const { vault } = setUp({ keytar });
    expect(await codeOf(vault.set('A', VALUE))).toBe('E_KEYCHAIN_LOCKED');
    keytar.locked = false;
    expect(await vault.set('A', VALUE)).toMatchObject({ backend: 'keytar' });
  });
});

describe('the passphrase vault', () => {
  it('holds what is stored once a person made it, and what was in the keychain stays readable', async () =>
    inFolder(async (home) => {
      const keytar = new FakeStore('keytar');
      const { vault } = setUp({ keytar, home });
      await vault.set('OLD', VALUE);
      expect(await vault.createVault(PASS)).toMatchObject({ backend: 'vault', state: 'ready' });
      expect(await vault.set('NEW', VALUE)).toMatchObject({ backend: 'vault' });
      expect(await vault.resolve('keychain:NEW')).toBe(VALUE);
      expect(await vault.resolve('keychain:OLD')).toBe(VALUE);
      expect([...keytar.items.keys()]).toEqual(['inst/OLD']);
      await vault.set('OLD', `${VALUE}2`);
      expect(keytar.items.size).toBe(0);
      expect(await codeOf(vault.createVault(PASS))).toBe('E_VAULT_EXISTS');
    }));

  it('after a restart is locked until it is unlocked, and no keychain is asked in its place', async () =>
    inFolder(async (home) => {
      const first = setUp({ home });
      await first.vault.createVault(PASS);
      await first.vault.set('A', VALUE);
      const keytar = new FakeStore('keytar');
      const { vault, timers } = setUp({ home, keytar, entries: [...first.index.entries] });
      const failure = await failureOf(vault.resolve('keychain:A'));
      expect(failure).toMatchObject({ code: 'E_KEYCHAIN_LOCKED', exitCode: 4 });
      expect(failure.next).toContain('runlayer secrets unlock');
      expect(await codeOf(vault.set('B', VALUE))).toBe('E_KEYCHAIN_LOCKED');
      expect(await vault.state()).toMatchObject({ backend: 'vault', state: 'locked' });
      expect(await codeOf(vault.unlock('not the passphrase'))).toBe('E_VAULT_PASSPHRASE');
      expect(await vault.unlock(PASS)).toMatchObject({ backend: 'vault', state: 'ready' });
      expect(await vault.resolve('keychain:A')).toBe(VALUE);
      expect(keytar.calls).toEqual([]);
      expect(timers.waiting).toBe(0);
    }));

  it('gone or never there, each says so', async () =>
    inFolder(async (home) => {
      const { vault } = setUp({ home });
      expect(await codeOf(vault.unlock(PASS))).toBe('E_VAULT_ABSENT');
      await vault.createVault(PASS);
      await vault.set('A', VALUE);
      rmSync(join(home, 'vault.jwe'));
      const failure = await failureOf(vault.resolve('keychain:A'));
      expect(failure).toMatchObject({ code: 'E_KEYCHAIN_ABSENT', exitCode: 4 });
      expect(failure.next).toContain('runlayer secrets vault create');
      expect(await codeOf(vault.set('A', VALUE))).toBe('E_KEYCHAIN_ABSENT');
    }));
});
