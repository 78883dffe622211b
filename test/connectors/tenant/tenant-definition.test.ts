import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TenantConnector } from '../../../main/backend/wire.ts';
import { runOf } from '../../../main/connectors/tenant/tenant-definition.ts';
import { HOST, wire } from './fakes.ts';

const of = (over: Partial<TenantConnector>) => runOf(wire(over), HOST, 'linux');
const withEnv = (env: Record<string, string>) => of({ transport_config: { env } });

describe("a tenant's program", () => {
  it('is its url as the command, with the arguments and variables of its configuration', () => {
    expect(of({ url: 'npx', transport_config: { args: ['-y', 'x@1'], env: { REGION: 'eu' } } })).toEqual({
      kind: 'program',
      definition: { command: 'npx', args: ['-y', 'x@1'], env: { REGION: 'eu' }, secrets: {} },
      shown: { command: 'npx', args: ['-y', 'x@1'], env: { REGION: 'eu' }, secrets: {} },
      secretValues: [],
    });
    expect(of({ transport_config: null })).toMatchObject({ definition: { args: [], env: {} } });
  });

  it.each([
    ['API_TOKEN', 'hunter2', '***', 'hunter2'],
    ['DB_PASSWORD', 'correcthorse', '***', 'correcthorse'],
    ['WHATEVER', `ghp_${'a1B2'.repeat(9)}`, '***', `ghp_${'a1B2'.repeat(9)}`],
    ['DATABASE_URL', 'postgres://app:s3cr3tpw@db.example/x', 'postgres://app:***@db.example/x', 's3cr3tpw'],
  ])('shows %s=%s as %s and holds the value live', (name, value, shown, secret) => {
    const run = withEnv({ [name]: value });
    expect(run).toMatchObject({ shown: { env: { [name]: shown } }, secretValues: [secret] });
    expect(run.definition).toMatchObject({ env: { [name]: value } });
    expect(JSON.stringify(run.shown)).not.toContain(secret);
  });

  it.each([
    [
      'npm_config_registry',
      'https://evil.example:pass@registry.example/',
      'https://evil.example:443?@registry.example/',
    ],
    ['npm_config_registry', 'https://u:pass@registry.example/', 'https://u:pass@evil.example/@registry.example/'],
    ['HTTPS_PROXY', 'http://u:pass@proxy.example', 'http://u:pass@evil.example\\@proxy.example'],
    ['DATABASE_URL', 'postgres://u:pass@db.example/x', 'postgres://u:pa@evil.example/@db.example/x'],
    ['PATH', `dapi${'0'.repeat(32)}:/usr/bin`, `dapi${'0'.repeat(32)}:/tmp/evil`],
    ['PATH', `sk-${'a'.repeat(20)}`, `sk-${'b'.repeat(20)}`],
    ['PATH', 'x://u:bin@y', 'x://u:evil@y'],
    ['PWD', '/srv/app', '/tmp/evil'],
    ['GOOGLE_APPLICATION_CREDENTIALS', '/srv/key.json', '/tmp/evil.json'],
    ['NPM_CONFIG_KEY', 'one-of-them', 'another-one'],
    ['DOCKER_AUTH', 'one-of-them', 'another-one'],
    ['CODE', `dapi${'0'.repeat(32)}; a`, `dapi${'0'.repeat(32)}; b`],
    ['CODE', '-----BEGIN PRIVATE KEY; a()', '-----BEGIN PRIVATE KEY; b()'],
  ])('%s shows where it is aimed: %s is not %s', (name, one, other) => {
    expect(withEnv({ [name]: one }).shown).not.toEqual(withEnv({ [name]: other }).shown);
  });

  it('hides nothing of an address that another host could be in', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'ab3:/?#@\\.[]%&;, \t*-_'.split('')), maxLength: 12 });
    fc.assert(
      fc.property(texts, texts, texts, (user, password, rest) => {
        const value = `https://${user}:${password}@${rest}`;
        const run = withEnv({ SERVER_URL: value });
        const shown = run.kind === 'program' ? (run.shown.env['SERVER_URL'] ?? '') : '';
        if (shown === value) return;
        expect(URL.canParse(shown)).toBe(URL.canParse(value));
        if (URL.canParse(value)) expect(new URL(shown).host).toBe(new URL(value).host);
        expect(shown.split('@')[0]).toMatch(/:\*\*\*$/);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['mongodb://u:s3cretpw@a.example:1,b.example:2/x', 'mongodb://u:***@a.example:1,b.example:2/x'],
    ['https://u:s3cretpw@[::1]:8443/x?y=@z', 'https://u:***@[::1]:8443/x?y=@z'],
  ])('shows all of the address %s but its password', (value, shown) => {
    expect(withEnv({ DATABASE_URL: value })).toMatchObject({
      shown: { env: { DATABASE_URL: shown } },
      secretValues: ['s3cretpw'],
    });
  });

  it('holds live what it has to show', () => {
    expect(withEnv({ DATABASE_URL: 'postgres://u:s3cret;pw@db.example/x' })).toMatchObject({
      shown: { env: { DATABASE_URL: 'postgres://u:s3cret;pw@db.example/x' } },
      secretValues: ['s3cret;pw'],
    });
    expect(withEnv({ REDIS_PASSWORD: 'hunter2' })).toMatchObject({ shown: { env: { REDIS_PASSWORD: '***' } } });
  });

  it.each([
    ['REGION', 'eu-west-1'],
    ['API_KEY', ''],
    ['API_KEY', '${API_KEY}'],
    ['AUTH', 'https://login.example/'],
  ])('shows %s=%s as it is', (name, value) => {
    expect(withEnv({ [name]: value })).toMatchObject({ shown: { env: { [name]: value } }, secretValues: [] });
  });

  it.each([
    ['our own variable', { transport_config: { env: { RUNLAYER_COMPANION_HOME: '/x' } } }],
    ['a loader', { transport_config: { env: { LD_PRELOAD: '/x.so' } } }],
    ['another loader', { transport_config: { env: { NODE_OPTIONS: '-r x' } } }],
    ['a name that is none', { transport_config: { env: { 'A=B': 'x' } } }],
    ['NUL in a value', { transport_config: { env: { A: 'x\0y' } } }],
    ['NUL in an argument', { transport_config: { args: ['x\0'] } }],
    ['NUL in the command', { url: 'npx\0' }],
  ] satisfies [string, Partial<TenantConnector>][])(
    'is refused for %s, with the tenant named and no value',
    (_what, over) => {
      expect(() => of(over)).toThrow(
        expect.objectContaining({ code: 'E_TENANT_DEFINITION', message: expect.stringContaining(HOST) as string }),
      );
      expect(() => of(over)).not.toThrow(/\/x|x\.so|-r x/);
    },
  );
});

