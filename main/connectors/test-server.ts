/** Starts a connector once as a client would, with the SDK's own client, and says what it offers and what policy makes of it. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { JSONRPCMessageSchema, type JSONRPCMessage, type Tool } from '@modelcontextprotocol/sdk/types.js';
import { CompanionError, isJsonObject, type OperationOutput } from '../../preload/contract/index.ts';
import { toolFacts } from '../policy/read-only.ts';
import { spawnServer, type ServerProcess } from '../process/spawn-server.ts';
import { LineFramer } from '../relay/framing.ts';
import { DEFAULT_LIMITS } from '../relay/limits.ts';
import { parseMessage } from '../relay/parse-message.ts';
import type { PreparedServer } from '../transport/run-session.ts';

const TIMEOUT_MS = 30_000;
const MAX_PAGES = 50;

/** MCP over a process that we started ourselves, with the limits of every other session. */
function transportOver(
  server: ServerProcess,
  stray: (text: string) => void,
  agreed: (version: string) => void,
): Transport {
  const lines = new LineFramer(DEFAULT_LIMITS.maxMessageBytes, {
    line: (line) => {
      const message = parseLine(line);
      if (message === undefined) stray(line.toString('utf8').trimEnd());
      else transport.onmessage?.(message);
    },
    discarded: () => stray(`a message of more than ${DEFAULT_LIMITS.maxMessageBytes} bytes`),
  });
  const transport: Transport = {
    start: async () => {
      await server.started;
      server.stdout.on('data', (chunk: Buffer) => lines.push(chunk));
      server.stdout.once('close', () => transport.onclose?.());
    },
    send: (message: JSONRPCMessage) =>
      new Promise((resolve) => {
        if (server.stdin.write(`${JSON.stringify(message)}\n`)) resolve();
        else server.stdin.once('drain', resolve);
      }),
    close: () => server.stop({ graceMs: 500 }),
    setProtocolVersion: agreed,
  };
  return transport;
}

function parseLine(line: Buffer): JSONRPCMessage | undefined {
  if (parseMessage(line, 'server', DEFAULT_LIMITS).kind === 'invalid') return undefined;
  const message = JSONRPCMessageSchema.safeParse(JSON.parse(line.toString('utf8')));
  return message.success ? message.data : undefined;
}

export async function testServer(
  prepared: PreparedServer,
  track: { readonly started: (pid: number) => void; readonly ended: (pid: number) => void },
  version: string,
): Promise<OperationOutput<'connectors.test'>> {
  const began = performance.now();
  const server = spawnServer(prepared.launch);
  if (server.pid > 0) track.started(server.pid);
  server.stderr.setEncoding('utf8');
  server.stderr.on('data', (chunk: string) => prepared.log.write(prepared.redactor.push(chunk)));
  const client = new Client({ name: 'runlayer-companion', version });
  try {
    let protocolVersion = 'unknown';
    const transport = transportOver(
      server,
      (text) => prepared.log.line(prepared.redact(`[stdout, not MCP] ${text}`)),
      (version) => {
        protocolVersion = version;
      },
    );
    await client.connect(transport, { timeout: TIMEOUT_MS });
    const tools: Tool[] = [];
    if (client.getServerCapabilities()?.tools !== undefined) {
      let cursor: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const list = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout: TIMEOUT_MS });
        tools.push(...list.tools);
        cursor = list.nextCursor;
        if (cursor === undefined) break;
      }
    }
    const policy = prepared.policy();
    const info = client.getServerVersion();
    return {
      ok: true,
      server: prepared.redact(`${info?.name ?? 'unnamed'} ${info?.version ?? ''}`.trim()),
      protocolVersion,
      tools: tools.map((tool) => {
        const decision = policy.decideTool(toolFacts(tool.name, isJsonObject(tool) ? tool : {}));
        return { name: prepared.redact(tool.name), effect: decision.effect, code: decision.code };
      }),
      durationMs: Math.round(performance.now() - began),
    };
  } catch (error) {
    if (error instanceof CompanionError) throw error;
    throw new CompanionError(
      'E_CONNECTOR_TEST',
      `The server of "${prepared.connector}" did not answer as an MCP server: ${prepared.redact(error instanceof Error ? error.message : String(error))}.`,
      `See what it printed with "runlayer connectors logs ${prepared.connector}".`,
      { cause: error },
    );
  } finally {
    await client.close().catch(() => {});
    await server.stop({ graceMs: 500 });
    if (server.pid > 0) track.ended(server.pid);
    prepared.log.write(prepared.redactor.end());
    prepared.release({ crashed: false, answered: true });
  }
}
