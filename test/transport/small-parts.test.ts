import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectorLog } from '../../main/transport/connector-log.ts';
import { createDroppedCounter } from '../../main/transport/dropped-counter.ts';
import { openOperationClient } from '../../main/transport/operation-client.ts';
import { Rig } from './rig.ts';

describe('what was dropped', () => {
  it('is one report a minute, however much it was, and one at the end', () => {
    let now = 0;
    const reports: Record<string, number>[] = [];
    const counter = createDroppedCounter(
      () => now,
      (counts) => reports.push(counts),
    );
    counter.report(true);
    for (let i = 0; i < 100_000; i++) counter.add('server', 'too many notifications');
    counter.add('client', 'broken');
    counter.report(false);
    expect(reports).toEqual([]);
    now = 60_000;
    counter.report(false);
    counter.report(false);
    counter.add('client', 'broken');
    now = 119_999;
    counter.report(false);
    expect(reports).toEqual([{ 'server: too many notifications': 100_000, 'client: broken': 1 }]);
    counter.report(true);
    expect(reports).toHaveLength(2);
  });

  it('for reasons without end fills no memory', () => {
    const reports: Record<string, number>[] = [];
    const counter = createDroppedCounter(
      () => 0,
      (counts) => reports.push(counts),
    );
    for (let i = 0; i < 10_000; i++) counter.add('server', `reason ${i}`);
    counter.report(true);
    expect(Object.keys(reports[0] ?? {}).length).toBeLessThanOrEqual(52);
    expect(Object.values(reports[0] ?? {}).reduce((sum, count) => sum + count, 0)).toBe(10_000);
  });
});

describe('the log of a connector', () => {
  it('joins what comes in pieces', () => {
    const log = new ConnectorLog();
    log.write('one\ntw');
    log.write('o\r\n\nlast');
    log.line('between');
    expect(log.tail(10)).toEqual(['one', 'two', '', 'between', 'last']);
    expect(log.tail(2)).toEqual(['between', 'last']);
  });

  it('keeps the last 256 KiB, of endless lines too', () => {
    const log = new ConnectorLog();
    for (let i = 0; i < 20_000; i++) log.write(`${i} ${'x'.repeat(100)}\n`);
    const kept = log.tail(100_000);
    expect(kept.join('\n').length).toBeLessThanOrEqual(256 * 1024);
    expect(kept.join('\n').length).toBeGreaterThan(250 * 1024);
    expect(kept.at(-1)).toContain('19999 ');
    for (let i = 0; i < 20_000; i++) log.write('\n');
    expect(log.tail(100_000).length).toBeLessThanOrEqual(4000);
    const endless = new ConnectorLog();
    for (let i = 0; i < 2000; i++) endless.write('y'.repeat(1000));
    expect(endless.tail(10).join('').length).toBeLessThanOrEqual(9000);
    endless.line('z'.repeat(1_000_000));
    expect(endless.tail(10).join('').length).toBeLessThanOrEqual(20_000);
  });
});

describe('a program that calls operations', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await new Rig().listen();
  });
  afterEach(() => rig.close());

  async function peer(): Promise<{
    client: Awaited<ReturnType<typeof openOperationClient>>;
    say: (text: string) => void;
    asked: string[];
  }> {
    const client = await openOperationClient(rig.path);
    while (rig.connections.length === 0) await turn();
    const [connection] = rig.connections;
    const asked: string[] = [];
    connection?.attach({
      input: (chunk) => asked.push(chunk.toString()),
      inputEnded: () => {},
      drained: () => {},
      closed: () => {},
    });
    return { client, asked, say: (text) => void connection?.stdout([Buffer.from(text)]) };
  }

  it('gets values and failures by its ids, in any order and any pieces', async () => {
    const { client, say, asked } = await peer();
    const calls = [client.call('a', {}), client.call('b', 1)];
    while (asked.join('').split('\n').length < 3) await turn();
    expect(asked.join('')).toBe('{"id":1,"op":"a","input":{}}\n{"id":2,"op":"b","input":1}\n');
    say('{"id":2,"ok":true,"val');
    say('ue":"B"}\n{"id":1,"ok":false,"error":{"code":"E_X","message":"m","next":"n"}}\n');
    expect(await calls[1]).toBe('B');
    await expect(calls[0]).rejects.toMatchObject({ code: 'E_X', message: 'm', next: 'n' });
    client.close();
    await client.closed;
  });

  it('survives what is no answer', async () => {
    const { client, say } = await peer();
    const call = client.call('a', {});
    say('broken\n{"id":"x"}\n[]\n{"id":99,"ok":true,"value":1}\n{"id":1,"ok":true,"value":"good"}\n');
    expect(await call).toBe('good');
    client.close();
  });

  it('is told when the companion goes away, then and later', async () => {
    const { client } = await peer();
    const call = client.call('a', {});
    const told = expect(call).rejects.toThrow('the companion went away');
    rig.listener?.close();
    await told;
    await client.closed;
    await expect(client.call('b', {})).rejects.toThrow('the companion went away');
  });

  it('is told when there is none', async () => {
    rig.listener?.close();
    await expect(openOperationClient(rig.path)).rejects.toThrow();
  });
});
