/** What a definition may be: literals, because stored files and consents depend on them. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ConnectorDefinition,
  ConnectorTarget,
  OwnTarget,
  HeaderName,
  HeaderSecret,
  HttpDefinition,
  isHttpDefinition,
  isLoopbackHost,
  Risk,
  secretNameOf,
  secretPrefixOf,
  secretReferencesOf,
  ServerUrl,
} from '../../preload/contract/index.ts';

const server = {
  url: 'https://x.example/',
  transport: 'sse',
  headers: {},
  secrets: {},
  oauth: false,
};
const fits = (over: object): boolean => HttpDefinition.safeParse({ ...server, ...over }).success;

describe('an address', () => {
  it.each([
    ['https://x.example', 'https://x.example/'],
    ['HTTPS://X.example:443/A/../b', 'https://x.example/b'],
    ['http://127.1:80/', 'http://127.0.0.1/'],
    ['http://0x7f.1:3000/mcp', 'http://127.0.0.1:3000/mcp'],
    ['https://b\u00fccher.example/\u00e9?\u00e9', 'https://xn--bcher-kva.example/%C3%A9?%C3%A9'],
    ['https://example\u3002com/', 'https://example.com/'],
    ['https://exam\u200bple.com/', 'https://example.com/'],
    ['\u0001https://x.example/', 'https://x.example/'],
    ['https://@x.example/', 'https://x.example/'],
    ['https:x.example', 'https://x.example/'],
    ['https://x.example/?', 'https://x.example/?'],
  ])('%j is %s', (given, url) => {
    expect(ServerUrl.parse(given)).toBe(url);
    expect(ServerUrl.parse(url)).toBe(url);
  });

  it.each([
    '',
    'x.example',
    '//x.example/',
    'ftp://x.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/plain,x',
    'https://',
    'https://me@x.example/',
    'https://:secret@x.example/',
    'https://x.example/#a',
    'https://x.example/#',
    'https://x.example/a b',
    'https://x.example/\n',
    ' https://x.example/',
    'https:\\\\x.example\\',
    'https://x.example:99999/',
    'https://1.2.3.4.5/',
    `https://x.example/${'a'.repeat(2048)}`,
    // Fits as it is typed, and not as it is stored: it could not be read again.
    `https://x.example/${'\u00e9'.repeat(1000)}`,
  ])('%j is none', (given) => {
    expect(ServerUrl.safeParse(given).success).toBe(false);
  });

  it('is stored in a form that is read back as itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string({ unit: 'binary' }).map((text) => `https://x/${text}`),
        ),
        (text) => {
          const url = ServerUrl.safeParse(text);
          fc.pre(url.success);
          expect(ServerUrl.parse(url.data)).toBe(url.data);
          expect(url.data).toMatch(/^https?:\/\/[\x21-\x7e]+$/);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('this machine', () => {
  it.each(['localhost', '[::1]', '127.0.0.1', '127.255.0.9'])('%s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });
  it.each(['localhost.', 'localhost.example', '127.0.0.1.example', '0.0.0.0', '[::]', '[::ffff:7f00:1]', 'x127.0.0.1'])(
    'is not %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(false);
    },
  );
});

describe('headers', () => {
  it.each(['Authorization', 'X-Api-Key', 'x_y', 'User-Agent', 'a', 'X'.repeat(128)])('may be named %s', (name) => {
    expect(HeaderName.safeParse(name).success).toBe(true);
  });
  it.each([
    'Host',
    'Content-Type',
    'content-length',
    'Transfer-Encoding',
    'Connection',
    'Keep-Alive',
    'Upgrade',
    'TE',
    'Trailer',
    'Expect',
    'Accept',
    'Accept-Encoding',
    'Origin',
    'COOKIE',
    'Mcp-Session-Id',
    'MCP-Protocol-Version',
    'Mcp-Param-X',
    'Last-Event-ID',
    'Proxy-Authorization',
    'Sec-Fetch-Site',
    'X-Runlayer-User',
    '',
    'a b',
    'a:',
    'a\r\nb',
    '\u00e9',
    'a\u0000',
    'X'.repeat(129),
  ])('may not be named %j', (name) => {
    expect(HeaderName.safeParse(name).success).toBe(false);
    expect(fits({ headers: { [name]: 'x' } })).toBe(false);
    expect(fits({ secrets: { [name]: 'keychain:x' } })).toBe(false);
  });
  it.each(['', ' ', 'a b', '~', 'x'.repeat(8192)])('may say %j', (value) => {
    expect(fits({ headers: { A: value } })).toBe(true);
  });
  it.each(['\n', '\r', 'a\r\nB: c', '\t', '\u0000', '\u007f', '\u00e9', '\u202e', 'x'.repeat(8193)])(
    'may not say %j',
    (value) => {
      expect(fits({ headers: { A: value } })).toBe(false);
    },
  );
  it('are given once', () => {
    expect(fits({ headers: { A: '1', a: '2' } })).toBe(false);
    expect(fits({ headers: { A: '1' }, secrets: { a: 'keychain:x' } })).toBe(false);
    expect(fits({ headers: { A: '1' }, secrets: { B: 'keychain:x' } })).toBe(true);
  });
});

describe('a secret header', () => {
  it.each([
    ['keychain:x', '', 'x'],
    ['Bearer keychain:a.b-c_d', 'Bearer ', 'a.b-c_d'],
    ['token=keychain:x', 'token=', 'x'],
  ])('%s', (reference, prefix, name) => {
    expect(HeaderSecret.safeParse(reference).success).toBe(true);
    expect([secretPrefixOf(reference), secretNameOf(reference)]).toEqual([prefix, name]);
  });
  it.each([
    '',
    'x',
    'Bearer x',
    'keychain:',
    'keychain:-x',
    'Bearer  keychain:x',
    'Bearer a keychain:x',
    'keychain:x y',

    'keychain:a keychain:b',
    'keychain:keychain:b',
    'a:keychain:b',
    'Bearer\nkeychain:x',
    `${'B'.repeat(65)} keychain:x`,
    'keychain:x\n',
    `keychain:${'x'.repeat(129)}`,
    'B\u00e9arer keychain:x',
  ])('is not %j', (reference) => {
    expect(HeaderSecret.safeParse(reference).success).toBe(false);
  });
});

describe('a definition', () => {
  it.each([
    ['https://x.example/', true],
    ['http://127.0.0.1:3000/', true],
    ['http://localhost/', true],
    ['http://[::1]:1/', true],
    ['http://x.example/', false],
    ['http://10.0.0.1/', false],
    ['http://127.0.0.1.example/', false],
    ['http://0.0.0.0/', false],
  ])('%s may get secrets: %s', (url, may) => {
    expect(fits({ url, secrets: { A: 'keychain:x' } })).toBe(may);
    expect(fits({ url, oauth: true })).toBe(may);
    expect(fits({ url })).toBe(true);
  });

  it.each<[unknown, boolean]>([
    [{ id: 'x' }, true],
    [{ id: 'https://x.example/client.json', secret: 'keychain:x' }, true],
    [{ id: '~'.repeat(512) }, true],
    [{ id: '~'.repeat(513) }, false],
    [{ id: '' }, false],
    [{ id: 'a b' }, false],
    [{ id: 'x\n' }, false],
    [{ id: '\u00e9' }, false],
    [{ id: 'x', secret: 'hunter2' }, false],
    [{ id: 'x', secret: 'Bearer keychain:x' }, false],
    [{ id: 'x', secret: '' }, false],
    [{ id: 'x', port: 1 }, false],
    [{ secret: 'keychain:x' }, false],
    ['x', false],
    [null, false],
  ])('may have the client id %j: %s', (oauthClient, may) => {
    expect(fits({ oauth: true, oauthClient })).toBe(may);
    expect(fits({ oauth: false, oauthClient })).toBe(false);
  });

  it('names every secret that it refers to', () => {
    const program = { command: 'x', args: [], env: {}, secrets: { A: 'keychain:a', B: 'keychain:b' } };
    const oauthClient = { id: 'keychain:id', secret: 'keychain:c' };
    const http = { ...server, oauth: true, secrets: { A: 'Bearer keychain:a' }, oauthClient };
    const references = (definition: unknown): string[] => secretReferencesOf(ConnectorDefinition.parse(definition));
    expect([program, http, { ...http, oauthClient: { id: 'x' } }].map(references)).toEqual([
      ['keychain:a', 'keychain:b'],
      ['Bearer keychain:a', 'keychain:c'],
      ['Bearer keychain:a'],
    ]);
  });

  it('is of one kind', () => {
    const program = { command: 'x', args: [], env: {}, secrets: {} };
    const parsed = [server, program].map((one) => ConnectorDefinition.parse(one));
    expect(parsed.map(isHttpDefinition)).toEqual([true, false]);
    for (const both of [
      { ...server, command: 'x' },
      { ...program, url: server.url },
      { ...server, ...program },
      { ...server, env: {} },
      { ...server, cwd: '/' },
    ])
      expect(ConnectorDefinition.safeParse(both).success).toBe(false);
  });

  it('of any shape is taken or refused, and never throws', () => {
    const part = fc.option(fc.oneof(fc.jsonValue(), fc.webUrl(), fc.dictionary(fc.string(), fc.string())), {
      nil: undefined,
    });
    const shape = fc.record({
      url: part,
      transport: part,
      headers: part,
      secrets: part,
      oauth: part,
      oauthClient: part,
    });
    fc.assert(
      fc.property(fc.oneof(shape, fc.jsonValue()), (value) => {
        expect(typeof ConnectorDefinition.safeParse(value).success).toBe('boolean');
        expect(typeof HttpDefinition.safeParse({ ...server, ...(value as object) }).success).toBe('boolean');
      }),
    );
  });
});

describe('what is shown', () => {
  const keys = (options: typeof OwnTarget.options | typeof ConnectorTarget.options): string[][] =>
    options.map((option) => Object.keys(option.shape));

  it('of a target has these parts', () => {
    expect(keys(OwnTarget.options)).toEqual([
      ['kind', 'argv', 'path', 'realPath', 'env', 'secrets', 'cwd'],
      ['kind', 'url', 'transport', 'headers', 'secrets', 'oauth', 'oauthClient'],
    ]);
    expect(keys(ConnectorTarget.options)).toEqual([
      ['kind', 'argv', 'envNames', 'secrets', 'cwd'],
      ['kind', 'url', 'transport', 'headerNames', 'secrets', 'oauth', 'oauthClient'],
      ['kind', 'host', 'server', 'title'],
    ]);
  });

  it('of risks has these codes', () => {
    expect(Risk.shape.code.options).toEqual([
      'elevated',
      'inline_code',
      'shell',
      'unpinned_package',
      'remote_source',
      'container_mount',
      'container_privileged',
      'relative_path',
      'secret_literal',
      'writable_by_others',
      'plain_http',
      'foreign_letters',
      'typed_secret',
    ]);
  });
});
