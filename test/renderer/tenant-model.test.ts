import { describe, expect, it } from 'vitest';
import type { ConsentRequest } from '../../preload/contract/connector.ts';
import { TenantHost, type TenantSignIn, type TenantView } from '../../preload/contract/tenant.ts';
import {
  consentLines,
  hostOf,
  pageToOpen,
  signInFailure,
  tenantSaid,
} from '../../renderer/features/settings/tenant-model.ts';

describe('an address that somebody types', () => {
  it.each([
    ['https://acme.runlayer.com', 'https://acme.runlayer.com'],
    [' https://ACME.runlayer.com/ ', 'https://acme.runlayer.com'],
    ['acme.runlayer.com', 'https://acme.runlayer.com'],
    ['https://acme.runlayer.com:8443', 'https://acme.runlayer.com:8443'],
    ['http://127.0.0.1:4800', 'http://127.0.0.1:4800'],
    ['', undefined],
    ['not an address', undefined],
    ['https://acme.runlayer.com/login', undefined],
    ['https://acme.runlayer.com?x', undefined],
    ['https://a:b@acme.runlayer.com', undefined],
    ['javascript:alert(1)', undefined],
    ['ftp://acme.runlayer.com', undefined],
  ])('%j is %s', (typed, host) => {
    expect(hostOf(typed)).toBe(host);
    if (host !== undefined) expect(TenantHost.safeParse(host).success).toBe(true);
  });
});

describe('the page of a sign-in', () => {
  const signIn: TenantSignIn = {
    id: 'x',
    host: 'https://acme.example',
    userCode: 'AAAA-BBBB',
    verificationUri: 'https://acme.example/device',
    verificationUriComplete: 'https://acme.example/device?c=1',
    expiresAt: '',
  };

  it.each([
    [{}, 'https://acme.example/device?c=1'],
    [{ verificationUriComplete: '' }, 'https://acme.example/device'],
    [{ verificationUriComplete: 'javascript:alert(1)' }, undefined],
    [{ verificationUriComplete: '', verificationUri: 'data:text/html,x' }, undefined],
  ])('of %j is %s', (change, address) => {
    expect(pageToOpen({ ...signIn, ...change })).toBe(address);
  });

  it('that did not come about says what can be done here, not at a terminal', () => {
    const failure = { code: 'E_KEYCHAIN_LOCKED', message: 'Locked.', next: 'run "runlayer secrets vault create"' };
    expect(signInFailure(failure)).toEqual({ ...failure, next: expect.stringContaining('Secrets page') as string });
    const other = { code: 'E_OTHER', message: 'm', next: 'n' };
    expect(signInFailure(other)).toEqual(other);
  });
});

describe('a tenant', () => {
  const tenant: TenantView = {
    host: 'https://acme.example',
    signedInAt: '',
    isDefault: true,
    credential: 'ok',
    state: 'ok',
    problem: '',
  };
  it.each([
    [{}, 'good', 'Signed in'],
    [{ state: 'unknown' }, 'plain', 'Signed in'],
    [{ state: 'unreachable' }, 'warn', 'Cannot be reached'],
    [{ state: 'unauthorized' }, 'bad', 'Key refused'],
    [{ credential: 'missing', state: 'ok' }, 'bad', 'Key missing'],
    [{ credential: 'environment' }, 'good', 'Signed in'],
  ] as const)('%j is %s: %s', (change, tone, badge) => {
    expect(tenantSaid({ ...tenant, ...change })).toMatchObject({ tone, badge });
  });
});

describe('what is agreed to', () => {
  const request = (runs: Extract<ConsentRequest['target'], { kind: 'tenant' }>['runs']): ConsentRequest => ({
    connector: 'x',
    hash: 'h',
    target: {
      kind: 'tenant',
      host: 'https://acme.example',
      server: '1b4e28ba-2fa1-41d2-883f-0016d3cca427',
      title: 'X',
      version: 1,
      runs,
      application: null,
    },
    risks: [],
    default: 'allow',
  });

  it('is every word of a command, and what it gets', () => {
    const lines = consentLines(
      request({
        kind: 'program',
        argv: ['npx', '-y', 'x@1'],
        path: '/bin/npx',
        realPath: '/lib/npx.js',
        env: ['A=1'],
        secrets: [{ env: 'T', reference: 'keychain:t', stored: false }],
        cwd: '/w',
      }),
    ).map(({ label, text }) => `${label}: ${text}`);
    expect(lines).toEqual([
      'Starts: npx -y x@1',
      'Program: /lib/npx.js',
      'Variable: A=1',
      'Folder: /w',
      'Secret: T from keychain:t (not stored yet)',
      'Tenant: https://acme.example',
      'Id: 1b4e28ba-2fa1-41d2-883f-0016d3cca427',
    ]);
  });

  it('is the whole of an address, and its headers', () => {
    const lines = consentLines(
      request({
        kind: 'http',
        url: 'https://mcp.acme.example/x?y',
        transport: 'streamable-http',
        headers: ['X-A: 1'],
        secrets: [{ header: 'Authorization', prefix: 'Bearer ', reference: 'keychain:t', stored: true }],
        oauth: false,
      }),
    ).map(({ label, text }) => `${label}: ${text}`);
    expect(lines.slice(0, 4)).toEqual([
      'Reaches: https://mcp.acme.example/x?y',
      'Transport: streamable-http',
      'Header: X-A: 1',
      'Secret: Authorization from keychain:t',
    ]);
  });
});
