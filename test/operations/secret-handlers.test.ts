import { describe, expect, it } from 'vitest';
import { CompanionError } from '../../preload/contract/index.ts';
import { describeWeakening } from '../../main/operations/describe.ts';
import { secretDescriptions } from '../../main/operations/describe-secrets.ts';
import { createPassphraseAttempts } from '../../main/secrets/passphrase-attempts.ts';
import { aConnector, CLI, memorySettings, memoryVault, PAGE, secretBench } from './fakes.ts';

const VALUE = 'hunter2-hunter2';

/** One connector that gets `token` as T. */
function used() {
  const connector = aConnector('uses');
  return memorySettings({
    connectors: [{ ...connector, definition: { ...connector.definition, secrets: { T: 'keychain:token' } } }],
  });
}

describe('the companion\u2019s own secrets', () => {
  it.each([
    ['audit.head', 'audit verify'],
    ['audit.signing-key', 'audit verify'],
    ['Audit.Signing-Key', 'audit verify'],
    [`tenant.${'0a'.repeat(16)}`, 'runlayer logout'],
    ['oauth.files', 'connectors logout'],
  ])('%s is not removed by name, and has its user', async (name, next) => {
    const vault = memoryVault();
    await vault.set(name, 'value');
    const bench = secretBench({ vault });
    await expect(bench.handlers['secrets.remove']({ name }, CLI)).rejects.toMatchObject({
      code: 'E_SECRET_RESERVED',
      exitCode: 2,
      next: expect.stringContaining(next),
    });
    expect(vault.values.has(name)).toBe(true);
    expect(bench.handlers['secrets.list']({}, CLI)).toMatchObject([
      { name, usedBy: ['the companion'], uses: [{ by: 'companion', name: '', as: '' }] },
    ]);
  });
});

describe('secrets', () => {
  it('are recorded by name, shown with their users, and never come out', async () => {
    const vault = memoryVault();
    const connector = aConnector('uses');
    const bench = secretBench({
      vault,
      settings: memorySettings({
        connectors: [
          { ...connector, definition: { ...connector.definition, secrets: { T: 'keychain:token' } } },
          { ...aConnector('near'), definition: { ...connector.definition, secrets: { T: 'keychain:token2' } } },
          {
            ...aConnector('sends'),
            definition: {
              url: 'https://mcp.example.com/',
              transport: 'sse',
              headers: {},
              secrets: { Authorization: 'Bearer keychain:token' },
              oauth: false,
            },
          },
        ],
      }),
    });
    const set = await bench.handlers['secrets.set']({ name: 'token', value: 'hunter2-hunter2' }, CLI);
    expect(set).toMatchObject({
      name: 'token',
      usedBy: ['uses', 'sends'],
      uses: [
        { by: 'connector', name: 'uses', as: 'T' },
        { by: 'connector', name: 'sends', as: 'Authorization' },
      ],
    });
    expect(vault.values.get('token')).toBe('hunter2-hunter2');
    expect(bench.recorded).toEqual(['secret token set by a test']);
    const list = await bench.handlers['secrets.list']({}, CLI);
    expect(JSON.stringify([set, list, bench.recorded])).not.toContain('hunter2');
    await bench.handlers['secrets.remove']({ name: 'token' }, CLI);
    expect(bench.recorded).toEqual(['secret token set by a test', 'secret token removed by a test']);
  });

  it.each(['oauth.demo', 'oauth.', 'OAuth.demo'])('are never set as the sign-in of a connector: %s', async (name) => {
    const vault = memoryVault();
    const bench = secretBench({ vault });
    await expect(bench.handlers['secrets.set']({ name, value: 'a-token-of-mine' }, CLI)).rejects.toMatchObject({
      code: 'E_SECRET_RESERVED',
    });
    expect([vault.values.size, bench.recorded]).toEqual([0, []]);
  });

  it('that cannot be stored or removed are not recorded as if they were', async () => {
    const vault = { ...memoryVault(), set: () => Promise.reject(new Error('locked')) };
    const bench = secretBench({ vault });
    await expect(Promise.resolve(bench.handlers['secrets.set']({ name: 'a', value: 'v' }, CLI))).rejects.toThrow(
      'locked',
    );
    await expect(Promise.resolve(bench.handlers['secrets.remove']({ name: 'a' }, CLI))).rejects.toMatchObject({
      code: 'E_SECRET_UNKNOWN',
    });
    expect(bench.recorded).toEqual([]);
  });
});