describe("a tenant's address", () => {
  it.each([
    ['sse', 'sse'],
    ['streaming-http', 'streamable-http'],
  ] as const)('%s is spoken to as %s', (type, transport) => {
    expect(of({ transport_type: type, url: 'https://mcp.example/mcp' })).toMatchObject({
      kind: 'http',
      definition: { url: 'https://mcp.example/mcp', transport, headers: {}, secrets: {}, oauth: false },
      isOwnProxy: false,
    });
  });

  it.each([
    [`${HOST}/api/v1/proxy/x/mcp`, true],
    [`${HOST}:443/mcp`, true],
    [`${HOST}:8443/mcp`, false],
    ['http://acme.example/mcp', false],
    ['https://acme.example.evil.example/mcp', false],
    ['https://evil.example/acme.example', false],
  ])('%s is the own proxy: %s', (url, own) => {
    expect(of({ transport_type: 'streaming-http', url })).toMatchObject({ isOwnProxy: own });
  });

  it.each([
    'ftp://x.example/',
    'https://user:pw@x.example/',
    'https://x.example/#y',
    'not an address',
    'file:///etc/passwd',
  ])('is refused where it is %s', (url) => {
    expect(() => of({ transport_type: 'sse', url })).toThrow(expect.objectContaining({ code: 'E_TENANT_DEFINITION' }));
  });
});
