/** A raw client over Streamable HTTP, on connections that are kept. */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { excerpt, shakeHands, type EchoClient } from './echo-client.ts';

const CONNECTIONS = 64;
const CLOSE_MS = 2000;

function collect(response: IncomingMessage): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    response.on('data', (chunk: Buffer) => parts.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const { statusCode = 0, statusMessage = '', headers } = response;
      const said = headers['content-type']?.startsWith('application/json') === true ? `: ${excerpt(parts)}` : '';
      if (statusCode >= 200 && statusCode < 300) resolve(parts);
      else reject(new Error(`HTTP ${statusCode} ${statusMessage}${said}`));
    });
  });
}

export async function openHttp(url: string, token?: string): Promise<EchoClient> {
  const { hostname, port, pathname } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const to = { agent, hostname, port, path: pathname };
  const send = (message: string): Promise<readonly Buffer[]> =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        { ...to, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(message) } },
        (response) => {
          const session = response.headers['mcp-session-id'];
          if (typeof session === 'string') headers['mcp-session-id'] = session;
          resolve(collect(response));
        },
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // The other side may close a kept connection while others have their turn; clients try such a one again.
        if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve(send(message));
        else reject(error);
      });
      outgoing.end(message);
    });
  /** Some do not know it, and some are gone. */
  const endSession = (): Promise<void> =>
    new Promise((resolve) => {
      httpRequest({ ...to, method: 'DELETE', headers, signal: AbortSignal.timeout(CLOSE_MS) }, (response) => {
        response.resume().on('close', resolve);
      })
        .on('error', () => resolve())
        .end();
    });
  const close = async (): Promise<void> => {
    if (headers['mcp-session-id'] !== undefined) await endSession();
    agent.destroy();
  };
  try {
    const call = await shakeHands(send, async (message) => {
      headers['mcp-protocol-version'] = '2025-11-25';
      await send(message);
    });
    return { call, close };
  } catch (error) {
    await close();
    throw error;
  }
}
