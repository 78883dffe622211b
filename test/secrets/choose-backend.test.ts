import { describe, expect, it } from 'vitest';
import { classifyStoreError } from '../../main/secrets/choose-backend.ts';
import { StoreTimeout } from '../../main/secrets/bounded-store.ts';
import { type Keychain, createKeychain } from '../../main/secrets/keychain.ts';
import { openKeytarStore } from '../../main/secrets/keytar-store.ts';
import { openSecretServiceStore } from '../../main/secrets/secret-service-store.ts';
import { FakeStore, asKeyring, asKeytar, fakeTimers, gate, settle } from './fakes.ts';

const absent = (): Promise<never> => Promise.reject(new Error('Cannot find module'));

function setUp(options: { keytar?: FakeStore; keyring?: FakeStore; platform?: NodeJS.Platform }) {
  const timers = fakeTimers();
  let id = 0;
  const loads: string[] = [];
  const keychain: Keychain = createKeychain({
    installId: 'inst',
    after: timers.after,
    newId: () => `id${++id}`,
    platform: options.platform ?? 'linux',
    loadKeytar: () => (loads.push('keytar'), options.keytar ? Promise.resolve(asKeytar(options.keytar)) : absent()),
    loadKeyring: () => (
      loads.push('keyring'),
      options.keyring ? Promise.resolve(asKeyring(options.keyring)) : absent()
    ),
  });
  return { timers, keychain, loads };
}

const failing = (id: 'keytar' | 'secret-service', message: string): FakeStore => {
  const store = new FakeStore(id);
  store.before = () => {
    throw new Error(message);
  };
  return store;
};

describe('choosing a keychain', () => {
  it('loads nothing before it is asked, and each library once', async () => {
    const { keychain, loads } = setUp({});
    expect(loads).toEqual([]);
    await keychain.choose();
    await keychain.choose();
    expect(loads).toEqual(['keytar', 'keyring']);
  });

  it('takes keytar when both work, and leaves nothing behind', async () => {
    const keytar = new FakeStore('keytar');
    const keyring = new FakeStore('secret-service');
    const { keychain, timers } = setUp({ keytar, keyring });
    const choice = await keychain.choose();
    expect(choice).toMatchObject({ kind: 'ready', store: { id: 'keytar' } });
    expect(keytar.calls).toEqual(['set inst/.probe-id1', 'get inst/.probe-id1', 'delete inst/.probe-id1']);
    expect(keytar.items.size + keyring.calls.length + timers.waiting).toBe(0);
  });

  it('takes @napi-rs/keyring when keytar is absent, or cannot reach a keychain', async () => {
    const noBus = failing('keytar', 'Cannot autolaunch D-Bus without X11 $DISPLAY');
    for (const keytar of [undefined, noBus]) {
      const keyring = new FakeStore('secret-service');
      const { keychain } = setUp({ keyring, ...(keytar && { keytar }) });
      expect(await keychain.choose()).toMatchObject({ kind: 'ready', store: { id: 'secret-service' } });
    }
  });

  it('says locked, and does not ask the second library to prompt for the same keyring', async () => {
    const keytar = new FakeStore('keytar');
    keytar.locked = true;
    const keyring = new FakeStore('secret-service');
    const { keychain } = setUp({ keytar, keyring });
    expect(await keychain.choose()).toMatchObject({
      kind: 'locked',
      id: 'keytar',
      next: expect.stringContaining('Unlock your login keyring') as unknown,
    });
    expect(keyring.calls).toEqual([]);
  });

  it.each<[NodeJS.Platform, string]>([
    ['linux', 'Install and start a keyring'],
    ['darwin', 'Reinstall the companion'],
    ['win32', 'Reinstall the companion'],
  ])('says absent on %s, with what to do', async (platform, advice) => {
    const choice = await setUp({ platform }).keychain.choose();
    expect(choice.kind).toBe('absent');
    expect(choice.detail).toContain('no keychain library could be loaded');
    expect(choice.next).toContain(advice);
    expect(choice.next).toContain('runlayer secrets vault create');
  });

  it.each(['set', 'get', 'delete'] as const)(
    'gives up after 5 s when the %s hangs, and cleans up when it ends',
    async (hanging) => {
      const keytar = new FakeStore('keytar');
      const prompt = gate();
      let hang = true;
      keytar.before = (call) => (call === hanging && hang ? prompt.opened : undefined);
      const { keychain, timers } = setUp({ keytar });
      const choosing = keychain.choose();
      await timers.advance(4999);
      await timers.advance(1);
      expect(await choosing).toMatchObject({ kind: 'locked', id: 'keytar' });
      expect(keychain.hasPendingCall()).toBe(true);
      hang = false;
      prompt.open();
      await settle();
      expect(keytar.items.size).toBe(0);
      expect(keychain.hasPendingCall()).toBe(false);
      expect(await keychain.choose()).toMatchObject({ kind: 'ready' });
    },
  );

  it('asks again while the first question still hangs without a second native call', async () => {
    const keytar = new FakeStore('keytar');
    const prompt = gate();
    keytar.before = () => prompt.opened;
    const { keychain, timers } = setUp({ keytar });
    for (let turn = 0; turn < 10; turn += 1) {
      const choosing = keychain.choose();
      await timers.advance(5000);
      expect((await choosing).kind).toBe('locked');
    }
    expect(keytar.calls).toEqual(['set inst/.probe-id1']);
    prompt.open();
    await settle();
    expect(keytar.items.size).toBe(0);
  });

  it('shares one probe among callers at the same time', async () => {
    const keytar = new FakeStore('keytar');
    const { keychain } = setUp({ keytar });
    await Promise.all([keychain.choose(), keychain.choose(), keychain.choose()]);
    expect(keytar.calls).toHaveLength(3);
  });

  it('does not trust a keychain that gives back something else', async () => {
    const keytar = new FakeStore('keytar');
    keytar.before = (call, account) => void (call === 'get' && keytar.items.set(account, 'other'));
    expect(await setUp({ keytar }).keychain.choose()).toMatchObject({ kind: 'absent' });
  });
});

