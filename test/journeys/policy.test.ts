/** What rules and defaults do to a client that goes through `runlayer run`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { RawClient, type Message } from './raw-client.ts';
import { waitingApproval } from './waiting-approval.ts';

const server = fixtureServer('tools.mjs');
const textOf = (message: Message): string => message.result?.content?.[0]?.text ?? '';

describeJourney('policy', () => {
  let home: CompanionHome;

  const connect = async (connector: string): Promise<RawClient> => {
    const client = new RawClient(home.start(['run', connector]));
    await client.initialize('policy-client');
    return client;
  };
  const toolsOf = async (client: RawClient, id: string): Promise<string[]> =>
    ((await client.request(id, 'tools/list')).result?.tools ?? []).map((tool) => tool.name);
  const lastCall = (tool: string): { decision: unknown; outcome: string | undefined } => {
    const records = home.records();
    const intent = records.findLast((record) => record.kind === 'intent' && record['gen_ai.tool.name'] === tool);
    if (intent?.kind !== 'intent') throw new Error(`no intent of ${tool}`);
    const outcome = records.find((record) => record.kind === 'outcome' && record.call === intent.call);
    return { decision: intent.decision, outcome: outcome?.kind === 'outcome' ? outcome.outcome : undefined };
  };

  beforeAll(async () => {
    home = await openHome();
    await home.add('open', [node, server]);
    await home.add('plain', [node, server], []);
    await home.add('closed', [node, server], ['--default', 'deny']);
  });
  afterAll(async () => {
    await home?.close();
  });

  it('a denied tool is hidden from tools/list, refused on call like one that never was, and the call never leaves', async () => {
    await home.must(['policy', 'deny', 'open', 'write_*']);
    const client = await connect('open');
    expect(await toolsOf(client, 'list')).toEqual(['echo', 'environment', 'wait', 'slow', 'last_words', 'crash']);
    const hidden = await client.call('hidden', 'write_note');
    const missing = await client.call('missing', 'write_none');
    expect(hidden.error).toEqual({ code: -32602, message: 'Unknown tool: write_note' });
    expect(missing.error).toEqual({ code: -32602, message: 'Unknown tool: write_none' });
    expect((await client.call('fine', 'echo', { text: 'x' })).result?.content?.[0]?.text).toBe('x');
    expect(client.lines.some((line) => line.includes('"written"'))).toBe(false);
    expect(lastCall('write_note')).toMatchObject({
      outcome: 'refused',
      decision: { effect: 'deny', code: 'rule_deny' },
    });
  });

  it('a rule that is written while a session runs counts from the next call on', async () => {
    const client = await connect('open');
    expect(textOf(await client.call(1, 'environment'))).toContain('argv');
    const { id } = await home.json<{ id: string }>(['policy', 'deny', 'open', 'environment']);
    expect((await client.call(2, 'environment')).error?.message).toBe('Unknown tool: environment');
    await home.must(['policy', 'remove', '-y', id]);
    expect(textOf(await client.call(3, 'environment'))).toContain('argv');
  });

  it('deny wins over allow, whatever the order', async () => {
    const first = await home.json<{ id: string }>(['policy', 'allow', '-y', 'closed', 'echo']);
    const client = await connect('closed');
    expect(await toolsOf(client, 'before')).toEqual(['echo']);
    const second = await home.json<{ id: string }>(['policy', 'deny', '*', 'e*']);
    expect(await toolsOf(client, 'after')).toEqual([]);
    for (const { id } of [first, second]) await home.must(['policy', 'remove', '-y', id]);
  });

  it('the default of deny hides every tool, and closes what is no tool', async () => {
    const client = await connect('closed');
    expect(await toolsOf(client, 'list')).toEqual([]);
    expect((await client.call('call', 'echo')).error?.message).toBe('Unknown tool: echo');
    const vendor = await client.request('vendor', 'vendor/anything');
    expect(vendor.error?.code).toBe(-31_001);
    expect((await client.request('ping', 'ping')).result).toEqual({});
  });

  it('an allow rule needs a yes; a deny rule does not', async () => {
    const refused = await home.runlayer(['policy', 'allow', 'closed', '*']);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain('add -y');
    expect(await home.json(['policy', 'list'])).toHaveLength(1);
  });

  it('a new connector is read-only: what the server calls read-only runs, the rest asks, and the page says whose claim that is', async () => {
    const shown = await home.must(['connectors', 'show', 'plain']);
    expect(shown).toContain('read-only: tools that the server itself calls read-only');
    expect(shown).toContain('its own claim, not checked');
    const client = await connect('plain');
    expect(await toolsOf(client, 'list')).toContain('write_note');
    expect(textOf(await client.call('read', 'echo', { text: 'y' }))).toBe('y');
    client.send({ jsonrpc: '2.0', id: 'write', method: 'tools/call', params: { name: 'write_note', arguments: {} } });
    const waiting = await waitingApproval(home);
    expect(waiting).toMatchObject({ connector: 'plain', tool: 'write_note', client: 'policy-client' });
    await home.must(['approvals', 'deny', waiting.id]);
    const answer = await client.answer('write');
    expect(answer.result?.isError).toBe(true);
    expect(textOf(answer)).toContain('said no');
    expect(client.lines.some((line) => line.includes('"written"'))).toBe(false);
  });

  it('`connectors test` says what the rules make of each tool', async () => {
    const { tools } = await home.json<{ tools: { name: string; effect: string }[] }>(['connectors', 'test', 'plain']);
    expect(Object.fromEntries(tools.map(({ name, effect }) => [name, effect]))).toMatchObject({
      echo: 'allow',
      write_note: 'ask',
    });
  });

  it('arguments that point into the companion are denied even where all is allowed', async () => {
    const client = await connect('open');
    const answer = await client.call('own', 'echo', { text: `${home.home}/settings.json` });
    expect(answer.result?.isError).toBe(true);
    expect(textOf(answer)).toContain('closed to agents');
    expect(answer.result?.['_meta']).toMatchObject({ 'com.runlayer/decision': { code: 'protected_path' } });
    expect(lastCall('echo').outcome).toBe('refused');
  });

  it('a connector that is switched off refuses the calls of a session that runs', async () => {
    const client = await connect('open');
    expect(textOf(await client.call(1, 'echo', { text: 'on' }))).toBe('on');
    await home.must(['connectors', 'disable', 'open']);
    expect((await client.call(2, 'echo', { text: 'off' })).error?.message).toBe('Unknown tool: echo');
    await home.must(['connectors', 'enable', '-y', 'open']);
    expect(textOf(await client.call(3, 'echo', { text: 'on again' }))).toBe('on again');
  });

  it('every call left an intent and one outcome', () => {
    expect(home.openIntents()).toEqual([]);
  });
});
