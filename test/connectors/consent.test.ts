import { describe, expect, it } from 'vitest';
import { checkConsent, connectorState, consentRequest } from '../../main/connectors/consent.ts';
import { httpHash, programHash } from '../../main/connectors/definition-hash.ts';
import {
  ConsentRequest,
  Connector,
  type HttpDefinition,
  type ProgramDefinition,
} from '../../preload/contract/connector.ts';
import { Failure } from '../../preload/contract/failure.ts';

const definition: ProgramDefinition = {
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
    consent: { hash: programHash(definition, resolved), ...resolved, at: '2026-01-01T00:00:00Z' },
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
      hash: programHash(definition, resolved),
      target: {
        kind: 'program',
        argv: ['npx', '-y', 'thing@1.2.3', "'a b'", String.raw`$'\u{202e}'`],
        path: '/usr/bin/npx',
        realPath: '/usr/lib/npx-cli.js',
        env: ['ALPHA=value-of-alpha', 'ZED=1'],
        secrets: [
          { env: 'API', reference: 'keychain:other', stored: false },
          { env: 'TOKEN', reference: 'keychain:github', stored: true },
        ],
        cwd: '/srv',
      },
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
    expect(odd.target).toMatchObject({
      path: String.raw`/a\u{202e}`,
      realPath: String.raw`/b\u{a}`,
      cwd: String.raw`/\u{1b}[2J`,
    });
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
    expect(bare.target).not.toHaveProperty('cwd');
  });
});

const server: HttpDefinition = {
  url: 'https://mcp.example.com/mcp',
  transport: 'sse',
  headers: { 'X-Team': 'blue', 'X-Note': 'a  b' },
  secrets: { Authorization: 'Bearer keychain:github', 'X-Key': 'keychain:other' },
  oauth: true,
};

function httpConnector(change: Partial<Connector> = {}): Connector {
  return Connector.parse({
    ...connector(),
    definition: server,
    consent: { hash: httpHash(server), at: '2026-01-01T00:00:00Z' },
    ...change,
  });
}

describe('consentRequest for an address', () => {
  it('shows the whole of it: headers with their values, secrets by reference with what stands before them', () => {
    const request = consentRequest({
      name: 'github',
      definition: server,
      default: 'ask',
      risks: [],
      storedSecrets: new Set(['github']),
    });
    expect(ConsentRequest.parse(request)).toEqual({
      connector: 'github',
      hash: httpHash(server),
      target: {
        kind: 'http',
        url: 'https://mcp.example.com/mcp',
        transport: 'sse',
        headers: ['X-Note: a  b', 'X-Team: blue'],
        secrets: [
          { header: 'Authorization', prefix: 'Bearer ', reference: 'keychain:github', stored: true },
          { header: 'X-Key', prefix: '', reference: 'keychain:other', stored: false },
        ],
        oauth: true,
      },
      risks: [],
      default: 'ask',
    });
  });

  it.each([
    [{ id: 'client' }, { id: 'client' }],
    [
      { id: 'client', secret: 'keychain:github' },
      { id: 'client', secret: { reference: 'keychain:github', stored: true } },
    ],
    [
      { id: 'client\u202e', secret: 'keychain:client' },
      { id: String.raw`client\u{202e}`, secret: { reference: 'keychain:client', stored: false } },
    ],
  ])('shows the client id %j with its secret by reference', (oauthClient, shown) => {
    const { target } = consentRequest({
      name: 'x',
      definition: { ...server, oauthClient },
      default: 'ask',
      risks: [],
      storedSecrets: new Set(['github']),
    });
    expect(target).toMatchObject({ oauth: true, oauthClient: shown });
  });

  it('escapes what the schema would not have let through', () => {
    const { target } = consentRequest({
      name: 'x',
      definition: {
        ...server,
        url: 'https://x/\u202e',
        headers: { A: '\u001b[2J' },
        secrets: { B: '\u200bkeychain:x' },
      },
      default: 'ask',
      risks: [],
      storedSecrets: new Set(),
    });
    expect(target).toMatchObject({
      url: String.raw`https://x/\u{202e}`,
      headers: [String.raw`A: \u{1b}[2J`],
      secrets: [{ prefix: String.raw`\u{200b}` }],
    });
  });
});

