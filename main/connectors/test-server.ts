/** Starts a connector once as a client would, with the SDK's own client, and says what it offers and what policy makes of it. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { JSONRPCMessageSchema, type JSONRPCMessage, type Tool } from '@modelcontextprotocol/sdk/types.js';
import { CompanionError, isJsonObject, type OperationOutput } from '../../preload/contract/index.ts';
import { toolFacts } from '../policy/read-only.ts';
import { LineFramer } from '../relay/framing.ts';
import { DEFAULT_LIMITS } from '../relay/limits.ts';
import { parseMessage } from '../relay/parse-message.ts';
import type { PreparedServer } from '../transport/governed-session.ts';
import type { Upstream } from '../transport/upstream.ts';

const TIMEOUT_MS = 30_000;
const MAX_PAGES = 50;

interface TestTransport extends Transport {
  /** Why the server could not be had at all. */
  failure(): CompanionError | undefined;
}

/** MCP over an upstream of ours, with the limits of every other session. */
function transportOver(prepared: PreparedServer, agreed: (version: string) => void): TestTransport {
  const stray = (text: string): void => prepared.log.line(prepared.redact(`[stdout, not MCP] ${text}`));
  const deliver = (line: Buffer): void => {
    const message = parseLine(line);
    if (message === undefined) stray(line.toString('utf8').trimEnd());
    else transport.onmessage?.(message);
  };
  const lines = new LineFramer(DEFAULT_LIMITS.maxMessageBytes, {
    line: deliver,
    discarded: () => stray(`a message of more than ${DEFAULT_LIMITS.maxMessageBytes} bytes`),
  });
  let upstream: Upstream | undefined;
  let drained = (): void => {};
  let failed: CompanionError | undefined;
  const transport: TestTransport = {
    failure: () => failed,
    start: async () => {
      upstream = prepared.open({
        bytes: (chunk) => lines.push(chunk),
        message: (_parsed, line) => deliver(line),
        failed: (idKey, reason) => {
          const id = idKey.startsWith('n') ? Number(idKey.slice(1)) : idKey.slice(1);
          transport.onmessage?.({ jsonrpc: '2.0', id, error: { code: -32_000, message: reason } });
        },
        drained: () => drained(),
        stderr: (text) => prepared.log.write(prepared.redactor.push(text)),
        log: (text) => prepared.log.line(prepared.redact(text)),
      });
      void upstream.ended.then(({ failure }) => {
        failed = failure;
        transport.onclose?.();
      });
    },
    send: (message: JSONRPCMessage) =>
      new Promise((resolve, reject) => {
        const line = Buffer.from(`${JSON.stringify(message)}\n`);
        const parsed = parseMessage(line, 'client', DEFAULT_LIMITS);
        if (upstream === undefined || parsed.kind === 'invalid') {
          reject(new Error('it cannot be sent'));
          return;
        }
        const { peer } = upstream;
        const ready =
          'deliver' in peer ? peer.deliver([{ bytes: line, message: parsed, related: undefined }]) : peer.write([line]);
        if (ready) resolve();
        else drained = resolve;
      }),
    close: async () => {
      await upstream?.stop(500);
    },
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
  version: string,
): Promise<OperationOutput<'connectors.test'>> {
  const began = performance.now();
  const client = new Client({ name: 'runlayer-companion', version });
  let protocolVersion = 'unknown';
  const transport = transportOver(prepared, (agreed) => {
    protocolVersion = agreed;
  });
  try {
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
    const failure = transport.failure();
    if (failure !== undefined) throw failure;
    throw new CompanionError(
      'E_CONNECTOR_TEST',
      `The server of "${prepared.connector}" did not answer as an MCP server: ${prepared.redact(error instanceof Error ? error.message : String(error))}.`,
      `See what it printed with "runlayer connectors logs ${prepared.connector}".`,
      { cause: error },
    );
  } finally {
    await client.close().catch(() => {});
    await transport.close();
    prepared.log.write(prepared.redactor.end());
    prepared.release({ crashed: false, answered: true });
  }
}
