/**
 * What the suite starts as the client under test: `client-driver.ts <url>`. It plays the scenario that the suite names in
 * MCP_CONFORMANCE_SCENARIO with the SDK's own client. Without more it goes straight to the URL, which is the baseline; with
 * CONFORMANCE_BRIDGE (JSON: a command line with `{url}` in it) it speaks stdio to that command, which has to reach the URL,
 * and CONFORMANCE_LOGIN, such a command line too, signs in.
 */
import {
  Client,
  StreamableHTTPClientTransport,
  type ClientCapabilities,
  type Transport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { MODERN_VERSION } from './adapter/modern-child.ts';
import { isSignIn, play } from './client-scenarios.ts';
import { HeardStdio } from './heard-stdio.ts';
import { SdkSignIn, signInByCommand } from './client-sign-in.ts';

const url = process.argv.at(-1) ?? '';
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const version = process.env['MCP_CONFORMANCE_PROTOCOL_VERSION'] ?? '2025-11-25';
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Record<string, unknown>;
const bridge = commandLine('CONFORMANCE_BRIDGE');
const login = commandLine('CONFORMANCE_LOGIN');
const signIn = new SdkSignIn(context);
const needsSignIn = isSignIn(scenario);
/** One for a call without a token, one for a call that needs more; a third would ask a person in a loop. */
const MAX_SIGN_INS = 2;
const LOGIN_HINT = /\bsign in with "runlayer connectors login [\w-]+"/i;

function commandLine(variable: string): string[] | undefined {
  const line = process.env[variable];
  return line === undefined ? undefined : (JSON.parse(line) as string[]).map((word) => word.replaceAll('{url}', url));
}

function openTransport(): Transport {
  const [command, ...args] = bridge ?? [];
  if (command === undefined)
    return new StreamableHTTPClientTransport(new URL(url), needsSignIn ? { authProvider: signIn } : {});
  const Stdio = needsSignIn ? HeardStdio : StdioClientTransport;
  return new Stdio({ command, args, env: process.env as Record<string, string>, stderr: 'inherit' });
}

/** Everything a client can declare, because one scenario looks at each. */
const CAPABILITIES: ClientCapabilities = {
  sampling: {},
  roots: { listChanged: true },
  elicitation: { form: { applyDefaults: true } },
};

function createClient(): Client {
  const client = new Client(
    { name: 'conformance-driver', version: '1.0.0' },
    {
      capabilities: CAPABILITIES,
      versionNegotiation: { mode: version === MODERN_VERSION ? { pin: MODERN_VERSION } : 'legacy' },
    },
  );
  // Nothing filled in but what has no default: the rest must come from the defaults.
  client.setRequestHandler('elicitation/create', ({ params }) => ({
    action: 'accept',
    content: 'confirmed' in propertiesOf(params) ? { confirmed: true } : {},
  }));
  client.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant',
    content: { type: 'text', text: 'sampled' },
    model: 'none',
  }));
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///conformance' }] }));
  return client;
}

function propertiesOf(params: object): object {
  return 'requestedSchema' in params ? (params.requestedSchema as { properties: object }).properties : {};
}

/** Whether it is worth another try. Behind a command a person signs in, and only if the refusal says how. */
async function signedInAgain(transport: Transport): Promise<boolean> {
  if (!needsSignIn) return false;
  if (transport instanceof StreamableHTTPClientTransport) return signIn.finish(transport);
  if (login === undefined || !(transport instanceof HeardStdio) || !LOGIN_HINT.test(transport.refusal)) return false;
  await signInByCommand(login);
  return true;
}

for (let signIns = 0; ; signIns++) {
  const client = createClient();
  const transport = openTransport();
  try {
    await client.connect(transport);
    await play(scenario, client, context);
    await client.close();
    break;
  } catch (error) {
    const again = signIns < MAX_SIGN_INS && (await signedInAgain(transport));
    await client.close();
    if (!again) throw error;
  }
}
