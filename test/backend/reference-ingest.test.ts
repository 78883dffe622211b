import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, type Asked } from './ask.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

let tenant: RunningTenant;
beforeEach(async () => {
  tenant = await startTenant({ ingest: { maxBytes: 4096, token: 'told' } });
});
afterEach(() => tenant.stop());

const event = (id: string, source = 'urn:one'): object => ({
  specversion: '1.0',
  id,
  source,
  type: 'com.example.test',
  data: { id },
});
const send = (body: unknown, headers: Record<string, string> = {}): Promise<Asked> =>
  ask(tenant, 'POST /api/v1/audit/ingest', {
    bearer: 'told',
    body,
    headers: { 'content-type': 'application/cloudevents-batch+json; charset=utf-8', ...headers },
  });
const kept = (): string[] => tenant.admin.auditEvents().map(({ source, id }) => `${source} ${id}`);

describe('our own audit endpoint', () => {
  it('takes each event once, in the order of arrival', async () => {
    expect(await send([event('b'), event('a')])).toMatchObject({ status: 202, body: { accepted: 2, repeated: 0 } });
    expect(await send([event('a'), event('c'), event('a', 'urn:two')])).toMatchObject({
      body: { accepted: 2, repeated: 1 },
    });
    expect(kept()).toEqual(['urn:one b', 'urn:one a', 'urn:one c', 'urn:two a']);
    expect(tenant.admin.auditCounts()).toEqual({ events: 4, repeated: 1, batches: 2 });
    expect(await ask(tenant, 'GET /api/v1/audit/ingest?limit=1&skip=2', { bearer: 'told' })).toMatchObject({
      body: { events: 4, repeated: 1, data: [event('c')] },
    });
  });

  it('has taken what it did not answer', async () => {
    tenant.faults.add('POST /api/v1/audit/ingest', { kind: 'cut_after_accept' }, { times: 1 });
    await expect(send([event('a')])).rejects.toThrow();
    expect(await send([event('a'), event('b')])).toMatchObject({ body: { accepted: 1, repeated: 1 } });
    expect(kept()).toEqual(['urn:one a', 'urn:one b']);
  });

  it('takes all of a batch, or nothing', async () => {
    tenant.settings.ingest.isPoison = ({ id }) => id === 'bad';
    expect((await send([event('a'), event('bad')])).status).toBe(400);
    expect((await send([event('a'), { ...event('b'), specversion: '0.3' }])).status).toBe(400);
    expect(kept()).toEqual([]);
  });

  it.each<[string, number, () => Promise<Asked>]>([
    ['too much', 413, () => send([{ ...event('a'), data: 'x'.repeat(5000) }])],
    ['another media type', 415, () => send([event('a')], { 'content-type': 'application/json' })],
    ['no batch', 400, () => send(event('a'))],
    ['no JSON', 400, () => send('[')],
    ['another token', 401, () => send([event('a')], { authorization: 'Bearer guessed' })],
    ['nobody', 401, () => ask(tenant, 'GET /api/v1/audit/ingest')],
  ])('refuses %s with %i', async (_name, status, sent) => {
    expect((await sent()).status).toBe(status);
    expect(kept()).toEqual([]);
  });
});
