import { describe, expect, it } from 'vitest';
import { checkConsent, connectorState, consentRequest } from '../../main/connectors/consent.ts';
import { definitionHash } from '../../main/connectors/definition-hash.ts';
import { ConsentRequest, Connector, type ConnectorDefinition } from '../../preload/contract/connector.ts';
import { Failure } from '../../preload/contract/failure.ts';

const definition: ConnectorDefinition = {
  command: 'npx',
  args: ['-y', 'thing@1.2.3', 'a b', '\u202e'],
  env: { ZED: '1', ALPHA: 'value-of-alpha' },
  secrets: { TOKEN: 'keychain:github', API: 'keychain:other' },
  cwd: '/srv',
};
const resolved = { path: '/usr/bin/npx', realPath: '/usr/lib/npx-cli.js' };

function connector(change: Partial<Connector> = {}): Connector {
  return Connector.parse({
    name: 'github',
    definition,
    default: 'ask',
    enabled: true,
    consent: { hash: definitionHash(definition, resolved), ...resolved, at: '2026-01-01T00:00:00Z' },
    createdAt: '2026-01-01T00:00:00Z',
    ...change,
  });
}

function withoutConsent(): Connector {
  const { consent: _consent, ...rest } = connector();
  return rest;
}

describe('consentRequest', () => {
  const request = consentRequest({
    name: 'github',
    definition,
    resolved,
    default: 'ask',
    risks: [],
    storedSecrets: new Set(['github']),
  });

  it('shows the whole argv, escaped, what its environment says, and which secrets are there', () => {
    expect(ConsentRequest.parse(request)).toEqual({
      connector: 'github',
      hash: definitionHash(definition, resolved),
      argv: ['npx', '-y', 'thing@1.2.3', "'a b'", String.raw`$'\u{202e}'`],
      path: '/usr/bin/npx',
      realPath: '/usr/lib/npx-cli.js',
      env: ['ALPHA=value-of-alpha', 'ZED=1'],
      secrets: [
        { env: 'API', reference: 'keychain:other', stored: false },
        { env: 'TOKEN', reference: 'keychain:github', stored: true },
      ],
      cwd: '/srv',
      risks: [],
      default: 'ask',
    });
  });

  it('escapes paths', () => {
    const odd = consentRequest({
      name: 'x',
      definition: { ...definition, cwd: '/\u001b[2J' },
      resolved: { path: '/a\u202e', realPath: '/b\n' },
      default: 'deny',
      risks: [],
      storedSecrets: new Set(),
    });
    expect([odd.path, odd.realPath, odd.cwd]).toEqual([
      String.raw`/a\u{202e}`,
      String.raw`/b\u{a}`,
      String.raw`/\u{1b}[2J`,
    ]);
  });

  it('leaves cwd out where there is none', () => {
    const { cwd: _cwd, ...rest } = definition;
    const bare = consentRequest({
      name: 'x',
      definition: rest,
      resolved,
      default: 'deny',
      risks: [],
      storedSecrets: new Set(),
    });
    expect(bare).not.toHaveProperty('cwd');
  });
});

describe('checkConsent', () => {
  it('passes what was agreed to', () => {
    expect(checkConsent(connector(), resolved)).toEqual({ ok: true });
  });

  it.each([
    ['never consented', withoutConsent(), resolved, 'E_CONSENT_MISSING'],
    [
      'argument changed',
      connector({ definition: { ...definition, args: ['-y', 'thing@1.2.4'] } }),
      resolved,
      'E_CONSENT_CHANGED',
    ],
    [
      'variable changed',
      connector({ definition: { ...definition, env: { ...definition.env, ZED: '2' } } }),
      resolved,
      'E_CONSENT_CHANGED',
    ],
    [
      'reference changed',
      connector({ definition: { ...definition, secrets: { TOKEN: 'keychain:other' } } }),
      resolved,
      'E_CONSENT_CHANGED',
    ],
    ['not Unicode', connector({ definition: { ...definition, args: ['\ud800'] } }), resolved, 'E_CONSENT_CHANGED'],
    [
      'stored path changed with it',
      connector({
        consent: {
          hash: definitionHash(definition, resolved),
          path: '/evil',
          realPath: '/evil',
          at: '2026-01-01T00:00:00Z',
        },
      }),
      { path: '/evil', realPath: '/evil' },
      'E_CONSENT_CHANGED',
    ],
    ['program gone', connector(), undefined, 'E_COMMAND_MISSING'],
    ['resolves elsewhere', connector(), { path: '/repo/npx', realPath: resolved.realPath }, 'E_COMMAND_MOVED'],
    ['content replaced', connector(), { ...resolved, sha256: 'a'.repeat(64) }, 'E_COMMAND_CHANGED'],
    ['link leads elsewhere', connector(), { path: resolved.path, realPath: '/repo/x' }, 'E_COMMAND_MOVED'],
  ])('%s → %s', (_title, subject, now, code) => {
    const check = checkConsent(subject, now);
    expect(check).toMatchObject({ ok: false, exitCode: 2, failure: { code } });
    if (check.ok) return;
    expect(Failure.parse(check.failure).next).toContain('runlayer connectors edit github');
  });
});

describe('connectorState', () => {
  it.each([
    ['ready', connector(), { paused: false }],
    ['disabled', connector({ enabled: false }), { paused: true }],
    ['needs_consent', withoutConsent(), { paused: true }],
    ['needs_consent', connector(), { paused: false, resolved: undefined }],
    ['paused', connector(), { paused: true, resolved }],
  ])('%s', (state, subject, now) => {
    const standing = connectorState(subject, now);
    expect(standing.state).toBe(state);
    if (state === 'ready') expect(standing.next).toBeUndefined();
    else expect(standing.next).toMatch(/runlayer connectors \w+ github/);
  });
});
