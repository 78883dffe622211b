import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DEFAULT_LIMITS } from '../../../main/relay/limits.ts';
import { sendRaw, statusOf } from '../../control/http-harness.ts';
import {
  added,
  bases,
  body,
  both,
  build,
  chunked,
  message,
  method,
  replaced,
  requestLine,
  target,
} from './raw-request.ts';
import type { BaseName, Bases, Change } from './raw-request.ts';
import { MODERN, OTHER_TOKEN, startRig, TOKEN, type Rig } from './rig.ts';
import { openStream, type OpenStream } from './streams.ts';

const Refusal = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.null(), z.number(), z.string()]),
  error: z.strictObject({ code: z.int(), message: z.string().min(20), data: z.unknown().optional() }),
});

const MAX_BYTES = 64 * 1024;

let rig: Rig;
let place: Bases;
let stream: OpenStream;

beforeAll(async () => {
  rig = await startRig({
    limits: { ...DEFAULT_LIMITS, maxMessageBytes: MAX_BYTES, maxDiscardBytes: 4 * MAX_BYTES },
    endpointLimits: { headersTimeoutMs: 300, requestTimeoutMs: 600, failedPerMinute: 10_000 },
  });
  const port = rig.port;
  const first = await sendRaw(port, build(bases.initialize({ port, token: TOKEN, sessionId: '', sseId: '' })));
  const sessionId = /^mcp-session-id: (.*)$/im.exec(first)?.[1]?.trim() ?? '';
  stream = await openStream(rig, '/sse');
  const sseId = (await stream.next()).data.split('=')[1] ?? '';
  place = { port, token: TOKEN, sessionId, sseId };
  rig.tokens.set('r'.repeat(43), { id: 'b3', client: undefined });
  rig.tokens.delete('r'.repeat(43));
  // Both shared and private sessions are there, so that whatever slips through has somebody to reach.
  for (const base of ['modern', 'session', 'messages'] as const)
    expect([200, 202]).toContain(statusOf(await sendRaw(port, build(bases[base](place)))));
});
afterAll(async () => {
  stream.close();
  await rig.close();
});

type Row = readonly [title: string, base: BaseName, status: number | readonly number[], change: Change];

/** The same for several kinds of requests. */
function each(
  names: readonly BaseName[],
  rows: readonly (readonly [string, number | readonly number[], Change])[],
): Row[] {
  return names.flatMap((base) =>
    rows.map(([title, status, change]): Row => [`${title} (${base})`, base, status, change]),
  );
}

const port = (): number => place.port;
const later =
  (change: () => Change): Change =>
  (parts) =>
    change()(parts);
const host = (value: (port: number) => string): Change => later(() => replaced('host', `Host: ${value(port())}`));
const bearer = (value: string): Change => replaced('authorization', `Authorization: ${value}`);

const hosts: [string, (port: number) => string][] = [
  ['a rebound name', (port) => `evil.example:${port}`],
  ['no port', () => '127.0.0.1'],
  ['another port', (port) => `127.0.0.1:${port - 1}`],
  ['a zero-padded port', (port) => `127.0.0.1:0${port}`],
  ['0.0.0.0', (port) => `0.0.0.0:${port}`],
  ['127.0.0.2', (port) => `127.0.0.2:${port}`],
  ['127.1', (port) => `127.1:${port}`],
  ['an integer', (port) => `2130706433:${port}`],
  ['hex', (port) => `0x7f000001:${port}`],
  ['[::]', (port) => `[::]:${port}`],
  ['mapped IPv4', (port) => `[::ffff:127.0.0.1]:${port}`],
  ['localhost with a dot', (port) => `localhost.:${port}`],
  ['a name under localhost', (port) => `evil.localhost:${port}`],
  ['nip.io', (port) => `127.0.0.1.nip.io:${port}`],
  ['capitals', (port) => `LOCALHOST:${port}`],
  ['a user', (port) => `a@127.0.0.1:${port}`],
  ['a path', (port) => `127.0.0.1:${port}/mcp`],
  ['a list', (port) => `127.0.0.1:${port}, evil.example`],
  ['nothing', () => ''],
];

