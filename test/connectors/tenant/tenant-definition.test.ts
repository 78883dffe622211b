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