describe('what a library error means', () => {
  // Messages as keytar 7.9 and @napi-rs/keyring 2.1 gave them with gnome-keyring 42.
  it.each([
    ['locked', 'Cannot create an item in a locked collection'],
    ['locked', 'Object does not exist at path “/org/freedesktop/secrets/collection/login”'],
    ['locked', "Couldn't access platform storage: Secret Service: no result found"],
    ['locked', "Couldn't access platform storage: Secret Service: unlock prompt was dismissed"],
    ['locked', 'User interaction is not allowed.'],
    ['absent', 'Cannot autolaunch D-Bus without X11 $DISPLAY'],
    ['absent', 'Platform failure: DBus error: Using X11 for dbus-daemon autolaunch was disabled at compile time'],
    ['absent', 'The name org.freedesktop.secrets was not provided by any .service files'],
    ['absent', ''],
  ])('%s: %s', (kind, message) => {
    expect(classifyStoreError(new Error(message)).kind).toBe(kind);
  });

  it('a time-out is locked; what is no error is absent; control characters never reach a person', () => {
    expect(classifyStoreError(new StoreTimeout(5000)).kind).toBe('locked');
    expect(classifyStoreError('text')).toEqual({ kind: 'absent', reason: 'it failed without a reason' });
    const { reason } = classifyStoreError(new Error(`\u001b[31mred\u202e\n${'x'.repeat(9999)}`));
    expect(reason).toMatch(/^ \[31mred {2}x+$/);
    expect(reason.length).toBe(200);
  });
});

describe('libraries', () => {
  it.each([
    ['not installed', () => Promise.reject(new Error("Cannot find package 'keytar'"))],
    ['something else', () => Promise.resolve({ default: { getPassword: 'no function' } })],
    ['null', () => Promise.resolve(null)],
    ['a string', () => Promise.resolve('keytar')],
  ])('%s is absent, not a crash', async (_name, load) => {
    expect(await openKeytarStore(load)).toBeUndefined();
    expect(await openSecretServiceStore(load)).toBeUndefined();
  });

  it('pins @napi-rs/keyring to the secret service in every call, under our service name', async () => {
    const made: unknown[][] = [];
    class AsyncEntry {
      constructor(...args: unknown[]) {
        made.push(args);
      }
      getPassword = (): Promise<null> => Promise.resolve(null);
      setPassword = (): Promise<void> => Promise.resolve();
      deletePassword = (): Promise<boolean> => Promise.resolve(false);
    }
    const store = await openSecretServiceStore(() => Promise.resolve({ AsyncEntry }));
    expect(await store?.get('a')).toBeUndefined();
    await store?.set('a', '1');
    expect(await store?.delete('a')).toBe(false);
    expect(made).toEqual(
      Array.from({ length: 3 }, () => ['runlayer-companion', 'a', { linux: { store: 'secret-service' } }]),
    );
  });

  it('turns a throwing constructor into a rejection', async () => {
    function AsyncEntry(): never {
      throw new Error('Platform failure');
    }
    const store = await openSecretServiceStore(() => Promise.resolve({ AsyncEntry }));
    await expect(store?.get('a')).rejects.toThrow('Platform failure');
  });

  it('gives keytar our service name', async () => {
    const calls: unknown[][] = [];
    const record =
      (answer: unknown) =>
      (...args: unknown[]) => (calls.push(args), Promise.resolve(answer));
    const module = { getPassword: record(null), setPassword: record(undefined), deletePassword: record(true) };
    const store = await openKeytarStore(() => Promise.resolve({ default: module }));
    expect(await store?.get('a')).toBeUndefined();
    await store?.set('a', '1');
    await store?.delete('a');
    expect(calls).toEqual([
      ['runlayer-companion', 'a'],
      ['runlayer-companion', 'a', '1'],
      ['runlayer-companion', 'a'],
    ]);
  });
});
