import { request, type IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { UnreadReplies } from '../../../main/transport/http-endpoint/unread-replies.ts';
import { startRig, TOKEN, until } from './rig.ts';
import { modern, send } from './streams.ts';

const MIB = 1024 * 1024;

class FakeReply {
  backlog: number;
  cuts = 0;
  private over: () => void = () => {};
  constructor(backlog: number) {
    this.backlog = backlog;
  }
  cut(): void {
    this.cuts++;
    this.end();
  }
  onceOver(then: () => void): void {
    this.over = then;
  }
  end(): void {
    this.backlog = 0;
    this.over();
  }
}

function unread(maxUnreadPerPrincipal: number, maxUnreadInAll: number) {
  const logs: string[] = [];
  const replies = new UnreadReplies({ maxUnreadPerPrincipal, maxUnreadInAll }, (text) => logs.push(text));
  const add = (id: string, bytes: number): FakeReply => {
    const reply = new FakeReply(bytes);
    replies.note(id, reply);
    return reply;
  };
  return { replies, logs, add };
}

const cutsOf = (replies: readonly FakeReply[]): number[] => replies.map(({ cuts }) => cuts);

it('cuts the oldest of a binding that leaves too much unread', () => {
  const { add, logs } = unread(100, 1000);
  const all = [add('a', 40), add('a', 40), add('b', 90), add('a', 40)];
  expect(cutsOf(all)).toEqual([1, 0, 0, 0]);
  all.push(add('a', 90));
  expect(cutsOf(all)).toEqual([1, 1, 0, 1, 0]);
  expect(logs).toHaveLength(3);
});

it('cuts an answer that is too much alone', () => {
  const { add } = unread(100, 1000);
  expect(add('a', 101).cuts).toBe(1);
  expect(add('a', 100).cuts).toBe(0);
});

it('counts what is unread now: nobody who reads is cut', () => {
  const { add, replies } = unread(100, 1000);
  const first = add('a', 80);
  const second = add('a', 20);
  first.backlog = 0;
  second.backlog = 10;
  const third = add('a', 90);
  expect(cutsOf([first, second, third])).toEqual([0, 0, 0]);
  // A stream grows.
  second.backlog = 30;
  replies.note('a', second);
  expect(cutsOf([second, third])).toEqual([1, 0]);
});

it('lets go of what is over', () => {
  const { add } = unread(100, 100);
  for (let i = 0; i < 10; i++) add('a', 90).end();
  expect(add('b', 100).cuts).toBe(0);
});

it('cuts whoever holds most when it is too much in all', () => {
  const { add } = unread(100, 150);
  const most = [add('a', 50), add('a', 50)];
  const others = [add('b', 20), add('c', 40)];
  expect(cutsOf(most)).toEqual([1, 0]);
  expect(cutsOf(others)).toEqual([0, 0]);
});

it('bounds the answers of modern requests that nobody reads', async () => {
  const rig = await startRig({ endpointLimits: { maxUnreadPerPrincipal: 30 * MIB } });
  const text = 'x'.repeat(14 * MIB);
  const { message, headers } = modern(1, 'tools/call', { name: 'echo', arguments: { text } });
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  const begin = async (): Promise<{ readonly response: IncomingMessage; isCut: boolean }> => {
    const sent = request({
      host: '127.0.0.1',
      port: rig.port,
      agent: false,
      method: 'POST',
      path: '/mcp',
      headers: { ...headers, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    });
    sent.on('error', () => {});
    const begun = new Promise<IncomingMessage>((resolve) => sent.once('response', resolve));
    sent.end(body);
    const response = await begun;
    response.pause();
    const state = { response, isCut: false };
    response.once('error', () => (state.isCut = true));
    return state;
  };
  const first = await begin();
  const others = [await begin(), await begin()];
  await until(() => rig.logs.length > 0);
  expect(rig.logs).toEqual(['A client was cut off because it does not read its answers.']);
  first.response.resume();
  await until(() => first.isCut);
  expect(others.map(({ isCut }) => isCut)).toEqual([false, false]);
  expect((await send(rig, modern(1, 'ping').message, { headers: modern(1, 'ping').headers })).status).toBe(200);
  for (const { response } of others) response.destroy();
  await rig.close();
});
