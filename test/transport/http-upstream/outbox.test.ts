import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Outbound } from '../../../main/relay/session-options.ts';
import { Outbox } from '../../../main/transport/http-upstream/outbox.ts';

const message = (bytes: number): Outbound => ({
  bytes: Buffer.alloc(bytes),
  message: { kind: 'response', idKey: undefined },
  related: undefined,
});

/** An outbox whose messages begin when a test says so. */
function open(limits: { maxOpen: number; maxBacklogBytes: number }) {
  const begun: { readonly bytes: number; readonly go: () => void }[] = [];
  let drained = 0;
  const outbox = new Outbox({
    ...limits,
    begin: ({ bytes }) =>
      new Promise((resolve) => {
        begun.push({ bytes: bytes.length, go: resolve });
      }),
    drained: () => drained++,
  });
  return { outbox, begun, drained: () => drained };
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await turn();
};

test('each begins after the one before it has begun', async () => {
  const { outbox, begun } = open({ maxOpen: 9, maxBacklogBytes: 1000 });
  outbox.add([message(1), message(2)]);
  outbox.add([message(3)]);
  for (const count of [1, 2, 3]) {
    await settle();
    expect(begun.map(({ bytes }) => bytes)).toEqual([1, 2, 3].slice(0, count));
    begun[count - 1]?.go();
  }
});

test('none begins while as many are open as may be', async () => {
  const { outbox, begun } = open({ maxOpen: 1, maxBacklogBytes: 1000 });
  outbox.opened();
  outbox.add([message(1)]);
  await settle();
  expect(begun).toEqual([]);
  outbox.closed();
  await settle();
  expect(begun).toHaveLength(1);
});

test('says when much waits, and once when it is half of that', () => {
  const { outbox, drained } = open({ maxOpen: 9, maxBacklogBytes: 100 });
  expect(outbox.add([message(100)])).toBe(true);
  expect(outbox.add([message(1)])).toBe(false);
  expect(outbox.add([])).toBe(false);
  expect(outbox.backlog).toBe(101);
  outbox.sent(50);
  expect(drained()).toBe(0);
  outbox.sent(1);
  outbox.sent(10);
  expect(drained()).toBe(1);
  expect(outbox.add([message(1)])).toBe(true);
});

test('what was cleared never begins', async () => {
  const { outbox, begun } = open({ maxOpen: 9, maxBacklogBytes: 1000 });
  outbox.add([message(1), message(2)]);
  outbox.clear();
  begun[0]?.go();
  await settle();
  expect(begun).toHaveLength(1);
});
