import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Failure } from '../../preload/contract/failure.ts';
import { resetConnections } from '../loopback/resets.ts';
import { sendRaw, startHarness, statusOf, type Harness } from './http-harness.ts';

const Refusal = z.strictObject({ error: Failure });

interface Parts {
  line: string;
  headers: string[];
  body: string;
}

let harness: Harness;
let bearer: string;

beforeAll(async () => {
  harness = await startHarness({ limits: { headersTimeoutMs: 400, requestTimeoutMs: 800 } });
  bearer = await harness.signIn();
});
afterAll(() => harness.close());

/** A request that is served; each row below breaks one thing about it. */
function good(port: number): Parts {
  const body = '{}';
  return {
    line: 'POST /api/call/status.get HTTP/1.1',
    headers: [
      `Host: 127.0.0.1:${port}`,
      `Origin: http://127.0.0.1:${port}`,
      'Sec-Fetch-Site: same-origin',
      'Content-Type: application/json',
      `Authorization: Bearer ${bearer}`,
      `Content-Length: ${body.length}`,
      'Connection: close',
    ],
    body,
  };
}

const build = (parts: Parts): string => `${[parts.line, ...parts.headers].join('\r\n')}\r\n\r\n${parts.body}`;

function replaced(name: string, ...lines: string[]): (parts: Parts) => void {
  return (parts) => {
    parts.headers = parts.headers.flatMap((line) =>
      line.toLowerCase().startsWith(`${name.toLowerCase()}:`) ? lines : [line],
    );
  };
}
const added =
  (...lines: string[]) =>
  (parts: Parts): void => {
    parts.headers.push(...lines);
  };
const line = (text: string) => (parts: Parts) => {
  parts.line = text;
};
const target = (path: string) => line(`POST ${path} HTTP/1.1`);
const body = (text: string) => (parts: Parts) => {
  parts.body = text;
  replaced('content-length', `Content-Length: ${Buffer.byteLength(text)}`)(parts);
};
const host = (value: (port: number) => string) => (parts: Parts) =>
  replaced('host', `Host: ${value(harness.port)}`)(parts);
const origin = (value: (port: number) => string) => (parts: Parts) =>
  replaced('origin', `Origin: ${value(harness.port)}`)(parts);
const fileRequest =
  (...lines: string[]) =>
  (parts: Parts): void => {
    parts.line = 'GET / HTTP/1.1';
    parts.headers = [`Host: 127.0.0.1:${harness.port}`, 'Connection: close', ...lines];
    parts.body = '';
  };

