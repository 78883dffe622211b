import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { echoScript, OTHER_TOKEN, startRig, until, type Rig, type ServedFake } from './rig.ts';
import { legacyClient, openStream, send, type LegacyClient } from './streams.ts';

let rig: Rig;
let client: LegacyClient;
const begin = async (options: Parameters<typeof startRig>[0] = {}): Promise<void> => {
  rig = await startRig(options, (message, server) => {
    if (message.method !== 'tools/call') echoScript(message, server);
  });
  client = await legacyClient(rig);
};
beforeEach(() => begin());
afterEach(() => rig.close());

function server(): ServedFake {
  const [served] = rig.served;
  if (served === undefined) throw new Error('no session was opened');
  return served;
}

const call = { id: 1, method: 'tools/call', params: { name: 'echo', arguments: {} } };
const log = (data: unknown): object => ({ method: 'notifications/message', params: { level: 'info', data } });
const waiting = (): Promise<void> => until(() => server().methods.includes('tools/call'));

/** A call whose stream was opened, one event of it read. */
async function begun() {
  const opening = client.stream(call);
  await waiting();
  server().say(log('one'));
  const stream = await opening;
  const priming = await stream.next();
  const one = await stream.next();
  return { stream, priming, one };
}

/** The endpoint knows that the connection is gone. */
async function lose(stream: { close(): void }): Promise<void> {
  stream.close();
  // Another connection's round trip is behind the end of this one.
  await client.post({ id: 'after', method: 'ping' });
}

describe('a client that lost its stream', () => {
  it('gets the answer where it left off', async () => {
    const { stream, one } = await begun();
    await lose(stream);
    server().say(log('two'));
    server().answer(1, { content: [] });
    const resumed = await client.listen(one.id);
    expect(resumed.status).toBe(200);
    const events = await resumed.rest();
    expect(events.map(({ id }) => id)).toEqual(['1-2', '1-3']);
    expect(events.map(({ data }) => (JSON.parse(data) as { id?: unknown }).id)).toEqual([undefined, 1]);
  });

  it('gets everything again from the priming event', async () => {
    const { stream, priming } = await begun();
    await lose(stream);
    server().answer(1, { content: [] });
    expect((await (await client.listen(priming.id)).rest()).map(({ id }) => id)).toEqual(['1-1', '1-2']);
  });

  it('is connected again, and what comes later comes there', async () => {
    const { stream, one } = await begun();
    await lose(stream);
    const resumed = await client.listen(one.id);
    server().say(log('later'));
    server().answer(1, { content: [] });
    expect((await resumed.rest()).map(({ id }) => id)).toEqual(['1-2', '1-3']);
  });

  it('may come back before its end was noticed', async () => {
    const { stream, one } = await begun();
    const resumed = await client.listen(one.id);
    server().say(log('later'));
    server().answer(1, { content: [] });
    expect(await stream.rest()).toEqual([]);
    expect(await resumed.rest()).toHaveLength(2);
  });

  it('is told that nothing more will come', async () => {
    const { stream } = await begun();
    server().answer(1, { content: [] });
    const [last] = await stream.rest();
    const again = await send(rig, undefined, {
      headers: { 'mcp-session-id': client.id, 'last-event-id': last?.id ?? '' },
    });
    expect([again.status, again.text]).toEqual([204, '']);
  });

  it('gets only what belonged to that stream', async () => {
    const { stream, one } = await begun();
    await lose(stream);
    const listening = await client.listen();
    server().say({ method: 'notifications/tools/list_changed' });
    expect(await listening.message()).toMatchObject({ method: 'notifications/tools/list_changed' });
    server().answer(1, { content: [] });
    expect(await (await client.listen(one.id)).rest()).toHaveLength(1);
    listening.close();
  });

  it('resumes the GET stream, with what came meanwhile', async () => {
    const listening = await client.listen();
    await listening.next();
    server().say(log('seen'));
    const seen = await listening.next();
    server().say(log('written, perhaps not seen'));
    await listening.next();
    await lose(listening);
    server().say(log('kept'));
    const resumed = await client.listen(seen.id);
    expect((await resumed.message()).params).toMatchObject({ data: 'written, perhaps not seen' });
    expect((await resumed.message()).params).toMatchObject({ data: 'kept' });
    resumed.close();
  });

  it('takes the place of a GET stream that is open', async () => {
    const one = await client.listen();
    await one.next();
    const two = await client.listen();
    expect(await one.rest()).toEqual([]);
    server().say(log('to the second'));
    expect((await two.message()).params).toMatchObject({ data: 'to the second' });
    two.close();
  });

  it('finds nothing with the token of another binding, or in another session', async () => {
    const { stream, one } = await begun();
    await lose(stream);
    server().answer(1, { content: [] });
    const headers = { 'mcp-session-id': client.id, 'last-event-id': one.id ?? '' };
    expect((await send(rig, undefined, { token: OTHER_TOKEN, headers })).status).toBe(404);
    const other = await legacyClient(rig);
    expect((await send(rig, undefined, { headers: { ...headers, 'mcp-session-id': other.id } })).status).toBe(400);
  });

  it('is told when what it missed is not there any more', async () => {
    await rig.close();
    await begin({ endpointLimits: { maxStoredEvents: 2 } });
    const { stream, one } = await begun();
    await lose(stream);
    for (const data of ['two', 'three', 'four']) server().say(log(data));
    const resumed = await openStream(rig, '/mcp', {
      headers: { 'mcp-session-id': client.id, 'last-event-id': one.id ?? '' },
    });
    expect(resumed.status).toBe(400);
    expect((await client.listen('1-4')).status).toBe(200);
  });

  it.each(['1-99', '7-1', '1', 'x', '01-1', '1-1-1'])('cannot resume from %s', async (id) => {
    await begun();
    const headers = { 'mcp-session-id': client.id, 'last-event-id': id };
    const answer = await send(rig, undefined, { headers });
    expect(answer.status).toBe(400);
    expect(answer.json.error?.message).toContain('Last-Event-ID');
  });

  it('finds its answer however large it is', async () => {
    await rig.close();
    await begin({ endpointLimits: { maxStoredBytes: 1000 } });
    const { stream, one } = await begun();
    await lose(stream);
    server().answer(1, { text: 'x'.repeat(100_000) });
    expect((await (await client.listen(one.id)).rest())[0]?.data).toContain('x'.repeat(100_000));
  });

  it('comes too late when nothing happened for long', async () => {
    const { stream, one } = await begun();
    await lose(stream);
    server().answer(1, { content: [] });
    rig.pass(6 * 60_000);
    const headers = { 'mcp-session-id': client.id, 'last-event-id': one.id ?? '' };
    expect((await send(rig, undefined, { headers })).status).toBe(400);
  });
});
