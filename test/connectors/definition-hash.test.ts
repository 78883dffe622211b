import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { httpHash, programHash } from '../../main/connectors/definition-hash.ts';
import type { HttpDefinition, ProgramDefinition } from '../../preload/contract/connector.ts';
import { CompanionError } from '../../preload/contract/failure.ts';

const definition: ProgramDefinition = {
  command: 'npx',
  args: ['-y', '@scope/thing@1.2.3', 'Grüße 👋'],
  env: { B: '2', A: '1' },
  secrets: { TOKEN: 'keychain:github' },
  cwd: '/srv',
};
const resolved = { path: '/usr/bin/npx', realPath: '/usr/lib/node_modules/npm/bin/npx-cli.js' };

describe('programHash', () => {
  it('is this literal: a stored consent must stay valid across versions', () => {
    expect(programHash(definition, resolved)).toBe('3207604aba53e391defc85a21332813ed051b90a6e48f396513d175a5a803876');
    expect(programHash({ command: 'x', args: [], env: {}, secrets: {} }, { path: '/x', realPath: '/x' })).toBe(
      '4c953260ae63ac4503118188d0ab3244cedbfc419e0964567e883b355cdf3f7b',
    );
  });

  it('does not depend on the order of keys', () => {
    expect(programHash({ ...definition, env: { A: '1', B: '2' } }, resolved)).toBe(programHash(definition, resolved));
  });

  it('tells no cwd from an empty one, and the order of arguments', () => {
    const { cwd: _cwd, ...rest } = definition;
    const hashes = [
      definition,
      rest,
      { ...rest, cwd: '' },
      { ...rest, cwd: 'null' },
      { ...definition, args: definition.args.toReversed() },
    ];
    expect(new Set(hashes.map((one) => programHash(one, resolved))).size).toBe(5);
  });

  it('moving text between neighbours is another hash', () => {
    const a = programHash({ ...definition, args: ['ab', 'c'] }, resolved);
    expect(programHash({ ...definition, args: ['a', 'bc'] }, resolved)).not.toBe(a);
    expect(programHash({ ...definition, args: ['ab","c'] }, resolved)).not.toBe(a);
  });

  it('covers a variable named __proto__', () => {
    const env = (value: string): Record<string, string> => Object.fromEntries([['__proto__', value]]);
    expect(programHash({ ...definition, env: env('a') }, resolved)).not.toBe(
      programHash({ ...definition, env: env('b') }, resolved),
    );
  });

  it('any one character changed in any place changes it', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
    const name = fc.stringMatching(/^[A-Z_]{1,6}$/);
    const subject = fc.record({
      command: text,
      args: fc.array(text, { minLength: 1, maxLength: 4 }),
      env: fc.dictionary(name, text, { minKeys: 1, maxKeys: 3 }),
      secrets: fc.dictionary(name, text, { minKeys: 1, maxKeys: 3 }),
      cwd: text,
      path: text,
      realPath: text,
    });
    const hash = ({ path, realPath, ...rest }: { path: string; realPath: string } & ProgramDefinition): string =>
      programHash(rest, { path, realPath });
    fc.assert(
      fc.property(subject, fc.nat(), fc.nat(), (one, place, which) => {
        const strings = JSON.stringify(one).matchAll(/"((?:[^"\\]|\\.)*)"/g);
        const before = hash(one);
        // Change one character of one string of the document, keys of env and secrets included.
        const spots = [...strings].filter(([, inner]) => inner !== '' && !(inner ?? '').includes('\\'));
        const fixed = new Set(['command', 'args', 'env', 'secrets', 'cwd', 'path', 'realPath']);
        const open = spots.filter(([, inner]) => !fixed.has(inner ?? ''));
        fc.pre(open.length > 0);
        const spot = open[place % open.length];
        const inner = Array.from(spot?.[1] ?? '');
        const at = which % inner.length;
        inner[at] = inner[at] === 'Q' ? 'R' : 'Q';
        const json = JSON.stringify(one);
        const index = (spot?.index ?? 0) + 1;
        const changed: typeof one = JSON.parse(
          json.slice(0, index) + inner.join('') + json.slice(index + (spot?.[1]?.length ?? 0)),
        );
        fc.pre(JSON.stringify(changed) !== json);
        expect(hash(changed)).not.toBe(before);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['an argument', { ...definition, args: ['\ud800'] }],
    ['a value', { ...definition, env: { A: '\udfff' } }],
  ])('refuses half a surrogate pair in %s', (_where, broken) => {
    expect(() => programHash(broken, resolved)).toThrow(CompanionError);
    expect(() => programHash(broken, resolved)).toThrow(/not valid Unicode/);
  });
});

