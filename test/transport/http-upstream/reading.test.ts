import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Reading, type Body } from '../../../main/transport/http-upstream/reading.ts';
import { Unfinished } from '../../../main/transport/http-upstream/unfinished.ts';
import { Bell, Timers } from './rig.ts';

function open(reading: Reading): { response: PassThrough; told: string[]; body: Body } {
  const response = new PassThrough();
  const told: string[] = [];
  const body = reading.read(response as unknown as IncomingMessage, {
    chunk: (chunk) => told.push(chunk.toString()),
    ended: (whole) => told.push(whole ? 'whole' : 'broken'),
  });
  return { response, told, body };
}

const made = (): Reading => {
  const { schedule } = new Timers(new Bell());
  return new Reading(schedule, new Unfinished(schedule, 30_000));
};
const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await turn();
};

test('all responses pause and go on together, those too that begin meanwhile', async () => {
  const reading = made();
  const before = open(reading);
  reading.pause();
  const meanwhile = open(reading);
  for (const { response } of [before, meanwhile]) response.end('x');
  await settle();
  expect([before.told, meanwhile.told]).toEqual([[], []]);
  reading.resume();
  await settle();
  expect([before.told, meanwhile.told]).toEqual([
    ['x', 'whole'],
    ['x', 'whole'],
  ]);
});

test('one that is being parsed goes on only when the client is ready as well', async () => {
  const reading = made();
  const { response, told, body } = open(reading);
  body.hold('parsing');
  reading.pause();
  response.write('x');
  body.release('parsing');
  await settle();
  expect(told).toEqual([]);
  reading.resume();
  await settle();
  expect(told).toEqual(['x']);
});

test('one that breaks says so once, one that is destroyed says nothing', async () => {
  const reading = made();
  const broken = open(reading);
  const destroyed = open(reading);
  broken.response.destroy(new Error('reset'));
  destroyed.body.destroy();
  await settle();
  expect([broken.told, destroyed.told]).toEqual([['broken'], []]);
});
