import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openAddToken, withToken } from './add-token.ts';

describe('headers', () => {
  it.each([
    ['Host', 'localhost:4000', 'localhost:5000'],
    ['host', '127.0.0.1:4000', '127.0.0.1:5000'],
    ['HOST', '[::1]:4000', '[::1]:5000'],
    ['Origin', 'http://localhost:4000', 'http://localhost:5000'],
    ['Host', 'localhost:40001', 'localhost:40001'],
    ['Host', 'localhost', 'localhost'],
    ['Host', 'evil.example.com', 'evil.example.com'],
    ['Host', 'evil.example.com:4000', 'evil.example.com:4000'],
    ['Origin', 'https://localhost:4000', 'https://localhost:4000'],
    ['Origin', 'http://evil.example.com', 'http://evil.example.com'],
    ['X-Host', 'localhost:4000', 'localhost:4000'],
  ])('%s: %s becomes %s', (name, value, mapped) => {
    expect(withToken([name, value], 4000, 5000, 't')).toEqual([name, mapped, 'Authorization', 'Bearer t']);
  });

  it('keeps a repeated header, and replaces a token that came along', () => {
    expect(withToken(['A', '1', 'authorization', 'Bearer x', 'A', '2'], 1, 2, 't')).toEqual([
      'A',
      '1',
      'A',
      '2',
      'Authorization',
      'Bearer t',
    ]);
  });
});

it('forwards body and path, and passes a closed stream on', async () => {
  const seen: { url: string | undefined; token: string | undefined; host: string | undefined; body: string }[] = [];
  const endpoint = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { authorization, host } = request.headers;
      seen.push({ url: request.url, token: authorization, host, body });
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    });
  }).listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  const { port } = endpoint.address() as AddressInfo;
  const cancelled = new Promise((resolve) => {
    endpoint.on('request', (_request, response: { on: (event: 'close', done: () => void) => void }) =>
      response.on('close', () => resolve('cancelled')),
    );
  });
  const opened = await openAddToken({ url: `http://127.0.0.1:${port}/mcp?a=1`, token: 'secret' });
  try {
    const request = send(opened.url.replace('localhost', '127.0.0.1'), { method: 'POST' });
    request.end('{}');
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    expect(String((await once(response, 'data'))[0])).toBe('data: 1\n\n');
    expect(seen).toEqual([{ url: '/mcp?a=1', token: 'Bearer secret', host: `127.0.0.1:${port}`, body: '{}' }]);
    response.on('error', () => {});
    request.destroy();
    expect(await cancelled).toBe('cancelled');
  } finally {
    await opened.close();
    endpoint.closeAllConnections();
    endpoint.close();
  }
});