describe('httpHash', () => {
  const server: HttpDefinition = {
    url: 'https://mcp.example.com/mcp?team=blue',
    transport: 'streamable-http',
    headers: { 'X-Team': 'blue', 'X-Env': 'test' },
    secrets: { Authorization: 'Bearer keychain:github' },
    oauth: false,
  };

  it('is this literal: a stored consent must stay valid across versions', () => {
    expect(httpHash(server)).toBe('47380b60c7b306dd79bf2494c003b1cef52574b2c27a671ec1ba716a52c0d699');
    expect(
      httpHash({ url: 'http://127.0.0.1:3000/sse', transport: 'sse', headers: {}, secrets: {}, oauth: true }),
    ).toBe('1baee92f59f6afd0af04235abcf21a7e2e5619bb90857e9ed648cdf75cb37262');
  });

  it('with a client id is this literal', () => {
    const signsIn = { ...server, oauth: true, oauthClient: { id: 'client', secret: 'keychain:client' } };
    expect(httpHash(signsIn)).toBe('59c92b1456a067ce689315bcede91841e701623f789f6038d29fa0e878e9231f');
    expect(httpHash({ ...signsIn, oauthClient: { id: 'client' } })).toBe(
      'cb77cd63c41e19cae1acab6fdc4b28eccbc9ad20040b195eb014487c80028a82',
    );
  });

  it('does not depend on the order of keys', () => {
    const { url, ...rest } = server;
    expect(httpHash({ ...rest, headers: { 'X-Env': 'test', 'X-Team': 'blue' }, url })).toBe(httpHash(server));
  });

  it.each<[string, Partial<HttpDefinition>]>([
    ['the address', { url: 'https://mcp.example.com/mcp?team=blue2' }],
    ['its scheme', { url: 'http://mcp.example.com/mcp?team=blue' }],
    ['the transport', { transport: 'sse' }],
    ['OAuth', { oauth: true }],
    ['a client id', { oauthClient: { id: 'client' } }],
    ['a header more', { headers: { ...server.headers, 'X-New': '' } }],
    ['a header less', { headers: { 'X-Team': 'blue' } }],
    ["a header's case", { headers: { 'x-Team': 'blue', 'X-Env': 'test' } }],
    ['two values that changed places', { headers: { 'X-Team': 'test', 'X-Env': 'blue' } }],
    ['the scheme before a secret', { secrets: { Authorization: 'keychain:github' } }],
    ['another secret', { secrets: { Authorization: 'Bearer keychain:gitlab' } }],
    ['a secret in another header', { secrets: { 'X-Api-Key': 'Bearer keychain:github' } }],
    [
      'a secret that became a value',
      { headers: { ...server.headers, Authorization: 'Bearer keychain:github' }, secrets: {} },
    ],
  ])('covers %s', (_title, change) => {
    expect(httpHash({ ...server, ...change })).not.toBe(httpHash(server));
  });

  it('covers every part of a client id', () => {
    const clients: HttpDefinition['oauthClient'][] = [
      undefined,
      { id: 'client' },
      { id: 'client2' },
      { id: 'client', secret: 'keychain:a' },
      { id: 'client', secret: 'keychain:b' },
      { id: 'keychain:a', secret: 'keychain:client' },
    ];
    expect(new Set(clients.map((oauthClient) => httpHash({ ...server, oauthClient }))).size).toBe(clients.length);
  });

  it('is never the hash of a program that holds the same texts', () => {
    const texts = { url: 'x', transport: 'sse', headers: {}, secrets: {}, oauth: false } as const;
    const program = { command: 'x', args: [], env: {}, secrets: {} };
    expect(httpHash(texts)).not.toBe(programHash(program, { path: 'x', realPath: 'x' }));
  });

  it('any one byte changed in any place changes it', () => {
    const ascii = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 });
    const name = fc.stringMatching(/^[A-Za-z-]{1,6}$/);
    const subject = fc.record({
      url: ascii,
      transport: fc.constantFrom('streamable-http' as const, 'sse' as const),
      headers: fc.dictionary(name, ascii, { minKeys: 1, maxKeys: 3 }),
      secrets: fc.dictionary(name, ascii, { minKeys: 1, maxKeys: 3 }),
      oauth: fc.boolean(),
    });
    /** The definition as a list of its parts, and back. */
    const parts = ({ url, transport, headers, secrets, oauth }: HttpDefinition): string[] => [
      url,
      transport,
      String(oauth),
      ...Object.entries(headers).flat(),
      ...Object.entries(secrets).flat(),
    ];
    const build = (texts: readonly string[], headerCount: number): HttpDefinition => {
      const [url = '', transport = '', oauth = '', ...rest] = texts;
      const record = (all: readonly string[]): Record<string, string> =>
        Object.fromEntries(
          Array.from({ length: all.length / 2 }, (_none, at) => [all[2 * at] ?? '', all[2 * at + 1] ?? '']),
        );
      return {
        url,
        transport: transport as HttpDefinition['transport'],
        oauth: oauth as unknown as boolean,
        headers: record(rest.slice(0, 2 * headerCount)),
        secrets: record(rest.slice(2 * headerCount)),
      };
    };
    fc.assert(
      fc.property(subject, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 127 }), (one, place, which, flip) => {
        const texts = parts(one);
        const count = Object.keys(one.headers).length;
        const before = build(texts, count);
        const part = texts[place % texts.length] ?? '';
        const at = which % part.length;
        const changed = String.fromCharCode(part.charCodeAt(at) ^ flip);
        texts[place % texts.length] = `${part.slice(0, at)}${changed}${part.slice(at + 1)}`;
        const after = build(texts, count);
        // Two names that became one, or one that no record can hold, are another definition anyway.
        fc.pre(parts(after).length === texts.length);
        expect(httpHash(after)).not.toBe(httpHash(before));
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses half a surrogate pair, in a name too', () => {
    for (const headers of [{ A: '\ud800' }, { '\udfff': 'x' }])
      expect(() => httpHash({ ...server, headers })).toThrow(/not valid Unicode/);
    expect(() => httpHash({ ...server, url: 'https://x/\ud800' })).toThrow(CompanionError);
  });
});
