/** Raw MCP over HTTP in both eras, so that a journey sees statuses, headers and bytes and not what an SDK makes of them. */
import { Agent, request } from 'node:http';

export const MODERN = '2026-07-28';
export const LEGACY = '2025-11-25';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The messages of the body, JSON or events. */
  readonly messages: readonly RpcMessage[];
}

export interface RpcMessage {
  readonly id?: unknown;
  readonly method?: string;
  readonly result?: Readonly<Record<string, unknown>> & {
    readonly content?: readonly { readonly text: string }[];
    readonly tools?: readonly { readonly name: string }[];
  };
  readonly error?: { readonly code: number; readonly message: string };
}

function messagesOf(type: string, text: string): RpcMessage[] {
  if (text === '') return [];
  if (!type.startsWith('text/event-stream')) return [JSON.parse(text) as RpcMessage];
  return text
    .split('\n')
    .filter((line) => line.startsWith('data:') && line.length > 6)
    .map((line) => JSON.parse(line.slice(5)) as RpcMessage);
}

export class HubClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });
  private readonly url: URL;
  private readonly token: string;
  private session: string | undefined;

  constructor(url: string, token: string) {
    this.url = new URL(url);
    this.token = token;
  }

  send(method: string, headers: Readonly<Record<string, string>>, body?: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent: this.agent,
          hostname: this.url.hostname,
          port: this.url.port,
          path: this.url.pathname,
          method,
          headers: {
            authorization: `Bearer ${this.token}`,
            accept: 'application/json, text/event-stream',
            ...(body === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const type = response.headers['content-type'] ?? '';
            let messages: Reply['messages'];
            try {
              messages = messagesOf(type, text);
            } catch (error) {
              reject(new Error(`not MCP (${response.statusCode}): ${text.slice(0, 200)}`, { cause: error }));
              return;
            }
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, messages });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** A modern request with everything that it must carry. */
  modern(id: unknown, method: string, params: Readonly<Record<string, unknown>> = {}): Promise<Reply> {
    const name = params['name'] ?? params['uri'];
    const meta = {
      'io.modelcontextprotocol/protocolVersion': MODERN,
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'journey', version: '1' },
    };
    const given = params['_meta'];
    const _meta = { ...meta, ...(typeof given === 'object' ? given : {}) };
    return this.send(
      'POST',
      {
        'mcp-protocol-version': MODERN,
        'mcp-method': method,
        ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
      },
      JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } }),
    );
  }

  /** A legacy message of the session. */
  legacy(message: Readonly<Record<string, unknown>>): Promise<Reply> {
    return this.send(
      'POST',
      this.session === undefined ? {} : { 'mcp-session-id': this.session, 'mcp-protocol-version': LEGACY },
      JSON.stringify({ jsonrpc: '2.0', ...message }),
    );
  }

  async initialize(): Promise<Reply> {
    const params = { protocolVersion: LEGACY, capabilities: {}, clientInfo: { name: 'journey', version: '1' } };
    const reply = await this.legacy({ id: 0, method: 'initialize', params });
    const session = reply.headers['mcp-session-id'];
    if (typeof session !== 'string') throw new Error(`no session: ${reply.status} ${reply.text.slice(0, 300)}`);
    this.session = session;
    await this.legacy({ method: 'notifications/initialized' });
    return reply;
  }

  /** Ends the legacy session, if there is one, and every connection. */
  async close(): Promise<void> {
    if (this.session !== undefined) await this.send('DELETE', { 'mcp-session-id': this.session });
    this.agent.destroy();
  }
}
