import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../main/relay/limits.ts';
import { parseMessage, type Parsed } from '../../../main/relay/parse-message.ts';
import { Intake } from '../../../main/transport/http-upstream/intake.ts';

const line = (method: string, size = 0): Buffer =>
  Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', method, params: { x: 'x'.repeat(size) } })}\n`);

function open(fails = false) {
  const told: string[] = [];
  const parsing: (() => void)[] = [];
  const intake = new Intake(
    {
      limits: { ...DEFAULT_LIMITS, inlineParseBytes: 100 },
      parseLarge: (bytes, sender) =>
        new Promise<Parsed>((resolve, reject) => {
          parsing.push(() =>
            fails ? reject(new Error('ended')) : resolve(parseMessage(bytes, sender, DEFAULT_LIMITS)),
          );
        }),
    },
    {
      message: (parsed) => told.push(parsed.kind === 'notification' ? parsed.method : parsed.kind),
      busy: (isBusy) => told.push(isBusy ? 'busy' : 'free'),
      broken: () => told.push('broken'),
    },
  );
  return { intake, told, parsing };
}

test('what follows a large message waits for it, the end of all too', async () => {
  const { intake, told, parsing } = open();
  intake.push(line('a'));
  intake.push(line('large', 200));
  intake.push(line('b'));
  intake.push(line('larger', 300));
  intake.afterAll(() => told.push('all'));
  expect(told).toEqual(['a', 'busy']);
  parsing[0]?.();
  await turn();
  expect(told).toEqual(['a', 'busy', 'large', 'b', 'busy']);
  parsing[1]?.();
  await turn();
  expect(told).toEqual(['a', 'busy', 'large', 'b', 'busy', 'larger', 'all', 'free']);
});

test('one that cannot be parsed is told, and the others go on', async () => {
  const { intake, told, parsing } = open(true);
  intake.push(line('large', 200));
  intake.push(line('b'));
  parsing[0]?.();
  await turn();
  expect(told).toEqual(['busy', 'broken', 'b', 'free']);
});

test('one whose handling fails is told, and the others go on', () => {
  const told: string[] = [];
  const intake = new Intake(
    { limits: DEFAULT_LIMITS, parseLarge: undefined },
    {
      message: (parsed) => {
        if (parsed.kind === 'notification' && parsed.method === 'bad') throw new Error('no');
        told.push('message');
      },
      busy: () => {},
      broken: () => told.push('broken'),
    },
  );
  for (const method of ['a', 'bad', 'b']) intake.push(line(method));
  intake.push(Buffer.from(' \r\n\n'));
  expect(told).toEqual(['message', 'broken', 'message']);
});

test('closed while it parses, it tells nothing more', async () => {
  const { intake, told, parsing } = open();
  intake.push(line('large', 200));
  intake.push(line('b'));
  intake.close();
  parsing[0]?.();
  await turn();
  expect(told).toEqual(['busy']);
});
