// The echo server over Streamable HTTP, on a port of its own choice, which it prints. Plain JSON answers, one session each
// initialize, no stream of its own.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { answer } from './echo-answer.mjs';

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    response.writeHead(request.method === 'DELETE' ? 200 : 405, { 'content-length': 0 }).end();
    return;
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const message = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const reply = answer(message);
    if (reply === undefined) {
      response.writeHead(202, { 'content-length': 0 }).end();
      return;
    }
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(reply),
      ...(message.method === 'initialize' ? { 'mcp-session-id': randomUUID() } : {}),
    });
    response.end(reply);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