describe('checkConsent for an address', () => {
  it('passes what was agreed to, whatever programs there are', () => {
    expect(checkConsent(httpConnector(), undefined)).toEqual({ ok: true });
    expect(checkConsent(httpConnector(), resolved)).toEqual({ ok: true });
  });

  const { consent: _yes, ...never } = httpConnector();
  const at = '2026-01-01T00:00:00Z';
  it.each<[string, Connector, string]>([
    ['never consented', never, 'E_CONSENT_MISSING'],
    ...(
      [
        ['the address changed', { url: 'https://mcp.example.com/mcp/' }],
        ['the transport changed', { transport: 'streamable-http' }],
        ['a value changed', { headers: { ...server.headers, 'X-Team': 'red' } }],
        ['a reference changed', { secrets: { ...server.secrets, 'X-Key': 'keychain:github' } }],
        ['OAuth went', { oauth: false }],
      ] satisfies [string, Partial<HttpDefinition>][]
    ).map(([title, change]): [string, Connector, string] => [
      title,
      httpConnector({ definition: { ...server, ...change } }),
      'E_CONSENT_CHANGED',
    ]),
    ['a yes to a program', httpConnector({ consent: connector().consent }), 'E_CONSENT_CHANGED'],
    [
      'a yes to this address that names a program',
      httpConnector({ consent: { hash: httpHash(server), ...resolved, at } }),
      'E_CONSENT_CHANGED',
    ],
    ['a program with a yes to an address', connector({ consent: { hash: httpHash(server), at } }), 'E_CONSENT_CHANGED'],
    [
      'a program with a yes to itself that names no file',
      connector({ consent: { hash: programHash(definition, resolved), at } }),
      'E_CONSENT_CHANGED',
    ],
  ])('%s → refused', (_title, subject, code) => {
    const check = checkConsent(subject, resolved);
    expect(check).toMatchObject({ ok: false, exitCode: 2, failure: { code } });
    if (!check.ok) expect(Failure.parse(check.failure).next).toContain('runlayer connectors edit github');
  });

  it('says "reaches", not "starts"', () => {
    const check = checkConsent(never, undefined);
    expect(check.ok ? '' : check.failure.message).toBe('Nobody has agreed to what connector "github" reaches.');
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
          hash: programHash(definition, resolved),
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
    ['ready', httpConnector(), { paused: false }],
    ['ready', httpConnector(), { paused: false, resolved: undefined }],
    ['disabled', httpConnector({ enabled: false }), { paused: false }],
    ['needs_consent', httpConnector({ definition: { ...server, oauth: false } }), { paused: true }],
    ['paused', httpConnector(), { paused: true }],
  ])('%s', (state, subject, now) => {
    const standing = connectorState(subject, { isSignedIn: () => false, ...now });
    expect(standing.state).toBe(state);
    if (state === 'ready') expect(standing.next).toBeUndefined();
    else expect(standing.next).toMatch(/runlayer connectors \w+ github/);
  });

  describe('of a connector of a tenant', () => {
    const ACME = 'https://acme.runlayer.com';
    const ofTenant = (change: Partial<Connector> = {}): Connector =>
      connector({
        definition: { tenant: ACME, server: '0b8c9f6e-0000-4000-8000-000000000001', title: 'GitHub' },
        consent: { hash: 'a'.repeat(64), at: '2026-01-01T00:00:00Z', program: null, by: 'person' },
        ...change,
      });
    const { consent: _consent, ...notAgreed } = ofTenant();

    it.each<[string, Connector, boolean]>([
      ['ready', ofTenant(), true],
      ['signed_out', ofTenant(), false],
      ['disabled', ofTenant({ enabled: false }), false],
      ['needs_consent', notAgreed, true],
      ['signed_out', notAgreed, false],
    ])('%s', (state, subject, signedIn) => {
      const asked: string[] = [];
      const isSignedIn = (host: string): boolean => {
        asked.push(host);
        return signedIn;
      };
      const standing = connectorState(subject, { paused: false, isSignedIn });
      expect(standing.state).toBe(state);
      expect(asked).toEqual(state === 'disabled' ? [] : [ACME]);
      if (state === 'signed_out') expect(standing.next).toContain(`Sign in with "runlayer login --host ${ACME}"`);
    });
  });
});
