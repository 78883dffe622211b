/** What a client does in each of the suite's client scenarios; the suite's own server watches. */
import type { Client, Tool } from '@modelcontextprotocol/client';

type Play = (client: Client, context: Readonly<Record<string, unknown>>) => Promise<unknown>;

const listOnly: Play = (client) => client.listTools();

const PLAYS: Readonly<Record<string, Play>> = {
  // Connecting is all of it.
  initialize: async () => {},
  tools_call: async (client) => {
    await client.listTools();
    await client.callTool({ name: 'add_numbers', arguments: { a: 5, b: 3 } });
  },
  'elicitation-sep1034-client-defaults': async (client) => {
    await client.listTools();
    await client.callTool({ name: 'test_client_elicitation_defaults', arguments: {} });
  },
  'sse-retry': async (client) => {
    await client.listTools();
    await client.callTool({ name: 'test_reconnection', arguments: {} });
  },
  'request-metadata': listOnly,
  'json-schema-ref-no-deref': listOnly,
  'sep-2322-client-request-state': async (client) => {
    await client.listTools();
    // The unrelated call goes out while the other one is between its rounds.
    await Promise.all([
      client.callTool({ name: 'test_mrtr_echo_state', arguments: {} }),
      client.callTool({ name: 'test_mrtr_unrelated', arguments: {} }),
    ]);
    await client.callTool({ name: 'test_mrtr_no_state', arguments: {} });
    // The SDK's client refuses a result that names no type; the suite only wants it not to be taken for a question.
    await client.callTool({ name: 'test_mrtr_no_result_type', arguments: {} }).catch(() => {});
  },
  'http-standard-headers': async (client) => {
    for (const { name } of (await client.listTools()).tools) await client.callTool({ name, arguments: {} });
    for (const { uri } of (await client.listResources()).resources) await client.readResource({ uri });
    for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt({ name });
  },
  'http-custom-headers': async (client, { toolCalls }) => {
    await client.listTools();
    for (const call of toolCalls as Parameters<Client['callTool']>[0][]) await client.callTool(call);
  },
  'http-invalid-tool-headers': async (client) => {
    // Whatever is shown is called: what must not be called must not be shown.
    for (const tool of (await client.listTools()).tools)
      await client.callTool({ name: tool.name, arguments: argumentsFor(tool) });
  },
  'json-schema-2020-12-preservation': async (client) => {
    const { tools } = await client.listTools();
    const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema;
    await client.callTool({ name: 'json_schema_echo', arguments: { schema } });
  },
};

const SAMPLES: Readonly<Record<string, unknown>> = {
  string: 'x',
  integer: 1,
  number: 1.5,
  boolean: true,
  object: {},
  array: [],
  null: null,
};

function argumentsFor({ inputSchema }: Tool): Record<string, unknown> {
  const properties = Object.entries((inputSchema.properties ?? {}) as Record<string, { type?: string }>);
  return Object.fromEntries(properties.map(([name, { type }]) => [name, SAMPLES[type ?? 'string']]));
}

/** Behind a sign-in: one thing that the first scope allows, and one that may need another. */
const playSignedIn: Play = async (client) => {
  await client.listTools();
  await client.callTool({ name: 'test-tool', arguments: {} });
};

/** A scenario of signing in; these have a table of their own. */
export function isSignIn(scenario: string): boolean {
  return scenario.startsWith('auth/');
}

function playOf(scenario: string): Play | undefined {
  return isSignIn(scenario) ? playSignedIn : PLAYS[scenario];
}

export function isPlayed(scenario: string): boolean {
  return playOf(scenario) !== undefined;
}

export async function play(
  scenario: string,
  client: Client,
  context: Readonly<Record<string, unknown>>,
): Promise<void> {
  const played = playOf(scenario);
  if (played === undefined) throw new Error(`nobody plays ${scenario}`);
  await played(client, context);
}
