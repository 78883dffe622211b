import { describe, expect, it } from 'vitest';
import {
  isOwn,
  keychainCard,
  missingSecrets,
  nameOfReference,
  nameProblem,
  ownPurpose,
  placeText,
} from '../../renderer/features/secrets/secrets-model.ts';
import type { ConnectorTarget, ConnectorView } from '../../preload/contract/connector.ts';
import { SecretName } from '../../preload/contract/connector.ts';

function connector(name: string, target: ConnectorTarget): ConnectorView {
  return { name, target, default: 'ask', enabled: true, state: 'ready', sessions: 0, createdAt: '' };
}
const program = (secrets: Record<string, string>): ConnectorTarget => ({
  kind: 'program',
  argv: ['x'],
  envNames: [],
  secrets,
});

describe('what is missing', () => {
  it('is what a connector names and nobody stored, each once, by name', () => {
    const all = [
      connector('b', program({ T: 'keychain:token', U: 'keychain:token', V: 'keychain:stored' })),
      connector('a', {
        kind: 'http',
        url: 'https://x.example/',
        transport: 'streamable-http',
        headerNames: [],
        secrets: { Authorization: 'Bearer keychain:token' },
        oauth: true,
        oauthClient: { id: 'c', secret: 'keychain:client' },
      }),
      connector('t', { kind: 'tenant', host: 'https://acme.example', server: 'x', title: 'X' }),
    ];
    expect(missingSecrets(all, [{ name: 'stored' }])).toEqual([
      { name: 'client', wantedBy: ['a'] },
      { name: 'token', wantedBy: ['b', 'a'] },
    ]);
  });

  it.each([
    ['keychain:a', 'a'],
    ['Bearer keychain:a.b-c', 'a.b-c'],
    ['keychain:keychain', 'keychain'],
  ])('a reference %s names %s', (reference, name) => {
    expect(nameOfReference(reference)).toBe(name);
  });
});

describe('a secret', () => {
  it.each([
    [{ by: 'connector', name: 'files', as: 'TOKEN' }, 'files (TOKEN)'],
    [{ by: 'binding', name: 'b00000001', as: 'Authorization' }, 'hub token b00000001 (Authorization)'],
    [{ by: 'audit_endpoint', name: '', as: 'Authorization' }, 'delivery of the audit trail'],
    [{ by: 'companion', name: '', as: '' }, 'the companion'],
  ] as const)('%j goes to %s', (use, text) => {
    expect(placeText(use)).toBe(text);
    expect(isOwn({ uses: [use] })).toBe(use.by === 'companion');
  });

  it.each([
    ['tenant.0a', 'tenant'],
    ['oauth.github', 'connector github'],
    ['canary.0123456789abcdef', 'planted'],
    ['audit.signing-key', 'Signs'],
    ['audit.head', 'end is cut'],
  ])('of the companion, %s, says what it is for', (name, text) => {
    expect(ownPurpose(name)).toContain(text);
  });

  it.each(['a', 'A.b-c_9', '', ' ', '-a', 'a b', 'a/b', 'é', 'x'.repeat(128), 'x'.repeat(129), 'taken'])(
    'may be named %j where the contract says so and nobody has it',
    (name) => {
      const fits = SecretName.safeParse(name).success && name !== 'taken';
      // An empty field is no mistake yet.
      expect(nameProblem(name, ['taken']) === undefined).toBe(fits || name === '');
    },
  );
});

describe('the keychain', () => {
  it.each([
    ['ready', 'keytar', 'good', ['create']],
    ['ready', 'vault', 'good', []],
    ['locked', 'vault', 'warn', ['unlock']],
    ['locked', 'keytar', 'warn', ['again', 'create']],
    ['absent', null, 'bad', ['again', 'create']],
    ['unknown', null, 'plain', ['again']],
  ] as const)('%s in %s is %s and offers %j', (state, backend, tone, offers) => {
    expect(keychainCard({ state, backend, detail: 'why' })).toMatchObject({ tone, offers });
  });
});
