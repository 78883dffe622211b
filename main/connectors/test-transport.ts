/**
 * The SDK's client over an upstream of ours, with the limits of every other session. An answer that breaks one of them fails its
 * question at once; whatever else is no message is kept in the connector's log.
 */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { JSONRPCMessageSchema, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { CompanionError, DecisionCode, JsonObject } from '../../preload/contract/index.ts';
import { LineFramer } from '../relay/framing.ts';
import type { WireLimits } from '../relay/limits.ts';
import { idKeyOf, parseMessage, type InvalidMessage, type Parsed } from '../relay/parse-message.ts';
import type { PreparedServer } from '../transport/governed-session.ts';
import type { Upstream } from '../transport/upstream.ts';

export interface TestTransport extends Transport {
  /** Why the server could not be had at all. */
  failure(): CompanionError | undefined;
  /** The line that answered the last tools/list, as it came; given out once. */
  takeList(): Buffer | undefined;
  /** Why this transport cannot carry calls of a tool that is defined so. */
  toolProblem(definition: JsonObject): DecisionCode | undefined;
}

export function transportOver(
  prepared: PreparedServer,
  limits: WireLimits,
  agreed: (version: string) => void,
): TestTransport {
  let upstream: Upstream | undefined;
  let drained = (): void => {};
  let failed: CompanionError | undefined;
  let listKey: string | undefined;
  let listLine: Buffer | undefined;

  const stray = (text: string): void => prepared.log.line(prepared.redact(`[stdout, not MCP] ${text}`));
  const fail = (idKey: string | undefined, reason: string): void => {
    if (idKey === undefined) return;
    const id = idKey.startsWith('n') ? Number(idKey.slice(1)) : idKey.slice(1);
    transport.onmessage?.({ jsonrpc: '2.0', id, error: { code: -32_000, message: reason } });
  };
  const drop = (line: Buffer, { stray: isStray, id, reading, reason }: InvalidMessage): void => {
    stray(isStray ? line.toString('utf8').trimEnd() : reason);
    if (id !== undefined && (reading === 'response' || reading === 'envelope')) fail(idKeyOf(id), reason);
  };
  const deliver = (line: Buffer, parsed: Parsed): void => {
    if (parsed.kind === 'invalid') {
      drop(line, parsed);
      return;
    }
    const message = JSONRPCMessageSchema.safeParse(JSON.parse(line.toString('utf8')));
    if (!message.success) {
      stray('a message that is not of this protocol');
      if (parsed.kind === 'response') fail(parsed.idKey, 'its answer is not of this protocol');
      return;
    }
    if (parsed.kind === 'response' && parsed.idKey === listKey) {
      listKey = undefined;
      listLine = line;
    }
    transport.onmessage?.(message.data);
  };
  const lines = new LineFramer(limits.maxMessageBytes, {
    line: (line) => deliver(line, parseMessage(line, 'server', limits)),
    discarded: (_why, { id }) => {
      const reason = `a message of more than ${limits.maxMessageBytes} bytes`;
      stray(reason);
      if (id !== undefined) fail(idKeyOf(id), reason);
    },
  });

  const transport: TestTransport = {
    failure: () => failed,
    takeList: () => {
      const line = listLine;
      listLine = undefined;
      return line;
    },
    toolProblem: (definition) => upstream?.toolProblem?.(definition),
    start: async () => {
      upstream = prepared.open({
        bytes: (chunk) => lines.push(chunk),
        message: (parsed, line) => deliver(line, parsed),
        failed: fail,
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
        const parsed = parseMessage(line, 'client', limits);
        if (upstream === undefined || parsed.kind === 'invalid') {
          reject(new Error('it cannot be sent'));
          return;
        }
        if (parsed.kind === 'request' && parsed.method === 'tools/list') {
          listKey = parsed.idKey;
          listLine = undefined;
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
