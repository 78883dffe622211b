import { expect, test } from 'vitest';
import { WaitingRequests } from '../../../main/transport/http-upstream/waiting-requests.ts';

test('the oldest is failed when there are too many, nothing is left without a word', () => {
  const told: string[] = [];
  const waiting = new WaitingRequests(2);
  for (const key of ['a', 'b', 'c'])
    waiting.add(key, {
      answered: () => told.push(`${key} answered`),
      failed: (reason) => told.push(`${key} ${reason}`),
    });
  expect(told).toEqual(['a too many requests wait for it']);
  waiting.failAll('gone');
  expect(told.slice(1)).toEqual(['b gone', 'c gone']);
});
