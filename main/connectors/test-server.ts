/**
 * Starts a connector once as a client would, with the SDK's own client, and says what it offers and what policy makes of it.
 * Nothing that the server lists is compiled, the limits of a session hold for its list, and all of it ends in 30 s: whatever
 * a server answers, the companion goes on.
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { z } from 'zod';
import { CompanionError, isJsonObject, type OperationOutput } from '../../preload/contract/index.ts';
import { DEFAULT_LIMITS, type WireLimits } from '../relay/limits.ts';
import { ToolCatalogue } from '../relay/tool-catalogue.ts';
import type { Policy } from '../policy/decide.ts';
import type { PreparedServer } from '../transport/governed-session.ts';
import { displayText } from './display.ts';
import { transportOver, type TestTransport } from './test-transport.ts';

const TIMEOUT_MS = 30_000;
/** Of what a server calls itself or says went wrong. */
const MAX_SHOWN_CHARACTERS = 500;

type TestedTool = OperationOutput<'connectors.test'>['tools'][number];

/** As loose as can be: the catalogue says what is wrong with a list, and looks at definitions in their source text. */
const ToolPage = z.looseObject({ tools: z.unknown().optional(), nextCursor: z.unknown().optional() });

/** Compiling a schema of a stranger can take minutes (threat model); the SDK does so by itself where it lists tools. */
const compilesNothing = {
  getValidator: (): never => {
    throw new Error('schemas of a server are not compiled');
  },
};

/** Throws one clause where the list is larger than a session would take it. */
async function listTools(
  client: Client,
  transport: TestTransport,
  { limits, policy }: { readonly limits: WireLimits; readonly policy: Policy },
): Promise<{ readonly tools: TestedTool[]; readonly unnamed: number }> {
  const catalogue = new ToolCatalogue(limits, (definition) => transport.toolProblem(definition));
  const names = new Set<string>();
  const cursors = new Set<string>();
  let count = 0;
  let bytes = 0;
  let cursor: string | undefined;
  for (let page = 0; page < limits.maxToolPages; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const list = await client.request({ method: 'tools/list', params }, ToolPage, { timeout: TIMEOUT_MS });
    const line = transport.takeList();
    if (line === undefined) throw new Error('its list of tools answers another question');
    const listed: unknown[] = Array.isArray(list.tools) ? list.tools : [];
    count += listed.length;
    bytes += line.length;
    if (count > limits.maxTools) throw new Error(`it lists more than ${limits.maxTools} tools`);
    if (bytes > limits.maxToolListBytes) throw new Error('its list of tools is too large');
    const learned = catalogue.filter(line, list, policy);
    if (learned.kind === 'refused') throw new Error(learned.reason);
    for (const tool of listed) names.add(isJsonObject(tool) && typeof tool['name'] === 'string' ? tool['name'] : '');
    const { nextCursor } = list;
    if (typeof nextCursor !== 'string' || cursors.has(nextCursor)) break;
    cursors.add(nextCursor);
    cursor = nextCursor;
  }
  const tools: TestedTool[] = [];
  for (const name of names) {
    // Looked at after the last page: a later one may hold a name that looks like it.
    const problem = catalogue.callProblem(name);
    // Nothing shows such a name, so that it cannot pass for another one; it is counted.
    if (problem === 'invalid_tool_name') continue;
    const facts = catalogue.get(name);
    const decision = facts === undefined ? undefined : policy.decideTool(facts);
    if (problem !== undefined) tools.push({ name, effect: 'deny', code: problem });
    else if (decision !== undefined) tools.push({ name, effect: decision.effect, code: decision.code });
  }
  return { tools, unnamed: names.size - tools.length };
}

/** Rejects as soon as the signal says so, whatever the task still waits for. */
function within<T>(signal: AbortSignal, task: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const aborted = (): void => reject(new Error('it took too long'));
  if (signal.aborted) aborted();
  else signal.addEventListener('abort', aborted, { once: true });
  return Promise.race([task, promise]).finally(() => signal.removeEventListener('abort', aborted));
}

export interface TestOptions {
  readonly limits?: WireLimits;
  /** Ends the test, whatever the server does. */
  readonly signal?: AbortSignal;
}

export async function testServer(
  prepared: PreparedServer,
  version: string,
  { limits = DEFAULT_LIMITS, signal = AbortSignal.timeout(TIMEOUT_MS) }: TestOptions = {},
): Promise<OperationOutput<'connectors.test'>> {
  const began = performance.now();
  const shown = (text: string): string => displayText(prepared.redact(text).slice(0, MAX_SHOWN_CHARACTERS));
  const client = new Client({ name: 'runlayer-companion', version }, { jsonSchemaValidator: compilesNothing });
  let protocolVersion = 'unknown';
  const transport = transportOver(prepared, limits, (agreed) => {
    protocolVersion = agreed;
  });
  const test = async (): Promise<OperationOutput<'connectors.test'>> => {
    await client.connect(transport, { timeout: TIMEOUT_MS });
    const { tools, unnamed } =
      client.getServerCapabilities()?.tools === undefined
        ? { tools: [], unnamed: 0 }
        : await listTools(client, transport, { limits, policy: prepared.policy() });
    if (unnamed > 0) prepared.log.line(`[test] ${unnamed} of its tools have names that are not shown to anybody`);
    const info = client.getServerVersion();
    return {
      ok: true,
      server: shown(`${info?.name ?? 'unnamed'} ${info?.version ?? ''}`.trim()),
      protocolVersion,
      tools: tools.map((tool) => ({ ...tool, name: prepared.redact(tool.name) })),
      durationMs: Math.round(performance.now() - began),
    };
  };
  try {
    return await within(signal, test());
  } catch (error) {
    const failure = transport.failure();
    if (failure !== undefined) throw failure;
    throw new CompanionError(
      'E_CONNECTOR_TEST',
      `The server of "${prepared.connector}" did not answer as an MCP server: ${shown(error instanceof Error ? error.message : String(error))}.`,
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