const origins = [
  'https://evil.example',
  'null',
  '',
  'http://127.0.0.1',
  'file://',
  'chrome-extension://abcdefghijklmnop',
];

const targets: [string, number, string][] = [
  ['a query', 400, '/mcp?x=1'],
  ['a token in the query', 400, `/mcp?token=${TOKEN}`],
  ['an access_token in the query', 400, `/mcp?access_token=${TOKEN}`],
  ['an empty query', 400, '/mcp?'],
  ['a fragment', 400, '/mcp#x'],
  ['two slashes', 400, '//mcp'],
  ['a dot segment', 400, '/./mcp'],
  ['two dots', 400, '/x/../mcp'],
  ['escapes', 400, '/%6dcp'],
  ['an escaped slash', 400, '/x%2fmcp'],
  ['an escaped dot segment', 400, '/%2e%2e/mcp'],
  ['a backslash', 400, '\\mcp'],
  ['NUL', 400, '/mcp\0'],
  ['a byte over 0x7f', 400, '/mcp\u00e9'],
  ['a matrix parameter', 400, '/mcp;x=1'],
  ['the absolute form elsewhere', 400, 'http://evil.example/mcp'],
  ['the asterisk', 400, '*'],
  ['a trailing slash', 404, '/mcp/'],
  ['capitals', 404, '/MCP'],
  ['another path', 404, '/health'],
  ['the root', 404, '/'],
  ['a well-known address', 404, '/.well-known/oauth-protected-resource'],
  ['messages without a session', 404, '/messages'],
  ['messages with an empty session', 400, '/messages?sessionId='],
  ['messages with two sessions', 400, `/messages?sessionId=${'S'.repeat(43)}&sessionId=${'T'.repeat(43)}`],
  ['messages with more of a query', 400, `/messages?sessionId=${'S'.repeat(43)}&token=x`],
  ['messages with an escape', 400, `/messages?sessionId=${'S'.repeat(42)}%53`],
  ['messages of an unknown session', 404, `/messages?sessionId=${'U'.repeat(43)}`],
  ['a query on sse', 400, '/sse?x=1'],
];

const POSTS = ['modern', 'initialize', 'session', 'messages'] as const;
const ALL = [...POSTS, 'listen', 'sse'] as const;

