/** server-everything behaves to the official SDK's client through `runlayer run` as it does directly: each feature is run twice, by the same function, and everything that was said is compared. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { describeJourney, everythingServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { launcher } from './build-once.ts';
import { ALL_CAPABILITIES, normalise, openSession, type SdkSession } from './sdk-session.ts';

type Feature = (client: Client, session: SdkSession) => Promise<unknown>;

const tool =
  (name: string, args: Record<string, unknown> = {}): Feature =>
  (client) =>
    client.callTool({ name, arguments: args });
const failing =
  (run: Feature): Feature =>
  async (client, session) => {
    try {
      return { unexpected: await run(client, session) };
    } catch (error) {
      return { failed: error instanceof Error ? error.message : error, code: (error as { code?: unknown }).code };
    }
  };
const isNotification =
  (method: string, holds = '') =>
  (message: JSONRPCMessage): boolean =>
    'method' in message && message.method === method && JSON.stringify(message).includes(holds);

const LINKED = 'demo://resource/static/document/architecture.md';

const features: Record<string, Feature> = {
  'server, capabilities and instructions': (client) =>
    Promise.resolve([client.getServerVersion(), client.getServerCapabilities(), client.getInstructions()]),
  ping: (client) => client.ping(),
  'tools/list': (client) => client.listTools(),
  echo: tool('echo', { message: 'héllo \u{1F600} "quoted"' }),
  'echo of 300 KB': tool('echo', { message: 'x'.repeat(300_000) }),
  'get-sum': tool('get-sum', { a: 0.1, b: 0.2 }),
  'get-sum with a wrong argument': tool('get-sum', { a: 'one' }),
  'get-tiny-image': tool('get-tiny-image'),
  'get-annotated-message': tool('get-annotated-message', { messageType: 'error', includeImage: true }),
  'get-resource-links': tool('get-resource-links', { count: 4 }),
  'get-resource-reference': tool('get-resource-reference', { resourceType: 'Blob', resourceId: 7 }),
  'get-structured-content': tool('get-structured-content', { location: 'Chicago' }),
  'get-env': async (client) => {
    const { content } = (await tool('get-env')(client, undefined as never)) as { content: { text: string }[] };
    return JSON.parse(content[0]?.text ?? '') as unknown;
  },
  'gzip-file-as-resource and its list_changed': async (client, session) => {
    const args = { name: 'a.gz', data: 'data:text/plain;base64,aGVsbG8=', outputType: 'resourceLink' };
    const made = await tool('gzip-file-as-resource', args)(client, session);
    await session.received('list_changed', isNotification('notifications/resources/list_changed'));
    return [made, await client.readResource({ uri: 'demo://resource/session/a.gz' })];
  },
  'resources/list': (client) => client.listResources(),
  'resources/templates/list': (client) => client.listResourceTemplates(),
  'resources/read of a file': (client) => client.readResource({ uri: LINKED }),
  'resources/read of a template': (client) => client.readResource({ uri: 'demo://resource/dynamic/text/12' }),
  'resources/read of nothing': failing((client) => client.readResource({ uri: 'demo://resource/none' })),
  'subscribe, update, unsubscribe': async (client, session) => {
    await client.subscribeResource({ uri: LINKED });
    const on = await tool('toggle-subscriber-updates')(client, session);
    await session.received('update', isNotification('notifications/resources/updated', LINKED));
    const off = await tool('toggle-subscriber-updates')(client, session);
    return [on, off, await client.unsubscribeResource({ uri: LINKED })];
  },
  'prompts/list': (client) => client.listPrompts(),
  'prompts/get': (client) => client.getPrompt({ name: 'simple-prompt' }),
  'prompts/get with arguments': (client) =>
    client.getPrompt({ name: 'args-prompt', arguments: { city: 'Paris', state: 'TX' } }),
  'prompts/get with a resource': (client) =>
    client.getPrompt({ name: 'resource-prompt', arguments: { resourceType: 'Text', resourceId: '3' } }),
  'prompts/get without a required argument': failing((client) =>
    client.getPrompt({ name: 'args-prompt', arguments: {} }),
  ),
  'completion of a prompt': (client) =>
    client.complete({
      ref: { type: 'ref/prompt', name: 'completable-prompt' },
      argument: { name: 'name', value: 'A' },
      context: { arguments: { department: 'Engineering' } },
    }),
  'completion of a template': (client) =>
    client.complete({
      ref: { type: 'ref/resource', uri: 'demo://resource/dynamic/text/{resourceId}' },
      argument: { name: 'resourceId', value: '5' },
    }),
  progress: async (client) => {
    const progress: unknown[] = [];
    const params = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } };
    const result = await client.callTool(params, undefined, { onprogress: (step) => progress.push(step) });
    // When the last one comes in the same chunk as the result, the SDK calls back or does not, as it likes; that it came
    // is in the transcript.
    return { progress: progress.slice(0, 3), result };
  },
  sampling: tool('trigger-sampling-request', { prompt: 'Say hello', maxTokens: 12 }),
  elicitation: tool('trigger-elicitation-request'),
  'elicitation by URL': tool('trigger-url-elicitation', { url: 'https://example.com/a?b=c', elicitationId: 'e-1' }),
  'elicitation by error': failing(tool('trigger-url-elicitation', { url: 'https://example.com/', errorPath: true })),
  roots: tool('get-roots-list'),
  'roots/list_changed': async (client, session) => {
    session.roots = [{ uri: 'file:///second' }, { uri: 'file:///third', name: 'third' }];
    await client.sendRootsListChanged();
    await session.received('the new roots', isNotification('notifications/message', '2 root(s)'));
    return tool('get-roots-list')(client, session);
  },
  logging: async (client, session) => {
    const level = await client.setLoggingLevel('debug');
    const on = await tool('toggle-simulated-logging')(client, session);
    // "Alert level-message" is how this server spells one of the eight.
    await session.received('a log message', (message) => /[ -]level[ -]message/.test(JSON.stringify(message)));
    return [level, on, await tool('toggle-simulated-logging')(client, session)];
  },
  'ten calls at once': (client, session) =>
    Promise.all(Array.from({ length: 10 }, (_, index) => tool('echo', { message: String(index) })(client, session))),
  cancellation: async (client, session) => {
    const stop = new AbortController();
    const call = failing(() =>
      client.callTool({ name: 'trigger-long-running-operation', arguments: { duration: 1.2, steps: 12 } }, undefined, {
        signal: stop.signal,
        onprogress: () => stop.abort('enough'),
      }),
    )(client, session);
    return [await call, await client.ping()];
  },
};

/** What is in no order, or random, by the server's own making. */
function settled(feature: string, value: unknown): unknown {
  const text = JSON.stringify(normalise(value));
  if (feature === 'get-env') {
    // An environment has no order, and every shell has its own.
    const { result } = JSON.parse(text) as { result: Record<string, string> };
    return Object.entries(result).sort(([a], [b]) => a.localeCompare(b));
  }
  if (feature === 'logging')
    return JSON.parse(
      text
        .replaceAll(/"level":"[a-z]+","data":"[^"]*"/g, '"level":"<any>"')
        .replaceAll(/(Debug|Info|Notice|Warning|Error|Critical|Alert|Emergency)[ -]level[ -]message/g, '<any>'),
    );
  return JSON.parse(text);
}

