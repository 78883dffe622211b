import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessHttpRisks } from '../../main/connectors/http-risks.ts';
import { HttpDefinition, Risk } from '../../preload/contract/connector.ts';

/** As the schema gives it: what cannot be stored has no risks to tell. */
function assess(over: Partial<HttpDefinition>): Risk[] {
  return assessHttpRisks(
    HttpDefinition.parse({
      url: 'https://mcp.example.com/mcp',
      transport: 'streamable-http',
      headers: {},
      secrets: {},
      oauth: false,
      ...over,
    }),
  );
}

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const secrets = { Authorization: 'Bearer keychain:x' };

describe('assessHttpRisks', () => {
  it.each<[string, Partial<HttpDefinition>, [Risk['code'], string][]]>([
    ['http to another machine', { url: 'http://mcp.example.com/mcp' }, [['plain_http', 'http://mcp.example.com']]],
    ['http to an address of the network', { url: 'http://10.0.0.7:8080/' }, [['plain_http', 'http://10.0.0.7:8080']]],
    ['http to all addresses', { url: 'http://0.0.0.0:8080/' }, [['plain_http', 'http://0.0.0.0:8080']]],
    [
      'http to what only begins like this machine',
      { url: 'http://localhost.example/' },
      [['plain_http', 'http://localhost.example']],
    ],
    [
      'a secret to a port of this machine',
      { url: 'http://127.0.0.1:3000/mcp', secrets },
      [['plain_http', 'http://127.0.0.1:3000']],
    ],
    [
      'tokens to a port of this machine',
      { url: 'http://[::1]:3000/mcp', oauth: true },
      [['plain_http', 'http://[::1]:3000']],
    ],
    [
      'letters that look like others',
      { url: 'https://mcp.\u0430pple.com/' },
      [['foreign_letters', 'mcp.xn--pple-43d.com, which reads mcp.\u0430pple.com']],
    ],
    [
      'the same, written out',
      { url: 'https://xn--pple-43d.com/' },
      [['foreign_letters', 'xn--pple-43d.com, which reads \u0430pple.com']],
    ],
    ['a token in a header', { headers: { 'X-Anything': TOKEN } }, [['secret_literal', 'X-Anything: …']]],
    ['a key by its name', { headers: { 'X-Api-Key': 'q8Zr02Lm4x' } }, [['secret_literal', 'X-Api-Key: …']]],
    ['a bearer', { headers: { Authorization: 'Bearer q8Zr02Lm4x' } }, [['secret_literal', 'Authorization: …']]],
    [
      'a scheme of its own',
      { headers: { authorization: 'ApiToken q8Zr02Lm4x' } },
      [['secret_literal', 'authorization: …']],
    ],
    ['no scheme', { headers: { Authorization: 'q8Zr02Lm4x' } }, [['secret_literal', 'Authorization: …']]],
    ['a token in the query', { url: `https://x.example/mcp?a=1&b=${TOKEN}` }, [['secret_literal', '?b=…']]],
    ['a key in the query', { url: 'https://x.example/mcp?api_key=q8Zr02Lm4x' }, [['secret_literal', '?api_key=…']]],
    ['a token that is the query', { url: `https://x.example/mcp?${TOKEN}` }, [['secret_literal', '?…']]],
    ['a token in the path', { url: `https://x.example/s/${TOKEN}/mcp` }, [['secret_literal', 'a part of the path']]],
    [
      'a token where a scheme belongs',
      { secrets: { Authorization: `${TOKEN} keychain:x` } },
      [['secret_literal', 'Authorization: …']],
    ],
    [
      'a token where a client id belongs',
      { oauth: true, oauthClient: { id: TOKEN } },
      [['secret_literal', 'the client id']],
    ],
    [
      'all at once',
      { url: 'http://xn--pple-43d.com/?token=q8Zr02Lm4x', headers: { 'X-Api-Key': 'q8Zr02Lm4x' } },
      [
        ['plain_http', 'http://xn--pple-43d.com'],
        ['foreign_letters', 'xn--pple-43d.com, which reads \u0430pple.com'],
        ['secret_literal', '?token=…'],
        ['secret_literal', 'X-Api-Key: …'],
      ],
    ],
  ])('%s', (_title, over, expected) => {
    const found = assess(over);
    expect(found.map(({ code, evidence }) => [code, evidence])).toEqual(expected);
    for (const risk of found) {
      expect(Risk.safeParse(risk).success).toBe(true);
      expect(risk.text).toMatch(/^[A-Z].{20,}\.$/);
    }
  });

  it.each<[string, Partial<HttpDefinition>]>([
    ['https', {}],
    ['https with secrets and OAuth', { secrets, oauth: true }],
    [
      'client ids of providers',
      { oauth: true, oauthClient: { id: 'Iv23liA1b2C3d4E5f6G7', secret: 'keychain:github-client' } },
    ],
    ['a port of this machine, without a secret', { url: 'http://localhost:3000/mcp' }],
    ['everyday headers', { headers: { 'X-Team': 'blue', 'X-Api-Version': '2026-01-01', 'User-Agent': 'x/1.2 (y)' } }],
    ['a placeholder', { headers: { Authorization: 'Bearer ${TOKEN}', 'X-Api-Key': '<your key>' } }],
    ['an everyday query', { url: 'https://x.example/mcp?toolsets=repos,issues&read_only=true&max_tokens=4096' }],
    ['a UUID in the path', { url: 'https://x.example/s/7f3a5c7e-1111-4222-8333-444455556666/mcp' }],
    ['broken escapes in the path', { url: 'https://x.example/%zz/%' }],
    [
      'a scheme of its own before a secret',
      { secrets: { Authorization: 'ApiToken keychain:x', 'X-Key': 'token=keychain:y' } },
    ],
  ])('%s → nothing', (_title, over) => {
    expect(assess(over)).toEqual([]);
  });

  it('never shows a value', () => {
    const found = assess({
      url: `https://x.example/${TOKEN}?${TOKEN}&token=${TOKEN}&${TOKEN}=1`,
      headers: { Authorization: `Bearer ${TOKEN}`, 'X-Token': TOKEN },
      secrets: { 'X-Other': `${TOKEN} keychain:x` },
    });
    expect(found).toHaveLength(6);
    expect(JSON.stringify(found)).not.toContain(TOKEN.slice(0, 12));
  });

  it('escapes and cuts evidence, and answers for whatever the schema lets through', () => {
    const [risk] = assess({ url: `https://x.example/?${encodeURIComponent('\u202e\u001b')}_token=q8Zr02Lm4x` });
    expect(risk?.evidence).toBe(String.raw`?\u{202e}\u{1b}_token=…`);
    const [long] = assess({ url: `https://x.example/?${'a'.repeat(1900)}_token=q8Zr02Lm4x` });
    expect(long?.evidence.length).toBeLessThan(500);
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: false }), (url) => {
        for (const { evidence } of assess({ url })) expect(evidence).not.toBe('');
      }),
    );
  });
});