const rows: Row[] = [
  ...each(
    ['modern', 'session', 'sse'],
    hosts.map(([title, value]) => [`Host with ${title}`, 403, host(value)] as const),
  ),
  ...each(ALL, [
    ['no Host', 403, replaced('host')],
    ['two Hosts, second hostile', 400, added('Host: evil.example')],
    ['two Hosts, same', 400, later(() => added(`Host: 127.0.0.1:${port()}`))],
    ['Sec-Fetch-Site cross-site', 403, added('Sec-Fetch-Site: cross-site')],
    ['no token', 401, replaced('authorization')],
    ['a wrong token', 401, bearer(`Bearer ${'A'.repeat(43)}`)],
    ['HTTP/1.0', 505, (parts) => requestLine(parts.line.replace('HTTP/1.1', 'HTTP/1.0'))(parts)],
    ['a target with a query', 400, (parts) => target(`${parts.line.split(' ')[1] ?? ''}&x=1?`)(parts)],
  ]),
  ...each(
    ['modern', 'initialize', 'listen'],
    [
      ...origins.map((value) => [`Origin "${value}"`, 403, added(`Origin: ${value}`)] as const),
      ['our own Origin', 403, later(() => added(`Origin: http://127.0.0.1:${port()}`))],
      ['two Origins', 403, added('Origin: null', 'Origin: null')],
      ['Sec-Fetch-Site same-site', 403, added('Sec-Fetch-Site: same-site')],
      ['Sec-Fetch-Site made up', 403, added('Sec-Fetch-Site: none, cross-site')],
      ['two Sec-Fetch-Site', 400, added('Sec-Fetch-Site: none', 'Sec-Fetch-Site: none')],
    ],
  ),
  ...each(
    ['modern'],
    targets.map(([title, status, text]) => [`target: ${title}`, status, target(text)] as const),
  ),
  ...each(
    ['modern'],
    [
      ['absolute form of ourselves', 400, later(() => target(`http://127.0.0.1:${port()}/mcp`))],
      ['authority form', 400, requestLine('CONNECT 127.0.0.1:22 HTTP/1.1')],
      [
        'Host folded over two lines',
        [400, 403],
        later(() => replaced('host', 'Host: evil.example', ` 127.0.0.1:${port()}`)),
      ],
      ['HTTP/1.2', [400, 505], requestLine('POST /mcp HTTP/1.2')],
      ['HTTP/2.0', [400, 505], requestLine('POST /mcp HTTP/2.0')],
      ['HTTP/0.9', [400, 505], requestLine('POST /mcp')],
      ['an unknown method', 400, method('HACK')],
    ],
  ),
  // What another token may see of an open session: nothing.
  ...each(
    ['session', 'messages', 'listen'],
    [
      ['the token of another binding', 404, bearer(`Bearer ${OTHER_TOKEN}`)],
      ['a revoked token', 401, bearer(`Bearer ${'r'.repeat(43)}`)],
    ],
  ),
  ['an unknown session', 'session', 404, replaced('mcp-session-id', `Mcp-Session-Id: ${'U'.repeat(43)}`)],
  ['an SSE session at /mcp', 'session', 404, later(() => replaced('mcp-session-id', `Mcp-Session-Id: ${place.sseId}`))],
  ['a session of /mcp at /messages', 'messages', 404, later(() => target(`/messages?sessionId=${place.sessionId}`))],
  ['a session named like a prototype', 'session', 404, replaced('mcp-session-id', 'Mcp-Session-Id: __proto__')],
  ['an empty session', 'session', 404, replaced('mcp-session-id', 'Mcp-Session-Id:')],
  ['two sessions', 'session', 400, added('Mcp-Session-Id: x')],
  ['no session', 'session', 400, replaced('mcp-session-id')],
  ['DELETE without a session', 'listen', 405, both(method('DELETE'), replaced('mcp-session-id'))],
  ['DELETE of another binding', 'listen', 404, both(method('DELETE'), bearer(`Bearer ${OTHER_TOKEN}`))],
  [
    'DELETE with a body',
    'listen',
    400,
    both(method('DELETE'), added('Content-Length: 2'), (parts) => (parts.body = '{}')),
  ],
  ['GET without a session', 'listen', 405, replaced('mcp-session-id')],
  ['GET with a body', 'listen', 400, both(added('Content-Length: 2'), (parts) => (parts.body = '{}'))],
  [
    'GET with a chunked body',
    'listen',
    400,
    both(added('Transfer-Encoding: chunked'), (parts) => (parts.body = '0\r\n\r\n')),
  ],
  ['GET that takes only JSON', 'listen', 406, replaced('accept', 'Accept: application/json')],
  ['GET that resumes nothing', 'listen', 400, added('Last-Event-ID: 99-1')],
  ['GET that resumes a made-up event', 'listen', 400, added('Last-Event-ID: ../../etc')],
  ['GET with a modern version', 'listen', 400, added(`MCP-Protocol-Version: ${MODERN}`)],
  ['POST on sse', 'sse', 405, method('POST')],
  ['GET on messages', 'messages', 405, method('GET')],
  ['PUT', 'modern', 405, method('PUT')],
  ['HEAD', 'listen', 405, method('HEAD')],
  ['OPTIONS', 'modern', 405, method('OPTIONS')],
  [
    'a preflight',
    'modern',
    403,
    both(method('OPTIONS'), added('Origin: https://evil.example', 'Access-Control-Request-Method: POST')),
  ],
  ['TRACE', 'listen', 405, method('TRACE')],
  // The token.
  ...each(
    ['modern', 'listen'],
    [
      ['an empty token', 401, bearer('Bearer ')],
      ['a token with one more character', 401, bearer(`Bearer ${TOKEN}a`)],
      ['a token cut short', 401, bearer(`Bearer ${TOKEN.slice(1)}`)],
      ['a token in another scheme', 401, bearer(`Basic ${TOKEN}`)],
      ['a token without a scheme', 401, bearer(TOKEN)],
      ['a token with a tail', 401, bearer(`Bearer ${TOKEN}, Bearer x`)],
      ['a token as a cookie', 401, replaced('authorization', `Cookie: token=${TOKEN}`)],
      ['a token in X-API-Key', 401, replaced('authorization', `X-API-Key: ${TOKEN}`)],
      ['two tokens', 400, added(`Authorization: Bearer ${TOKEN}`)],
      ['a good and a bad token', 400, added('Authorization: Bearer x')],
      ['a token of 600 characters', 401, bearer(`Bearer ${'a'.repeat(600)}`)],
      ['a token for a proxy', 400, added(`Proxy-Authorization: Bearer ${TOKEN}`)],
    ],
  ),
  ['an unknown address without a token', 'modern', 401, both(target('/health'), replaced('authorization'))],
  [
    'a well-known address without a token',
    'sse',
    401,
    both(target('/.well-known/oauth-authorization-server'), replaced('authorization')),
  ],
  // A form or a beacon can send these without a preflight.
  ...each(POSTS, [
    ['text/plain', 415, replaced('content-type', 'Content-Type: text/plain')],
    ['no content type', 415, replaced('content-type')],
    ['gzip', 415, added('Content-Encoding: gzip')],
  ]),
  ...each(
    ['modern'],
    [
      ['form data', 415, replaced('content-type', 'Content-Type: application/x-www-form-urlencoded')],
      ['multipart', 415, replaced('content-type', 'Content-Type: multipart/form-data; boundary=x')],
      ['two content types', 400, added('Content-Type: application/json')],
      ['a content type list', 415, replaced('content-type', 'Content-Type: text/plain, application/json')],
      ['JSON in another charset', 415, replaced('content-type', 'Content-Type: application/json; charset=utf-16')],
      ['JSON with another parameter', 415, replaced('content-type', 'Content-Type: application/json; boundary=x')],
      ['a JSON-like type', 415, replaced('content-type', 'Content-Type: application/json-patch+json')],
      ['JSON as a parameter', 415, replaced('content-type', 'Content-Type: text/plain; application/json')],
      ['identity encoding', 415, added('Content-Encoding: identity')],
      ['an Accept of pages', 406, replaced('accept', 'Accept: text/html')],
      [
        'an Accept that takes nothing',
        406,
        replaced('accept', 'Accept: application/json;q=0, text/event-stream;q=0.0'),
      ],
    ],
  ),
  // Smuggling: two readers, two requests.
  ...each(
    ['modern', 'session'],
    [
      ['length and chunked', 400, added('Transfer-Encoding: chunked')],
      ['chunked and length', 400, both(chunked(), added('Content-Length: 4'))],
      ['two lengths', 400, added('Content-Length: 200')],
      ['the same length twice', 400, (parts) => added(`Content-Length: ${parts.body.length}`)(parts)],
      ['a length list', 400, replaced('content-length', 'Content-Length: 2, 2')],
      ['a negative length', 400, replaced('content-length', 'Content-Length: -1')],
      [
        'a length with a sign',
        400,
        (parts) => replaced('content-length', `Content-Length: +${parts.body.length}`)(parts),
      ],
      ['a hex length', 400, replaced('content-length', 'Content-Length: 0x2')],
      ['chunked twice', 400, both(chunked(), added('Transfer-Encoding: chunked'))],
      ['gzip, chunked', 400, both(chunked(), replaced('transfer-encoding', 'Transfer-Encoding: gzip, chunked'))],
      ['identity encoding of the transfer', 400, replaced('content-length', 'Transfer-Encoding: identity')],
      ['xchunked', 400, both(chunked(), replaced('transfer-encoding', 'Transfer-Encoding: xchunked'))],
      [
        'chunked with a tab',
        400,
        both(chunked(), replaced('transfer-encoding', 'Transfer-Encoding:\tchunked, identity')),
      ],
      ['a bad chunk size', 400, chunked((chunk) => `zz${chunk}0\r\n\r\n`)],
      ['a signed chunk size', 400, chunked((chunk) => `+${chunk}0\r\n\r\n`)],
      ['a huge chunk size', 400, chunked((chunk) => `fffffffffffffffff${chunk}0\r\n\r\n`)],
      ['a chunk extension with a bare line feed', 400, chunked((chunk) => `${chunk.replace('\r\n', ';a\n')}0\r\n\r\n`)],
      [
        'a chunk extension without an end',
        [400, 413],
        chunked((chunk) => chunk.replace('\r\n', `;${'a'.repeat(20_000)}\r\n`)),
      ],
      ['a chunk without its end', 400, chunked((chunk) => `${chunk.slice(0, -2)}0\r\n\r\n`)],
      ['trailing fields', 400, chunked((chunk) => `${chunk}0\r\nHost: evil.example\r\n\r\n`)],
      ['a Trailer', 400, both(chunked(), added('Trailer: Host'))],
      ['space before the colon', 400, added('X-A : 1')],
      ['space before Content-Length', 400, (parts) => parts.headers.unshift(' Content-Length: 0')],
      ['a folded header', 400, added('X-A: 1', '\tX-B: 2', ' Transfer-Encoding: chunked')],
      ['a header without a colon', 400, added('nonsense')],
      ['a header without a name', 400, added(': x')],
      ['NUL in a header', 400, added('X-A: a\0b')],
      ['a carriage return in a header', 400, added('X-A: a\rX-B: b')],
      ['bare line feeds', 400, (parts) => (parts.headers = [parts.headers.join('\n')])],
      ['TE', 400, added('TE: trailers')],
      ['upgrade to h2c', 400, added('Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA')],
      ['upgrade to websocket', 400, added('Connection: Upgrade', 'Upgrade: websocket')],
      ['a method override', 400, added('X-HTTP-Method-Override: DELETE')],
      ['expect continue', 417, added('Expect: 100-continue')],
      ['expect something else', 417, added('Expect: 200-ok')],
      ['too many headers', 431, added(...Array.from({ length: 70 }, (_, index) => `X-${index}: 1`))],
      ['a header over the limit', 431, added(`X-Big: ${'a'.repeat(20_000)}`)],
    ],
  ),
  // Bodies.
  ...each(
    ['modern', 'session', 'messages'],
    [
      ['an empty body', 400, body('')],
      ['not JSON', 400, body('{')],
      ['an array', 400, (parts) => body(`[${parts.body}]`)(parts)],
      ['an empty array', 400, body('[]')],
      ['null', 400, body('null')],
      ['a number', 400, body('1')],
      ['two messages', 400, (parts) => body(`${parts.body}\n${parts.body}`)(parts)],
      ['a message behind a BOM', 400, (parts) => body(`\ufeff${parts.body}`)(parts)],
      ['a key twice', 400, (parts) => body(parts.body.replace('{', '{"method":"ping",'))(parts)],
      ['a key in another case', 400, (parts) => body(parts.body.replace('"method"', '"Method"'))(parts)],
      ['an escaped key twice', 400, (parts) => body(parts.body.replace('{', '{"m\\u0065thod":"ping",'))(parts)],
      ['__proto__', 400, (parts) => body(parts.body.replace('{', '{"__proto__":{},'))(parts)],
      ['an id that is an object', 400, message((value) => (value['id'] = {}))],
      ['an id that is no integer', 400, message((value) => (value['id'] = 1.5))],
      ['another version of JSON-RPC', 400, message((value) => (value['jsonrpc'] = '1.0'))],
      ['a raw line break in a string', 400, (parts) => body(parts.body.replace('"2.0"', '"2\n.0"'))(parts)],
      ['1,000 open brackets', 400, body(`{"jsonrpc":"2.0","id":1,"method":"x","params":${'['.repeat(1000)}`)],
      [
        'a body over the limit',
        413,
        (parts) => body(parts.body.replace('{', `{"x":"${'x'.repeat(MAX_BYTES)}",`))(parts),
      ],
      [
        'a chunked body over the limit',
        413,
        (parts) => {
          parts.body = parts.body.replace('{', `{"x":"${'x'.repeat(MAX_BYTES)}",`);
          chunked()(parts);
        },
      ],
      ['more than is even thrown away', 413, body('x'.repeat(6 * MAX_BYTES))],
    ],
  ),
  ['invalid UTF-8', 'modern', 400, (parts) => (parts.body = parts.body.replace('echo', 'ech\u00ff'))],
  // Headers that say something else than the message.
  ...each(
    ['modern'],
    [
      ['no version header', 400, replaced('mcp-protocol-version')],
      ['a legacy version header', 400, replaced('mcp-protocol-version', 'MCP-Protocol-Version: 2025-11-25')],
      ['another version header', 400, replaced('mcp-protocol-version', 'MCP-Protocol-Version: 2099-01-01')],
      ['two version headers', 400, added(`MCP-Protocol-Version: ${MODERN}`)],
      ['no method header', 400, replaced('mcp-method')],
      ['another method header', 400, replaced('mcp-method', 'Mcp-Method: tools/list')],
      ['a method header in another case', 400, replaced('mcp-method', 'Mcp-Method: Tools/Call')],
      ['two method headers', 400, added('Mcp-Method: tools/call')],
      ['no name header', 400, replaced('mcp-name')],
      ['another name header', 400, replaced('mcp-name', 'Mcp-Name: other')],
      ['a name header in another case', 400, replaced('mcp-name', 'Mcp-Name: Echo')],
      ['a name header in broken Base64', 400, replaced('mcp-name', 'Mcp-Name: =?base64?ZWNobw?=')],
      ['a name header with bytes over 0x7f', 400, replaced('mcp-name', 'Mcp-Name: ech\u00f6')],
      ['two name headers', 400, added('Mcp-Name: echo')],
      [
        'another tool in the message',
        400,
        message((value) => Object.assign(value['params'] as object, { name: 'other' })),
      ],
      ['another method in the message', 400, message((value) => (value['method'] = 'tools/list'))],
      ['no _meta in the message', 400, message((value) => (value['params'] = { name: 'echo' }))],
      [
        'an unknown version in both',
        400,
        both(
          replaced('mcp-protocol-version', 'MCP-Protocol-Version: 2099-01-01'),
          message(
            (value) =>
              (value['params'] = { name: 'echo', _meta: { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' } }),
          ),
        ),
      ],
      ['a response', 400, body('{"jsonrpc":"2.0","id":1,"result":{}}')],
    ],
  ),
  ['a modern version with initialize', 'initialize', 400, added(`MCP-Protocol-Version: ${MODERN}`)],
  [
    'initialize in a session',
    'session',
    400,
    message((value) => Object.assign(value, { method: 'initialize', params: {} })),
  ],
  [
    'an unknown version in a session',
    'session',
    400,
    replaced('mcp-protocol-version', 'MCP-Protocol-Version: 1900-01-01'),
  ],
  ['a made-up version in a session', 'session', 400, replaced('mcp-protocol-version', 'MCP-Protocol-Version: latest')],
];

/** What reached any server, and what was opened. */
function seen(): readonly string[] {
  return rig.served.flatMap(({ id, lines }) => [id, ...lines]);
}

describe('hostile requests on raw sockets', () => {
  it.each(['modern', 'initialize', 'session', 'messages'] as const)(
    'serves what the rows start from: %s',
    async (base) => {
      const before = seen().length;
      expect([200, 202]).toContain(statusOf(await sendRaw(place.port, build(bases[base](place)))));
      expect(seen().length).toBeGreaterThan(before);
    },
  );

  it('serves a chunked body with an extension: what it says is one thing to all readers', async () => {
    const parts = bases.modern(place);
    chunked((chunk) => `${chunk.replace('\r\n', ';a=b\r\n')}0\r\n\r\n`)(parts);
    expect(statusOf(await sendRaw(place.port, build(parts)))).toBe(200);
  });

  it('has at least two hundred rows', () => {
    expect(rows.length).toBeGreaterThanOrEqual(200);
    expect(new Set(rows.map(([title]) => title)).size).toBe(rows.length);
  });

  it.each(rows)('refuses: %s', async (title, base, expected, change) => {
    const parts = bases[base](place);
    change(parts);
    const before = seen();
    const encoding = title.includes('UTF-8') || title.includes('0x7f') ? 'latin1' : 'utf8';
    const answer = await sendRaw(place.port, Buffer.from(build(parts), encoding));
    expect([expected].flat()).toContain(statusOf(answer));
    expect(seen()).toEqual(before);
    expect(answer.match(/HTTP\/1\.1 \d{3} /g)).toHaveLength(1);
    const [head = '', content = ''] = answer.split('\r\n\r\n');
    expect(head.toLowerCase()).not.toContain('access-control-');
    expect(head.toLowerCase()).toContain('connection: close');
    expect(answer).not.toContain(TOKEN);
    if (!parts.line.startsWith('HEAD')) Refusal.parse(JSON.parse(content));
    if (statusOf(answer) === 401) {
      expect(head.toLowerCase()).toMatch(/^www-authenticate: bearer$/m);
      expect(content).toContain('runlayer hub bind');
    }
  });

  it.each([
    ['TLS on the plain port', Buffer.from('16030100c4010000c00303', 'hex')],
    ['random bytes', Buffer.from('00ff00ff00ff0a0a0d0a', 'hex')],
    ['the HTTP/2 preface', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    ['an MCP message', Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n')],
  ])('refuses: %s', async (_title, bytes) => {
    const before = seen();
    expect(statusOf(await sendRaw(place.port, bytes))).toBe(400);
    expect(seen()).toEqual(before);
  });

  it.each(['modern', 'session', 'listen'] as const)(
    'does not look at what is pipelined behind a refused request: %s',
    async (base) => {
      const first = bases[base](place);
      both(
        host(() => 'evil.example'),
        replaced('connection'),
      )(first);
      const before = seen();
      const answer = await sendRaw(place.port, build(first) + build(bases.modern(place)));
      expect(answer.match(/HTTP\/1\.1 \d{3} /g)).toHaveLength(1);
      expect(statusOf(answer)).toBe(403);
      expect(seen()).toEqual(before);
    },
  );

  it('cuts off who does not wait for the answer to the request before', async () => {
    const first = bases.listen(place);
    replaced('connection')(first);
    const before = seen();
    await sendRaw(place.port, build(first) + build(bases.session(place)));
    expect(seen()).toEqual(before);
  });

  it('refuses a body that hides a second request', async () => {
    const parts = bases.modern(place);
    replaced('connection')(parts);
    const length = parts.body.length;
    replaced('content-length', `Content-Length: ${length - 5}`)(parts);
    const before = seen();
    const answer = await sendRaw(place.port, build(parts) + build(bases.modern(place)));
    expect(statusOf(answer)).toBe(400);
    expect(seen()).toEqual(before);
  });

  describe('slow senders', () => {
    it.each([
      ['a request line', () => 'POST /mc'],
      ['a header', () => 'POST /mcp HTTP/1.1\r\nHost: 127'],
      ['headers without an end', () => build(bases.modern(place)).split('\r\n\r\n')[0] ?? ''],
      ['half a body', () => build(bases.modern(place)).slice(0, -10)],
      [
        'half a chunk',
        () => {
          const parts = bases.modern(place);
          chunked((chunk) => chunk.slice(0, 20))(parts);
          return build(parts);
        },
      ],
      [
        'a body without a token',
        () => {
          const parts = bases.modern(place);
          replaced('authorization')(parts);
          return build(parts).slice(0, -10);
        },
      ],
    ])('ends a connection that stops in %s', async (_title, bytes) => {
      const before = seen();
      const answer = await sendRaw(place.port, bytes());
      expect([401, 408]).toContain(statusOf(answer));
      expect(seen()).toEqual(before);
    });

    it('ends a connection whose client leaves in the middle of a body', async () => {
      const before = seen();
      const socket = connect({ host: '127.0.0.1', port: place.port });
      socket.write(build(bases.modern(place)).slice(0, -10), () => socket.destroy());
      await new Promise((resolve) => socket.once('close', resolve));
      expect(seen()).toEqual(before);
    });
  });
});
