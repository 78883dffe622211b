/**
 * Serves a command that speaks MCP on stdio over Streamable HTTP, both eras, so that the suite, which knows HTTP only, can
 * judge what stands on stdio. It owns the rules of HTTP and touches nothing of a message but ids.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LegacySession } from './adapter/legacy-session.ts';
import { failure, isRecord, metaOf, parseKeepingNumbers, VERSION_KEY, type Message } from './adapter/message.ts';
import { ModernChild, MODERN_VERSION } from './adapter/modern-child.ts';
import { Reply } from './adapter/reply.ts';
import type { Command } from './adapter/stdio-child.ts';
import type { Opened } from './opened.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

class Adapter {
  private readonly command: Command;
  private readonly sessions = new Map<string, LegacySession>();
  private readonly ending = new Set<Promise<void>>();
  private modern: Promise<ModernChild> | undefined;

  constructor(command: Command) {
    this.command = command;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = new Reply(response);
    if (!isLoopback(request.headers.host) || !isLoopback(request.headers.origin, true))
      reply.end(403, failure(null, -32000, 'This host or origin is not served.'));
    else if (request.url !== '/mcp') reply.close(404);
    else if (request.method === 'POST') await this.post(request, response);
    else if (request.method === 'GET') this.session(request, reply)?.listen(reply);
    else if (request.method === 'DELETE') this.end(request, reply);
    else reply.close(405);
  }

  private async post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = new Reply(response);
    if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) return reply.close(415);
    const body = await read(request);
    if (body === undefined) return reply.close(413);
    let message: unknown;
    try {
      message = parseKeepingNumbers(body);
    } catch {
      return reply.end(400, failure(null, -32700, 'Not JSON.'));
    }
    if (!isRecord(message)) return reply.end(400, failure(null, -32600, 'Not one message.'));
    const parsed = message as unknown as Message;
    if (isModern(request, parsed)) {
      await this.exchange(request, parsed, reply);
    } else if (parsed.method === 'initialize' && request.headers['mcp-session-id'] === undefined) {
      this.begin(parsed, response);
    } else {
      this.session(request, reply)?.post(parsed, reply);
    }
  }

  private async exchange(request: IncomingMessage, message: Message, reply: Reply): Promise<void> {
    this.modern ??= ModernChild.open(this.command);
    try {
      (await this.modern).exchange(request.headers, message, reply);
    } catch (error) {
      reply.end(502, failure(message.id ?? null, -32000, error instanceof Error ? error.message : String(error)));
    }
  }

  private begin(message: Message, response: ServerResponse): void {
    const id = randomUUID();
    const session = new LegacySession(this.command, () => this.sessions.delete(id));
    this.sessions.set(id, session);
    session.post(message, new Reply(response, { 'mcp-session-id': id }));
  }

  private session(request: IncomingMessage, reply: Reply): LegacySession | undefined {
    const id = request.headers['mcp-session-id'];
    if (typeof id !== 'string') {
      reply.end(400, failure(null, -32000, 'The Mcp-Session-Id header is missing.'));
      return undefined;
    }
    const session = this.sessions.get(id);
    if (session === undefined) reply.end(404, failure(null, -32001, 'Session not found'));
    return session;
  }

  private end(request: IncomingMessage, reply: Reply): void {
    const session = this.session(request, reply);
    if (session === undefined) return;
    this.sessions.delete(String(request.headers['mcp-session-id']));
    const ended = session.close();
    this.ending.add(ended);
    void ended.then(() => this.ending.delete(ended));
    reply.close(200);
  }

  async close(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((session) => session.close()));
    await Promise.all(this.ending);
    // One that did not open has nothing to close, and has been told to whoever asked for it.
    await (await this.modern?.catch(() => undefined))?.close();
  }
}

/** The body says which era a request is of; the header does where the body says nothing. */
function isModern(request: IncomingMessage, message: Message): boolean {
  return metaOf(message)[VERSION_KEY] !== undefined || request.headers['mcp-protocol-version'] === MODERN_VERSION;
}

function isLoopback(name: string | undefined, isOrigin = false): boolean {
  if (name === undefined) return isOrigin;
  try {
    return LOOPBACK.has(new URL(isOrigin ? name : `http://${name}`).hostname);
  } catch {
    return false;
  }
}

async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export async function openHttpToStdio(command: Command): Promise<Opened> {
  const adapter = new Adapter(command);
  const server = createServer((request, response) => {
    adapter.serve(request, response).catch((error: unknown) => {
      process.stderr.write(`adapter: ${error instanceof Error ? error.message : String(error)}\n`);
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/mcp`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await adapter.close();
    },
  };
}
