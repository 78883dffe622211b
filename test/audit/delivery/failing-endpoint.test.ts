import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveryRig, idsUpTo, INGEST, TOKEN } from './rig.ts';

const rig = deliveryRig();
const IDLE_MS = 10_000;
const STOPPED_MS = 300_000;
const POST = `POST ${INGEST}`;

describe('an endpoint that fails', () => {
  it.each([
    ['500', { kind: 'status', status: 500 }, 'answered 500'],
    ['503', { kind: 'status', status: 503 }, 'answered 503'],
    ['408', { kind: 'status', status: 408 }, 'answered 408'],
    ['429', { kind: 'status', status: 429 }, 'answered 429'],
    ['cut', { kind: 'cut' }, 'cannot be reached'],
    ['cut after accept', { kind: 'cut_after_accept' }, 'cannot be reached'],
    ['cut in the answer', { kind: 'cut_in_answer' }, 'cannot be reached'],
    ['a huge answer', { kind: 'huge', megabytes: 1 }, 'more than 64 KiB'],
  ] as const)('%s: backs off, tries again by itself, and loses nothing', async (_name, fault, words) => {
    const bench = await rig.setUp();
    bench.write(3);
    bench.tenant.faults.add(POST, fault, { times: 3 });
    const delivery = bench.start();
    expect(await bench.turn()).toBe(600);
    expect(delivery.state()).toMatchObject({ state: 'waiting', lagEvents: 3, lastSuccessAt: null });
    expect(delivery.state().problem).toContain(words);
    expect(await bench.turn()).toBe(1200);
    expect(await bench.turn()).toBe(2400);
    expect(await bench.turn()).toBe(IDLE_MS);
    expect(bench.arrived()).toEqual(idsUpTo(3));
    expect(delivery.state()).toMatchObject({ state: 'delivering', lagEvents: 0, problem: '' });
  });

  it('is not asked before Retry-After, and not for what is recorded meanwhile', async () => {
    const bench = await rig.setUp();
    bench.write(1);
    bench.tenant.faults.add(POST, { kind: 'status', status: 503, retryAfter: 120 }, { times: 1 });
    const delivery = bench.start();
    expect(await bench.turn()).toBe(120_000);
    bench.write(1);
    delivery.poke();
    bench.fire();
    expect(delivery.state()).toMatchObject({ state: 'waiting', lagEvents: 2 });
    expect(bench.tenant.requests.to(POST)).toHaveLength(1);
    await bench.turn();
    expect(bench.arrived()).toEqual(idsUpTo(2));
  });

  it('is given 30 s for an answer', async () => {
    const bench = await rig.setUp();
    bench.write(1);
    bench.tenant.faults.add(POST, { kind: 'hang' }, { times: 1 });
    const delivery = bench.start();
    const arrival = bench.tenant.requests.arrival(POST);
    bench.fire();
    await arrival;
    expect(bench.waits()).toEqual([30_000]);
    expect(await bench.turn()).toBe(600);
    expect(delivery.state().problem).toContain('did not answer within 30 s');
  });

  it('may drip: what takes longer than 30 s in all is given up', async () => {
    const bench = await rig.setUp();
    bench.write(1);
    bench.tenant.faults.add(POST, { kind: 'drip', bytes: 1, everyMs: 3_600_000 }, { times: 1 });
    bench.start();
    const arrival = bench.tenant.requests.arrival(POST);
    bench.fire();
    await arrival;
    expect(await bench.turn()).toBe(600);
    expect(await bench.turn()).toBe(IDLE_MS);
    expect(bench.tenant.admin.auditCounts()).toMatchObject({ events: 1, repeated: 1 });
  });

  it('is asked less than once a second while it is down', async () => {
    const bench = await rig.setUp();
    bench.write(1);
    bench.tenant.faults.add(POST, { kind: 'status', status: 503 });
    bench.start();
    let waited = 0;
    for (let requests = 0; requests < 20; requests += 1) waited += await bench.turn();
    expect(waited / 20).toBeGreaterThan(60_000);
  });

  it.each([
    ['401', { kind: 'status', status: 401 }, 'wants a valid secret (401)'],
    ['403', { kind: 'status', status: 403 }, 'wants a valid secret (403)'],
    ['404', { kind: 'status', status: 404 }, 'nothing is there (404)'],
    ['415', { kind: 'status', status: 415 }, 'does not take batches of CloudEvents (415)'],
    ['a web page', { kind: 'html', status: 200 }, 'a web page (200)'],
    ['a redirect', { kind: 'redirect', to: 'https://elsewhere.example/', status: 307 }, 'redirects (307)'],
  ] as const)('%s: keeps everything, says what to do, and tries again after 5 minutes', async (_name, fault, words) => {
    const bench = await rig.setUp();
    bench.write(2);
    bench.tenant.faults.add(POST, fault, { times: 1 });
    const delivery = bench.start();
    expect(await bench.turn()).toBe(STOPPED_MS);
    expect(delivery.state()).toMatchObject({ state: 'stopped', lagEvents: 2, parked: 0 });
    expect(delivery.state().problem).toContain(words);
    expect(delivery.state().problem).not.toContain('elsewhere');
    expect(await bench.turn()).toBe(IDLE_MS);
    expect(bench.arrived()).toEqual(idsUpTo(2));
  });

  it('is asked again at once when its secret was stored anew', async () => {
    const bench = await rig.setUp();
    bench.secrets.set('audit', { value: 'an-old-token-of-before', updatedAt: '2026-01-01T00:00:00.000Z' });
    bench.write(1);
    const delivery = bench.start();
    expect(await bench.turn()).toBe(STOPPED_MS);
    delivery.poke();
    bench.fire();
    expect(bench.tenant.requests.to(POST)).toHaveLength(1);
    bench.secrets.set('audit', { value: TOKEN, updatedAt: '2026-01-02T00:00:00.000Z' });
    delivery.poke();
    expect(await bench.turn()).toBe(IDLE_MS);
    expect(bench.arrived()).toEqual(idsUpTo(1));
  });

  it('is asked with the next record once the vault was unlocked', async () => {
    const bench = await rig.setUp();
    bench.lockVault(true);
    bench.write(1);
    const delivery = bench.start();
    expect(await bench.turn()).toBe(STOPPED_MS);
    delivery.poke();
    bench.fire();
    expect(bench.tenant.requests.to(POST)).toHaveLength(0);
    bench.lockVault(false);
    delivery.poke();
    expect(await bench.turn()).toBe(IDLE_MS);
    expect(bench.arrived()).toEqual(idsUpTo(1));
  });

  it('tells no secret: not when it is wrong, missing, or not to be had', async () => {
    const bench = await rig.setUp();
    const canary = 'canary-5f1c0a9be27d4b83a6c1';
    bench.secrets.set('audit', { value: canary, updatedAt: '2026-01-01T00:00:00.000Z' });
    bench.write(1);
    const delivery = bench.start();
    await bench.turn();
    expect(bench.live.redact(`x ${canary} y`)).toBe('x [redacted] y');
    const told = [JSON.stringify(delivery.state())];
    bench.secrets.delete('audit');
    delivery.poke();
    expect(await bench.turn()).toBe(STOPPED_MS);
    expect(delivery.state().problem).toContain('cannot be had');
    told.push(JSON.stringify(delivery.state()), ...bench.warnings, JSON.stringify(bench.recorded));
    for (const file of readdirSync(bench.home)) {
      if (file !== 'audit') told.push(readFileSync(join(bench.home, file), 'utf8'));
    }
    told.push(...bench.tenant.requests.to(POST).map(({ body }) => body));
    expect(told.join('\n')).not.toContain(canary);
    await delivery.close();
    expect(bench.live.redact(canary)).toBe(canary);
  });
});

describe('an endpoint that flaps, and a companion that is started again and again', () => {
  it('gets every record once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('ok', 'ok', 'cut_after_accept', 'cut', 'status', 'cut_in_answer'), { maxLength: 30 }),
        fc.array(fc.nat(7), { maxLength: 6 }),
        async (answers, restarts) => {
          const bench = await rig.setUp({ segmentBytes: 20_000 });
          const left = [...answers];
          bench.tenant.faults.script(POST, () => {
            const kind = left.shift() ?? 'ok';
            if (kind === 'ok') return undefined;
            return kind === 'status' ? { kind, status: 503 } : { kind };
          });
          let delivery = bench.start();
          for (const turns of restarts) {
            bench.write(100);
            for (let turn = 0; turn <= turns; turn += 1) await bench.turn();
            await delivery.close();
            delivery = bench.start();
          }
          do await bench.turn();
          while (delivery.state().lagEvents > 0);
          await delivery.close();
          expect(bench.arrived()).toEqual(idsUpTo(100 * restarts.length));
        },
      ),
      { numRuns: 10 },
    );
  });
});