const rows: [string, number | number[], (parts: Parts) => void][] = [
  // DNS rebinding: the Host is not ours.
  ['Host of a rebound name', 403, host((port) => `evil.example:${port}`)],
  ['Host without port', 403, host(() => '127.0.0.1')],
  ['Host of another port', 403, host((port) => `127.0.0.1:${port === 65_535 ? 1 : port + 1}`)],
  ['Host with a zero-padded port', 403, host((port) => `127.0.0.1:0${port}`)],
  ['Host 0.0.0.0', 403, host((port) => `0.0.0.0:${port}`)],
  ['Host 127.0.0.2', 403, host((port) => `127.0.0.2:${port}`)],
  ['Host 127.1', 403, host((port) => `127.1:${port}`)],
  ['Host as an integer', 403, host((port) => `2130706433:${port}`)],
  ['Host as hex', 403, host((port) => `0x7f000001:${port}`)],
  ['Host [::]', 403, host((port) => `[::]:${port}`)],
  ['Host of mapped IPv4', 403, host((port) => `[::ffff:127.0.0.1]:${port}`)],
  ['Host localhost with a dot', 403, host((port) => `localhost.:${port}`)],
  ['Host under localhost', 403, host((port) => `evil.localhost:${port}`)],
  ['Host ending in our address', 403, host((port) => `evil.example.127.0.0.1:${port}`)],
  ['Host nip.io', 403, host((port) => `127.0.0.1.nip.io:${port}`)],
  ['Host in capitals', 403, host((port) => `LOCALHOST:${port}`)],
  ['Host with user', 403, host((port) => `a@127.0.0.1:${port}`)],
  ['Host with path', 403, host((port) => `127.0.0.1:${port}/`)],
  ['Host with comma list', 403, host((port) => `127.0.0.1:${port}, evil.example`)],
  ['empty Host', 403, host(() => '')],
  ['no Host', 403, replaced('host')],
  ['two Hosts, same', 400, (parts) => added(`Host: 127.0.0.1:${harness.port}`)(parts)],
  ['two Hosts, second hostile', 400, added('Host: evil.example')],
  ['two Hosts, second in other case', 400, added('hOST: evil.example')],
  [
    'Host folded over two lines',
    400,
    (parts) => replaced('host', 'Host: evil.example', ` 127.0.0.1:${harness.port}`)(parts),
  ],
  // Another page in the same browser.
  ['Origin of another site', 403, origin(() => 'https://evil.example')],
  ['Origin null', 403, origin(() => 'null')],
  ['Origin empty', 403, origin(() => '')],
  ['Origin of another port', 403, origin((port) => `http://127.0.0.1:${port === 65_535 ? 1 : port + 1}`)],
  ['Origin with https', 403, origin((port) => `https://127.0.0.1:${port}`)],
  ['Origin of the other own name', 403, origin((port) => `http://localhost:${port}`)],
  ['Origin with path', 403, origin((port) => `http://127.0.0.1:${port}/`)],
  ['Origin with our address as prefix', 403, origin((port) => `http://127.0.0.1:${port}.evil.example`)],
  ['Origin list', 403, origin((port) => `http://127.0.0.1:${port} https://evil.example`)],
  ['Origin of an extension', 403, origin(() => 'chrome-extension://abcdefghijklmnop')],
  ['two Origins', 400, added('Origin: https://evil.example')],
  ['Sec-Fetch-Site cross-site', 403, replaced('sec-fetch-site', 'Sec-Fetch-Site: cross-site')],
  ['Sec-Fetch-Site same-site', 403, replaced('sec-fetch-site', 'Sec-Fetch-Site: same-site')],
  ['Sec-Fetch-Site made up', 403, replaced('sec-fetch-site', 'Sec-Fetch-Site: same-origin, cross-site')],
  ['two Sec-Fetch-Site', 400, added('Sec-Fetch-Site: same-origin')],
  ['a file for another site', 403, fileRequest('Sec-Fetch-Site: cross-site')],
  ['a file for another origin', 403, fileRequest('Origin: https://evil.example')],
  // A form or a beacon can send these without a preflight.
  ['text/plain', 415, replaced('content-type', 'Content-Type: text/plain')],
  ['form data', 415, replaced('content-type', 'Content-Type: application/x-www-form-urlencoded')],
  ['no content type', 415, replaced('content-type')],
  ['two content types', 400, added('Content-Type: application/json')],
  ['content type list', 415, replaced('content-type', 'Content-Type: text/plain, application/json')],
  ['JSON in another charset', 415, replaced('content-type', 'Content-Type: application/json; charset=utf-16')],
  ['JSON with another parameter', 415, replaced('content-type', 'Content-Type: application/json; boundary=x')],
  ['JSON-like type', 415, replaced('content-type', 'Content-Type: application/json-patch+json')],
  ['gzip', 415, added('Content-Encoding: gzip')],
  ['identity encoding', 415, added('Content-Encoding: identity')],
  ['preflight', 405, line('OPTIONS /api/call/status.get HTTP/1.1')],
  [
    'preflight of a file',
    405,
    (parts) => {
      fileRequest('Access-Control-Request-Method: POST')(parts);
      parts.line = 'OPTIONS / HTTP/1.1';
    },
  ],
  // The request line.
  ['HTTP/1.0', 505, line('POST /api/call/status.get HTTP/1.0')],
  ['HTTP/1.2', [400, 505], line('POST /api/call/status.get HTTP/1.2')],
  ['HTTP/2.0', [400, 505], line('POST /api/call/status.get HTTP/2.0')],
  ['HTTP/0.9', [400, 505], line('POST /api/call/status.get')],
  [
    'absolute-form target',
    400,
    (parts) => line(`POST http://127.0.0.1:${harness.port}/api/call/status.get HTTP/1.1`)(parts),
  ],
  ['absolute-form target elsewhere', 400, line('POST http://evil.example/api/call/status.get HTTP/1.1')],
  ['authority-form target', 400, line('CONNECT 127.0.0.1:22 HTTP/1.1')],
  ['asterisk-form target', [400, 405], line('OPTIONS * HTTP/1.1')],
  ['target with query', 400, (parts) => target(`/api/call/status.get?bearer=${bearer}`)(parts)],
  ['target with fragment', 400, target('/api/call/status.get#x')],
  ['target with two slashes', 400, target('//api/call/status.get')],
  ['target with dot segments', 400, target('/assets/../api/call/status.get')],
  ['target with escapes', 400, target('/api/call/%73tatus.get')],
  ['target with a backslash', 400, target('/api\\call\\status.get')],
  ['target with NUL', 400, target('/api/call/status.get\0')],
  ['target with bytes over 0x7f', 400, target('/api/call/status.g\u00e9t')],
  ['target with a matrix parameter', 400, target('/api/call/status.get;x=1')],
  ['another method', 405, line('PUT /api/call/status.get HTTP/1.1')],
  ['GET on a call', 405, line('GET /api/call/status.get HTTP/1.1')],
  ['TRACE', 405, line('TRACE / HTTP/1.1')],
  ['unknown method', 400, line('HACK /api/call/status.get HTTP/1.1')],
  ['POST on a file', 405, target('/')],
  ['method override', 400, added('X-HTTP-Method-Override: GET')],
  [
    'file outside the list',
    404,
    (parts) => {
      fileRequest()(parts);
      parts.line = 'GET /package.json HTTP/1.1';
    },
  ],
  [
    'file by traversal',
    400,
    (parts) => {
      fileRequest()(parts);
      parts.line = 'GET /assets/../../../../etc/passwd HTTP/1.1';
    },
  ],
  [
    'file by escaped traversal',
    400,
    (parts) => {
      fileRequest()(parts);
      parts.line = 'GET /assets/%2e%2e/%2e%2e/etc/passwd HTTP/1.1';
    },
  ],
  [
    'dot file',
    400,
    (parts) => {
      fileRequest()(parts);
      parts.line = 'GET /.env HTTP/1.1';
    },
  ],
  // Smuggling: two readers, two requests.
  ['length and chunked', 400, added('Transfer-Encoding: chunked')],
  ['two lengths', 400, added('Content-Length: 200')],
  ['length list', 400, replaced('content-length', 'Content-Length: 2, 2')],
  ['negative length', 400, replaced('content-length', 'Content-Length: -1')],
  ['hex length', 400, replaced('content-length', 'Content-Length: 0x2')],
  ['chunked twice', 400, replaced('content-length', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
  ['unknown transfer encoding', 400, replaced('content-length', 'Transfer-Encoding: gzip')],
  [
    'bad chunk size',
    400,
    (parts) => {
      replaced('content-length', 'Transfer-Encoding: chunked')(parts);
      parts.body = 'zz\r\n{}\r\n0\r\n\r\n';
    },
  ],
  ['space before the colon', 400, added('X-A : 1')],
  ['header without a colon', 400, added('nonsense')],
  ['NUL in a header', 400, added('X-A: a\0b')],
  [
    'bare line feeds',
    400,
    (parts) => {
      parts.headers = [parts.headers.join('\n')];
    },
  ],
  ['a body on GET', 400, fileRequest('Content-Length: 5')],
  ['a chunked body on GET', 400, fileRequest('Transfer-Encoding: chunked')],
  ['trailers', 400, added('Trailer: Host')],
  ['upgrade to h2c', 400, added('Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA')],
  ['upgrade to websocket', 400, fileRequest('Upgrade: websocket')],
  ['expect continue', 417, added('Expect: 100-continue')],
  ['expect something else', 417, added('Expect: 200-ok')],
  ['too many headers', 431, added(...Array.from({ length: 70 }, (_, index) => `X-${index}: 1`))],
  [
    'two Hosts, the second behind 70 headers',
    [400, 431],
    added(...Array.from({ length: 70 }, (_, index) => `X-${index}: 1`), 'Host: evil.example'),
  ],
  ['a header over the limit', 431, added(`X-Big: ${'a'.repeat(9000)}`)],
  // The bearer.
  ['no bearer', 401, replaced('authorization')],
  ['empty bearer', 401, replaced('authorization', 'Authorization: Bearer ')],
  ['wrong bearer', 401, replaced('authorization', `Authorization: Bearer ${'A'.repeat(43)}`)],
  [
    'bearer with one more character',
    401,
    (parts) => replaced('authorization', `Authorization: Bearer ${bearer}A`)(parts),
  ],
  [
    'bearer cut short',
    401,
    (parts) => replaced('authorization', `Authorization: Bearer ${bearer.slice(0, -1)}`)(parts),
  ],
  ['bearer in another scheme', 401, (parts) => replaced('authorization', `Authorization: Basic ${bearer}`)(parts)],
  ['bearer as a cookie', 401, (parts) => replaced('authorization', `Cookie: bearer=${bearer}`)(parts)],
  ['two bearers', 400, (parts) => added(`Authorization: Bearer ${bearer}`)(parts)],
  [
    'events without bearer',
    401,
    (parts) => {
      fileRequest()(parts);
      parts.line = 'GET /api/events HTTP/1.1';
    },
  ],
  [
    'unknown route without bearer',
    401,
    (parts) => {
      target('/api/health')(parts);
      replaced('authorization')(parts);
    },
  ],
  ['unknown route with bearer', 404, target('/api/health')],
  // What may not be asked for.
  ['an operation of the command line', 404, target('/api/call/hub.bind')],
  ['an approval', 404, target('/api/call/approvals.approve')],
  ['a new link', 404, target('/api/call/interface.link')],
  ['an operation named like a prototype', 404, target('/api/call/constructor')],
  ['an operation that is not there', 404, target('/api/call/status.set')],
  // Bodies.
  ['an empty body', 400, body('')],
  ['not JSON', 400, body('{')],
  ['an array', 400, body('[]')],
  ['null', 400, body('null')],
  ['a string', 400, body('"{}"')],
  ['100,000 open brackets', 400, body('['.repeat(100_000))],
  ['a body over 1 MiB', 413, body(`{"a":"${'x'.repeat(1024 * 1024)}"}`)],
  [
    'a chunked body over 1 MiB',
    413,
    (parts) => {
      replaced('content-length', 'Transfer-Encoding: chunked')(parts);
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      parts.body = `${chunk.repeat(20)}0\r\n\r\n`;
    },
  ],
  [
    'a sign-in with a guess',
    401,
    (parts) => {
      target('/api/session')(parts);
      body(JSON.stringify({ token: 'A'.repeat(43) }))(parts);
    },
  ],
  [
    'a sign-in with more than a token',
    401,
    (parts) => {
      target('/api/session')(parts);
      body(JSON.stringify({ token: 'A'.repeat(43), admin: true }))(parts);
    },
  ],
  ['a sign-in without a token', 401, target('/api/session')],
];

describe('hostile requests on raw sockets', () => {
  it('serves the request that every row starts from', async () => {
    const answer = await sendRaw(harness.port, build(good(harness.port)));
    expect(statusOf(answer)).toBe(200);
    expect(harness.calls.splice(0)).toEqual([{ name: 'status.get', input: {} }]);
  });

  it('has at least sixty rows', () => {
    expect(rows.length).toBeGreaterThanOrEqual(60);
  });

  it.each(rows)('refuses: %s', async (_title, expected, change) => {
    const parts = good(harness.port);
    change(parts);
    const answer = await sendRaw(harness.port, build(parts));
    expect([expected].flat()).toContain(statusOf(answer));
    expect(harness.calls.splice(0)).toEqual([]);
    expect(harness.ui.pages()).toBe(0);
    expect(answer).not.toContain('canary-value');
    expect(answer.toLowerCase()).not.toContain('access-control-');
    expect(answer).not.toContain(bearer);
    expect(answer.toLowerCase()).toContain('x-content-type-options: nosniff');
    const { error } = Refusal.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)));
    expect(error.next.length).toBeGreaterThan(10);
  });

  it.each([
    ['TLS on the plain port', Buffer.from('16030100c4010000c00303', 'hex')],
    ['random bytes', Buffer.from('00ff00ff00ff0a0a0d0a', 'hex')],
    ['the HTTP/2 preface', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    ['an MCP message', Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n')],
  ])('refuses: %s', async (_title, bytes) => {
    const answer = await sendRaw(harness.port, bytes);
    expect([400, undefined]).toContain(statusOf(answer));
    expect(harness.calls.splice(0)).toEqual([]);
  });

  it('does not look at what follows a refused request on the same connection', async () => {
    const first = good(harness.port);
    replaced('host', 'Host: evil.example')(first);
    replaced('connection', 'Connection: keep-alive')(first);
    const answer = await sendRaw(harness.port, build(first) + build(good(harness.port)));
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(statusOf(answer)).toBe(403);
    expect(harness.calls.splice(0)).toEqual([]);
  });

  it('survives connections that are reset while they are refused', async () => {
    await resetConnections(harness.port);
    expect(statusOf(await sendRaw(harness.port, build(good(harness.port))))).toBe(200);
    expect(harness.calls.splice(0)).toHaveLength(1);
  });

  it('ends a connection that drips its header', async () => {
    const answer = await sendRaw(harness.port, 'POST /api/call/status.get HTTP/1.1\r\nHost: 127');
    expect([408, undefined]).toContain(statusOf(answer));
  });

  it('ends a connection that never sends its body', async () => {
    const parts = good(harness.port);
    replaced('content-length', 'Content-Length: 100')(parts);
    const answer = await sendRaw(harness.port, build(parts));
    expect([400, 408, undefined]).toContain(statusOf(answer));
    expect(harness.calls.splice(0)).toEqual([]);
  });
});