describeJourney('server-everything through runlayer run', () => {
  let home: CompanionHome;
  let direct: SdkSession;
  let through: SdkSession;

  beforeAll(async () => {
    home = await openHome();
    await home.add('everything', [node, everythingServer]);
    const common = { env: { ...home.env, A_VARIABLE: 'of the client' }, cwd: home.path };
    [direct, through] = await Promise.all([
      openSession({ command: node, args: [everythingServer], ...common }, ALL_CAPABILITIES),
      openSession({ command: launcher, args: ['run', 'everything'], ...common }, ALL_CAPABILITIES),
    ]);
    // The server asks for the roots some time after it was initialised; from then on nothing comes unasked.
    const rootsKnown = isNotification('notifications/message', 'Roots updated');
    await Promise.all([direct, through].map((session) => session.received('roots', rootsKnown)));
  });
  afterAll(async () => {
    await Promise.all([direct?.close(), through?.close()]);
    await home?.close();
  });

  it('is greeted in the same way', () => {
    const [first, second] = [direct.takeTranscript(), through.takeTranscript()];
    expect(first.received.length).toBeGreaterThan(1);
    expect(normalise(second)).toEqual(normalise(first));
  });

  it.each(Object.entries(features))('%s', async (name, feature) => {
    const run = async (session: SdkSession): Promise<unknown> => {
      const result = await feature(session.client, session);
      return settled(name, { result: result ?? null, ...session.takeTranscript() });
    };
    const [first, second] = await Promise.all([run(direct), run(through)]);
    expect(second).toEqual(first);
  });

  it('a task, from its creation to its result', async () => {
    const run = async ({ client }: SdkSession): Promise<unknown> => {
      const steps: unknown[] = [];
      const params = { name: 'simulate-research-query', arguments: { topic: 'bees' } };
      for await (const step of client.experimental.tasks.callToolStream(params)) {
        // How often a status is asked for depends on the clock; what is said at either end does not.
        if (step.type !== 'taskStatus') steps.push(step.type === 'result' ? step : step.type);
      }
      return normalise(steps);
    };
    const [first, second] = await Promise.all([run(direct), run(through)]);
    expect(JSON.stringify(first)).toContain('bees');
    expect(second).toEqual(first);
  });

  it('a tool that was never listed is refused here, and not by the server', async () => {
    // The one difference that is wanted: a hidden tool and one that never was are answered alike.
    await expect(through.client.callTool({ name: 'no-such-tool' })).rejects.toThrow('Unknown tool: no-such-tool');
  });

  it('every tool was called', async () => {
    const { tools } = await through.client.listTools();
    const called = new Set(
      home.records().flatMap((record) => (record.kind === 'intent' ? [record['gen_ai.tool.name']] : [])),
    );
    expect(tools.map(({ name }) => name).filter((name) => !called.has(name))).toEqual([]);
    expect(tools.length).toBeGreaterThan(15);
  });

  it('a client without capabilities sees the same, smaller server', async () => {
    const common = { env: { ...home.env }, cwd: home.path };
    const sessions = await Promise.all([
      openSession({ command: node, args: [everythingServer], ...common }, {}),
      openSession({ command: launcher, args: ['run', 'everything'], ...common }, {}),
    ]);
    const [first, second] = await Promise.all(sessions.map(({ client }) => client.listTools()));
    expect(second).toEqual(first);
    expect(second?.tools.some(({ name }) => name === 'trigger-sampling-request')).toBe(false);
    await Promise.all(sessions.map((session) => session.close()));
  });

  it('leaves one outcome for every intent, and a whole trail', async () => {
    expect(home.openIntents()).toEqual([]);
    const outcomes = new Set(home.records().flatMap((record) => (record.kind === 'outcome' ? [record.outcome] : [])));
    expect([...outcomes].sort()).toEqual(['cancelled', 'error', 'ok', 'refused', 'tool_error']);
    expect(await home.must(['audit', 'verify'])).toContain('is whole');
  });
});
