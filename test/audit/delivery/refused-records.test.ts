import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sender } from '../../../main/audit/delivery/send.ts';
import { callId, event } from '../records.ts';
import { deliveryRig, idsUpTo, INGEST } from './rig.ts';

const rig = deliveryRig();
const IDLE_MS = 10_000;
const STOPPED_MS = 300_000;
const POST = `POST ${INGEST}`;

describe('records that the endpoint refuses', () => {
  const poison = (...numbers: number[]) => {
    const ids = new Set(numbers.map((n) => callId(n)));
    return { ingest: { isPoison: ({ id }: { id: string }) => ids.has(id) } };
  };

  it('are found, parked and told of, and the others go on in order', async () => {
    const bench = await rig.setUp({ tenant: poison(3, 250, 499) });
    bench.write(600);
    const delivery = bench.start();
    await bench.turn();
    const parkedIds = new Set([3, 250, 499].map((n) => callId(n)));
    expect(bench.arrived().slice(0, 597)).toEqual(idsUpTo(600).filter((id) => !parkedIds.has(id)));
    expect(delivery.state()).toMatchObject({ state: 'delivering', parked: 3, lagEvents: 0 });
    const parked = bench.parkedLines().map((line) => JSON.parse(line) as { status: number; event: { id: string } });
    expect(parked.map(({ status, event: { id } }) => [status, id])).toEqual([...parkedIds].map((id) => [400, id]));
    expect(statSync(bench.parkedFile).mode & 0o777).toBe(0o600);
    expect(bench.recorded.map((entry) => entry.kind === 'event' && [entry.event, entry.detail['record']])).toEqual(
      [...parkedIds].map((id) => ['audit_parked', id]),
    );
  });

  it('alone at the end: it is parked only when the endpoint has taken another', async () => {
    const bench = await rig.setUp({ tenant: poison(1) });
    bench.write(1);
    const delivery = bench.start();
    expect(await bench.turn()).toBe(IDLE_MS);
    expect(delivery.state()).toMatchObject({ state: 'waiting', parked: 0, lagEvents: 1 });
    expect(bench.parkedLines()).toEqual([]);
    bench.write(1);
    expect(await bench.turn()).toBe(IDLE_MS);
    expect(delivery.state()).toMatchObject({ state: 'delivering', parked: 1, lagEvents: 0 });
    expect(bench.arrived()[0]).toBe(callId(2));
  });

  it('first of a batch, after batches that were taken: no proof that the endpoint is well', async () => {
    const bench = await rig.setUp({ tenant: poison(4) });
    bench.write(3);
    const delivery = bench.start();
    await bench.turn();
    bench.write(1);
    expect(await bench.turn()).toBe(IDLE_MS);
    expect(delivery.state()).toMatchObject({ state: 'waiting', parked: 0, lagEvents: 1 });
  });

  it('many in a row: those beyond the sixteenth wait until the endpoint takes another', async () => {
    const bench = await rig.setUp({ tenant: poison(...Array.from({ length: 20 }, (_none, index) => 13 + index)) });
    bench.write(32);
    const delivery = bench.start({ record: () => undefined });
    expect(await bench.turn()).toBe(IDLE_MS);
    expect(bench.arrived()).toEqual(idsUpTo(12));
    expect(delivery.state()).toMatchObject({ state: 'waiting', parked: 16, lagEvents: 4 });
    bench.write(1);
    await bench.turn();
    expect(delivery.state()).toMatchObject({ state: 'delivering', parked: 20, lagEvents: 0 });
  });

  it('that tell of parking are told of no more', async () => {
    // The sixth says that the first was parked.
    const bench = await rig.setUp({ tenant: poison(1, 6) });
    bench.write(5);
    const delivery = bench.start();
    await bench.turn();
    bench.write(5);
    await bench.turn();
    expect(delivery.state()).toMatchObject({ state: 'delivering', parked: 2, lagEvents: 0 });
    expect(bench.recorded).toHaveLength(1);
  });

  it('all of them: nothing is parked, and it is tried again after 5 minutes from where it was', async () => {
    const bench = await rig.setUp({ tenant: { ingest: { isPoison: () => true } } });
    bench.write(700);
    const delivery = bench.start();
    expect(await bench.turn()).toBe(STOPPED_MS);
    expect(delivery.state()).toMatchObject({ state: 'stopped', parked: 0, lagEvents: 700 });
    expect(delivery.state().problem).toContain('refuses every record (400)');
    expect(bench.parkedLines()).toEqual([]);
    expect(bench.tenant.requests.to(POST).length).toBeLessThan(200);
    bench.tenant.settings.ingest.isPoison = () => false;
    await bench.turn();
    expect(bench.arrived()).toEqual(idsUpTo(700));
  });

  it('too large: the batch is halved until it fits, and what alone does not fit is parked', async () => {
    const bench = await rig.setUp({ tenant: { ingest: { maxBytes: 6000 } } });
    bench.write(20);
    bench.journal.append(event({ text: 'x'.repeat(4000), more: 'y'.repeat(4000) }));
    bench.write(20);
    const delivery = bench.start();
    await bench.turn();
    expect(bench.arrived().slice(0, 40)).toEqual([...idsUpTo(20), ...idsUpTo(20, 22)]);
    expect(delivery.state()).toMatchObject({ state: 'delivering', parked: 1, lagEvents: 0 });
    // What was learned holds: no batch of the later ones was refused first.
    bench.tenant.requests.clear();
    bench.write(20);
    delivery.poke();
    await bench.turn();
    expect(bench.tenant.requests.to(POST).every(({ body }) => body.length <= 6000)).toBe(true);
  });

  it('while it is not well are not parked: they come once more when it takes another', async () => {
    const bench = await rig.setUp({ tenant: { ingest: { isPoison: () => true } } });
    bench.write(40);
    const delivery = bench.start();
    expect(await bench.turn()).toBe(IDLE_MS);
    expect(delivery.state()).toMatchObject({ state: 'waiting', lagEvents: 40, parked: 0 });
    expect(delivery.state().problem).toContain('refused 40 records, each by itself, and has taken none since');
    bench.tenant.settings.ingest.isPoison = ({ id }) => id === callId(7);
    bench.write(1);
    await bench.turn();
    expect(new Set(bench.arrived())).toEqual(new Set(idsUpTo(42).filter((id) => id !== callId(7))));
    expect(delivery.state()).toMatchObject({ state: 'delivering', lagEvents: 0, parked: 1, problem: '' });
    expect(bench.parkedLines()).toHaveLength(1);
  });

  it('come once more after 5 minutes, though nothing else is recorded', async () => {
    const bench = await rig.setUp({ tenant: { ingest: { isPoison: () => true } } });
    bench.write(5);
    const delivery = bench.start();
    await bench.turn();
    bench.tenant.settings.ingest.isPoison = () => false;
    const before = bench.tenant.requests.to(POST).length;
    for (let looks = 0; looks < STOPPED_MS / IDLE_MS - 1; looks += 1) await bench.turn();
    expect(bench.tenant.requests.to(POST)).toHaveLength(before);
    await bench.turn();
    expect(bench.arrived()).toEqual(idsUpTo(5));
    expect(delivery.state()).toMatchObject({ state: 'delivering', lagEvents: 0, parked: 0 });
  });

  it('after 5 minutes again: still nothing is parked', async () => {
    const bench = await rig.setUp({ tenant: { ingest: { isPoison: () => true } } });
    bench.write(5);
    const delivery = bench.start();
    for (let looks = 0; looks < (2 * STOPPED_MS) / IDLE_MS; looks += 1) await bench.turn();
    expect(delivery.state()).toMatchObject({ state: 'waiting', lagEvents: 5, parked: 0 });
  });

  it('keep the position before them until each is taken or given up', async () => {
    const bench = await rig.setUp();
    bench.write(3);
    let status = 400;
    const kept: [events: number, position: number | undefined][] = [];
    const sender: Sender = {
      send: ({ body }) => {
        const events = JSON.parse(body.toString('utf8')) as unknown[];
        if (status === 200) kept.push([events.length, bench.position().chains[0]?.seq]);
        return Promise.resolve({ kind: 'answered', status, retryAfter: undefined, isPage: false });
      },
      close: () => undefined,
    };
    bench.start({ sender });
    await bench.turn();
    status = 200;
    bench.write(1);
    await bench.turn();
    // The new one is taken first; a companion that ended then would have sent the three again.
    expect(kept).toEqual([
      [1, undefined],
      [3, undefined],
    ]);
    expect(bench.position().chains[0]?.seq).toBe(3);
  });

  it('are not lost where they cannot be parked', async () => {
    const bench = await rig.setUp({ tenant: poison(2) });
    bench.write(3);
    // A folder stands where the file should be.
    const blocked = bench.start({ home: join(bench.home, 'missing') });
    expect(await bench.turn()).toBe(5000);
    expect(blocked.state()).toMatchObject({ state: 'waiting', parked: 0 });
    expect(blocked.state().problem).toContain('audit-parked.jsonl');
    await blocked.close();
    const delivery = bench.start();
    await bench.turn();
    expect(delivery.state()).toMatchObject({ parked: 1, lagEvents: 0 });
    expect(new Set(bench.arrived())).toEqual(new Set([callId(1), callId(3), callId(4)]));
  });
});