describe('a page', () => {
  it.each([
    ['a name that is free and that nothing refers to', 'fresh', false],
    ['a name that is stored', 'spare', true],
    ['a name that a connector waits for', 'token', true],
    ['a name of the companion, which the handler refuses', 'audit.head', false],
  ])('that stores %s is asked about: %s %s', async (_what, name, isAsked) => {
    const vault = memoryVault();
    await vault.set('spare', 'x');
    const { weakens } = secretBench({ vault, settings: used() });
    expect(weakens['secrets.set']?.({ name, value: VALUE }, PAGE)).toBe(isAsked);
    expect(weakens['secrets.set']?.({ name, value: VALUE }, CLI)).toBe(false);
  });

  it.each([
    ['spare', false],
    ['token', true],
    ['gone', false],
    ['audit.head', false],
  ])('that deletes %s is asked about: %s', async (name, isAsked) => {
    const vault = memoryVault();
    for (const stored of ['spare', 'token', 'audit.head']) await vault.set(stored, 'x');
    const { weakens } = secretBench({ vault, settings: used() });
    expect(weakens['secrets.remove']?.({ name }, PAGE)).toBe(isAsked);
    expect(weakens['secrets.remove']?.({ name }, CLI)).toBe(false);
  });

  it('that makes a vault is asked about, and one that unlocks it is not', () => {
    const { weakens } = secretBench();
    expect(weakens['secrets.createVault']?.({ passphrase: 'x' }, PAGE)).toBe(true);
    expect(weakens['secrets.createVault']?.({ passphrase: 'x' }, CLI)).toBe(false);
    expect(weakens['secrets.unlock']).toBeUndefined();
  });
});

describe('the question', () => {
  it.each([
    ['secrets.set', { name: 'token', value: VALUE }],
    ['secrets.set', { name: 'spare', value: VALUE }],
    ['secrets.set', { name: 'fresh', value: VALUE }],
    ['secrets.remove', { name: 'token' }],
    ['secrets.createVault', { passphrase: VALUE }],
  ] as const)('about %s %j never holds what was typed', async (operation, input) => {
    const vault = memoryVault();
    await vault.set('spare', 'x');
    const { title, detail } = describeWeakening(
      operation,
      input,
      () => '',
      () => undefined,
      secretDescriptions({ settings: used(), vault }),
    );
    expect(`${title}\n${detail}`).not.toContain('hunter2');
    if ('name' in input) expect(title).toContain(`"${input.name}"`);
    if ('name' in input && input.name === 'token') expect(detail).toContain('connector "uses" gets it as T');
  });

  it('without its own words would still not hold it: there are some for each operation that takes a value', () => {
    const described = Object.keys(secretDescriptions({ settings: used(), vault: memoryVault() }));
    expect(described.sort()).toEqual(['secrets.createVault', 'secrets.remove', 'secrets.set']);
  });
});

describe('secrets.unlock', () => {
  it('slows down whoever guesses', async () => {
    let time = 0;
    let asked = 0;
    const vault = {
      ...memoryVault(),
      unlock: () => {
        asked += 1;
        return Promise.reject(new CompanionError('E_VAULT_PASSPHRASE', 'wrong', 'again'));
      },
    };
    const { handlers } = secretBench({ vault, attempts: createPassphraseAttempts(() => time) });
    const guess = () => handlers['secrets.unlock']({ passphrase: 'x' }, PAGE);
    for (let n = 0; n < 3; n += 1) await expect(guess()).rejects.toMatchObject({ code: 'E_VAULT_PASSPHRASE' });
    await expect(guess()).rejects.toMatchObject({ code: 'E_VAULT_WAIT', next: 'Wait 2 seconds, then try again.' });
    expect(asked).toBe(3);
    time += 2000;
    await expect(guess()).rejects.toMatchObject({ code: 'E_VAULT_PASSPHRASE' });
    await expect(guess()).rejects.toMatchObject({ code: 'E_VAULT_WAIT', next: 'Wait 4 seconds, then try again.' });
  });
});
