/** What the modern era's retries cost calls that have none: nothing is hashed for them, and little is kept. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as retryKeys from '../../main/relay/retry-key.ts';
import { harness, listTools, tool, type Harness } from './harness.ts';

vi.mock('../../main/relay/retry-key.ts', async (original) => {
  const real = await original<typeof retryKeys>();
  return { ...real, requestDigest: vi.fn(real.requestDigest), retryKey: vi.fn(real.retryKey) };
});
const digests = vi.mocked(retryKeys.requestDigest);
const keys = vi.mocked(retryKeys.retryKey);
beforeEach(() => {
  digests.mockClear();
  keys.mockClear();
});

const META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
const call = (id: number, extra: object = {}, meta: object = META): object => ({
  id,
  method: 'tools/call',
  params: { _meta: meta, name: 'a', arguments: { text: 'x'.repeat(1000) }, ...extra },
});
const done = (id: number): object => ({ id, result: { resultType: 'complete', content: [] } });
const needsInput = (id: number): object => ({ id, result: { resultType: 'input_required', requestState: 's' } });

function open(maxComparedBytes?: number): Harness {
  const h = harness(maxComparedBytes === undefined ? {} : { limits: { maxComparedBytes } });
  listTools(h, [tool('a')]);
  return h;
}

describe('hashing', () => {
  it('is none without a question of the server', () => {
    const h = open();
    for (let id = 0; id < 200; id++) {
      h.fromClient(call(id, id % 3 === 0 ? { requestState: 's', inputResponses: {} } : {}));
      if (id % 2 === 0) h.fromServer(done(id));
    }
    expect([digests.mock.calls.length, keys.mock.calls.length]).toEqual([0, 0]);
  });

  it('is once for the question, once for the retry, and none for other calls meanwhile', () => {
    const h = open();
    h.fromClient(call(1));
    h.fromServer(needsInput(1));
    expect(digests).toHaveBeenCalledTimes(1);
    for (let id = 2; id < 50; id++) h.fromClient(call(id));
    expect(digests).toHaveBeenCalledTimes(1);
    h.fromClient(call(50, { requestState: 's' }));
    expect(digests).toHaveBeenCalledTimes(2);
    h.fromClient(call(51, { requestState: 's' }));
    expect(digests).toHaveBeenCalledTimes(2);
  });
});

describe('what is kept of calls under way', () => {
  it('is bounded: above it a digest, and the call is joined all the same', () => {
    const h = open(3000);
    h.fromClient(call(1), call(2), call(3));
    expect(digests).toHaveBeenCalledTimes(1);
    h.fromServer(needsInput(3));
    h.fromClient(call(4, { requestState: 's' }));
    expect(h.records.at(-1)).toMatchObject({ kind: 'intent', attempt: 2 });
  });

  it.each<[string, (h: Harness, id: number) => void]>([
    ['answered', (h, id) => h.fromServer(done(id))],
    ['asked about', (h, id) => h.fromServer(needsInput(id))],
    ['taken back', (h, id) => h.fromClient({ method: 'notifications/cancelled', params: { requestId: id } })],
    ['failed', (h, id) => h.session.requestFailed(`n${id}`, 'x')],
    ['overdue', (h) => ((h.now += 5000), h.session.tick())],
  ])('is let go of when one is %s', (_title, end) => {
    const h = harness({ limits: { maxComparedBytes: 1500, callMs: 5000 } });
    listTools(h, [tool('a')]);
    for (let id = 1; id < 20; id++) {
      h.fromClient(call(id));
      end(h, id);
    }
    digests.mockClear();
    h.fromClient(call(20));
    expect(digests).not.toHaveBeenCalled();
    h.fromClient(call(21));
    expect(digests).toHaveBeenCalledTimes(1);
  });

  it('is let go of when one could not leave after all', () => {
    const h = open(1500);
    h.journalFails = true;
    for (let id = 1; id < 20; id++) h.fromClient(call(id));
    h.journalFails = false;
    h.fromClient(call(20));
    expect(digests).not.toHaveBeenCalled();
  });

  it('is nothing in the legacy era', () => {
    const h = open(0);
    h.fromClient(call(1, {}, {}), { id: 2, method: 'x', params: { _meta: META } });
    expect(digests).not.toHaveBeenCalled();
    h.fromClient(call(3));
    expect(digests).toHaveBeenCalledTimes(1);
  });
});
