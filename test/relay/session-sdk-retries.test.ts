/** The SDK's own modern client and server on the two sides of a session, in this process: what they call one call is one. */
import { afterEach, describe, expect, it } from 'vitest';
import { Client, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createConformanceServer } from '../fixtures/conformance/server.ts';
import { harness, policyOf, rule, type Harness } from './harness.ts';

/** One end of an SDK connection: what it sends goes to `sent`, what it is to receive comes with `receive`. */
function end(sent: (line: string) => void): Transport & { receive(chunks: readonly Buffer[]): void } {
  const transport: Transport & { receive(chunks: readonly Buffer[]): void } = {
    start: async () => {},
    send: async (message) => sent(JSON.stringify(message)),
    close: async () => transport.onclose?.(),
    receive: (chunks) => {
      const lines = Buffer.concat(chunks).toString('utf8').split('\n').slice(0, -1);
      // In a turn of its own, as from a pipe.
      for (const line of lines) queueMicrotask(() => transport.onmessage?.(JSON.parse(line) as JSONRPCMessage));
    },
  };
  return transport;
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

async function connect(): Promise<{ readonly h: Harness; readonly client: Client }> {
  const toClient = end((line) => h.fromClient(line));
  const toServer = end((line) => h.fromServer(line));
  const flow = { backlog: () => 0, pause: () => {}, resume: () => {}, end: () => {} };
  const write =
    (side: typeof toClient) =>
    (chunks: readonly Buffer[]): boolean => {
      side.receive(chunks);
      return true;
    };
  const h = harness({
    session: {
      client: { ...flow, write: write(toClient) },
      server: { ...flow, write: write(toServer) },
      shape: (value) => value as never,
    },
  });
  open.push(serveStdio(() => createConformanceServer(), { transport: toServer }));
  const client = new Client(
    { name: 'retries', version: '1.0.0' },
    {
      capabilities: { sampling: {}, roots: {}, elicitation: { form: {} } },
      versionNegotiation: { mode: { pin: '2026-07-28' } },
    },
  );
  client.setRequestHandler('elicitation/create', ({ params }) => ({
    action: 'accept',
    content: 'color' in propertiesOf(params) ? { color: 'red' } : { name: 'Ada', ok: true, context: 'c' },
  }));
  client.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant',
    content: { type: 'text', text: 'Paris' },
    model: 'none',
  }));
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///r' }] }));
  open.push(client);
  await client.connect(toClient);
  await client.listTools();
  return { h, client };
}

function propertiesOf(params: object): object {
  return 'requestedSchema' in params ? (params.requestedSchema as { properties: object }).properties : {};
}

/** Attempts and outcomes of each call, in the order in which the calls began. */
function calls(h: Harness): string[] {
  const byCall = new Map<string, string[]>();
  for (const record of h.records) {
    if (record.kind === 'event') continue;
    const lines = byCall.get(record.call) ?? [];
    lines.push(record.kind === 'intent' ? String(record.attempt ?? 1) : record.outcome);
    byCall.set(record.call, lines);
  }
  return [...byCall.values()].map((lines) => lines.join(' '));
}

describe('the SDK’s client and server', () => {
  it.each([
    ['elicitation', 'Hello, Ada!', '1 2 ok'],
    ['sampling', 'Paris', '1 2 ok'],
    ['list_roots', 'Roots: file:///r', '1 2 ok'],
    ['request_state', 'state-ok', '1 2 ok'],
    ['multiple_inputs', 'Paris Ada, of 1 roots.', '1 2 ok'],
    ['multi_round', 'Your favorite color is red.', '1 2 3 ok'],
  ])('ask and answer through it: %s', async (name, text, trail) => {
    const { h, client } = await connect();
    const result = await client.callTool({ name: `test_input_required_result_${name}`, arguments: {} });
    expect(result.content).toEqual([{ type: 'text', text }]);
    expect(calls(h)).toEqual([trail]);
    expect([h.dropped, h.fatal]).toEqual([[], []]);
  });

  it('about a prompt too', async () => {
    const { h, client } = await connect();
    await client.getPrompt({ name: 'test_input_required_result_prompt' });
    expect(calls(h)).toEqual(['1 2 ok']);
  });

  it('many at once, the same ones among them', async () => {
    const { h, client } = await connect();
    const names = ['elicitation', 'multi_round', 'request_state', 'elicitation', 'multi_round', 'request_state'];
    await Promise.all(
      names.map((name) => client.callTool({ name: `test_input_required_result_${name}`, arguments: {} })),
    );
    expect(calls(h).sort()).toEqual(['1 2 3 ok', '1 2 3 ok', '1 2 ok', '1 2 ok', '1 2 ok', '1 2 ok']);
  });

  it('and a rule that came between the rounds ends the call', async () => {
    const { h, client } = await connect();
    client.setRequestHandler('elicitation/create', () => {
      h.policy = policyOf('allow', [rule('deny', 'test_input_required_result_*')]);
      return { action: 'accept', content: { name: 'Ada' } };
    });
    await expect(client.callTool({ name: 'test_input_required_result_elicitation', arguments: {} })).rejects.toThrow(
      'Unknown tool',
    );
    expect(calls(h)).toEqual(['1 2 refused']);
  });
});
