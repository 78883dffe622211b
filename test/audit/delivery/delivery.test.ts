import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../../main/audit/canonical.ts';
import { hashRecord } from '../../../main/audit/chain.ts';
import { segmentName } from '../../../main/audit/segment-name.ts';
import { DeliveryState } from '../../../preload/contract/delivery.ts';
import { filesOf } from '../disk/temp.ts';
import { callId, countingIds, event, intent } from '../records.ts';
import { deliveryRig, idsUpTo, INGEST, lateSender, TOKEN } from './rig.ts';

const rig = deliveryRig();
const IDLE_MS = 10_000;
const POST = `POST ${INGEST}`;

describe('delivery', () => {
  it('sends what waits in order, in batches, as CloudEvents whose chain can be proved', async () => {
    const bench = await rig.setUp();
    bench.journal.append(intent(7));
    bench.write(1200);
    const delivery = bench.start();
    expect(delivery.state()).toMatchObject({ state: 'delivering', lagEvents: 1201, lastSuccessAt: null });
    expect(await bench.turn()).toBe(IDLE_MS);

    expect(bench.arrived()).toEqual(idsUpTo(1201));
    expect(bench.tenant.admin.auditCounts()).toEqual({ events: 1201, repeated: 0, batches: 3 });
    const [first] = bench.tenant.admin.auditEvents();
    const { chainId } = bench.journal.head;
    expect(first).toMatchObject({
      specversion: '1.0',
      source: `urn:runlayer:companion:install-1:${chainId}`,
      type: 'com.runlayer.companion.audit.intent',
      subject: 'files',
      datacontenttype: 'application/json',
      rlseq: 0,
      rlprev: '0'.repeat(64),
    });
    let prev = '0'.repeat(64);
    for (const { data, rlhash, rlprev } of bench.tenant.admin.auditEvents()) {
      expect(rlprev).toBe(prev);
      prev = hashRecord(prev, canonical(data));
      expect(rlhash).toBe(prev);
    }
    expect(DeliveryState.parse(delivery.state())).toEqual({
      state: 'delivering',
      endpoint: `${bench.tenant.url}${INGEST}`,
      lagEvents: 0,
      lagBytes: 0,
      lastSuccessAt: '2026-01-02T03:00:00.000Z',
      parked: 0,
      pressure: 'none',
      problem: '',
    });
    const [request] = bench.tenant.requests.to(POST);
    const { seq, hash } = bench.journal.head;
    expect(request?.headers).toMatchObject({
      'x-runlayer-audit-head': `${chainId}:${seq}:${hash}`,
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/cloudevents-batch+json',
    });
    expect(statSync(bench.outbox).mode & 0o777).toBe(0o600);
  });

  it('sends what is recorded later, at most one request a second', async () => {
    const bench = await rig.setUp();
    const delivery = bench.start();
    bench.journal.onAppend(() => delivery.poke());
    await bench.turn();
    bench.write(3);
    expect(bench.waits()).toEqual([1000, IDLE_MS]);
    await bench.turn();
    expect(bench.arrived()).toEqual(idsUpTo(3));
    expect(bench.tenant.requests.to(POST)).toHaveLength(1);
  });

  it('sends nothing, and counts nothing, without an endpoint', async () => {
    const bench = await rig.setUp();
    bench.setEndpoint(null);
    bench.write(5);
    const delivery = bench.start({ bounds: { events: 1, bytes: 1 } });
    delivery.poke();
    delivery.endpointChanged();
    expect(bench.waits()).toEqual([]);
    expect(delivery.state()).toMatchObject({ state: 'off', endpoint: null, lagEvents: 0, pressure: 'none' });
    expect(delivery.refuseNewCalls()).toBeUndefined();
    expect(delivery.isDelivered('any', 9)).toBe(true);
    expect(readdirSync(bench.home)).toEqual(['audit']);
  });

  it('follows the journal into new segments, and over chains, the older one first', async () => {
    const bench = await rig.setUp({ segmentBytes: 2000 });
    bench.write(20);
    expect(filesOf(bench.auditDirectory).length).toBeGreaterThan(3);
    const other = await rig.files.journal(bench.auditDirectory, {
      otherLiveChains: [bench.journal.head.chainId],
      newId: countingIds(900),
    });
    const lateId = other.append(event({ chain: 'younger' })).id;
    const delivery = bench.start();
    expect(delivery.state().lagEvents).toBe(21);
    await bench.turn();
    expect(bench.arrived()).toEqual([...idsUpTo(20), lateId]);
    // Another host's session writes on: nobody tells, it is found.
    const laterId = other.append(event({ chain: 'younger' })).id;
    bench.write(1);
    await bench.turn();
    expect(bench.arrived()).toEqual([...idsUpTo(20), lateId, callId(21), laterId]);
    expect(delivery.state().lagEvents).toBe(0);
    expect(delivery.isDelivered(other.head.chainId, other.head.seq)).toBe(true);
    expect(delivery.isDelivered(other.head.chainId, other.head.seq + 1)).toBe(false);
  });
});

describe('a long journal', () => {
  it('is counted by names and sizes of files, not read', async () => {
    const bench = await rig.setUp({ segmentBytes: 1 });
    const { chainId } = bench.journal.head;
    await bench.journal.close();
    // Holes: there is nothing in them to read.
    for (let segment = 0; segment < 20; segment += 1) {
      const path = join(bench.auditDirectory, segmentName(chainId, segment * 50_000));
      writeFileSync(path, '', { mode: 0o600 });
      truncateSync(path, 32 * 1024 * 1024);
    }
    const head = { chainId, seq: 999_999, hash: '0'.repeat(64) };
    const delivery = bench.start({ head: () => head });
    expect(delivery.state()).toMatchObject({ lagEvents: 1_000_000, lagBytes: 20 * 32 * 1024 * 1024 });
    // It was there before delivery began, and denies nothing.
    expect(delivery.refuseNewCalls()).toBeUndefined();
  });
});

describe('bounds', () => {
  it('warns, leaves details out, denies; and goes back when the endpoint takes records again', async () => {
    const bench = await rig.setUp();
    const delivery = bench.start({ bounds: { events: 100, bytes: 1e9 } });
    await bench.turn();
    bench.tenant.faults.add(POST, { kind: 'status', status: 503 }, { times: 8 });
    const seen: [number, string, boolean, boolean][] = [];
    for (const count of [69, 1, 15, 10]) {
      bench.write(count);
      await bench.turn();
      const { lagEvents, pressure } = delivery.state();
      seen.push([lagEvents, pressure, delivery.isLean(), delivery.refuseNewCalls() !== undefined]);
    }
    // Each change is recorded, and that record waits too.
    expect(seen).toEqual([
      [69, 'none', false, false],
      [70, 'warn', false, false],
      [86, 'lean', true, false],
      [97, 'full', true, true],
    ]);
    expect(delivery.refuseNewCalls()).toMatch(/^97 audit records wait for the audit endpoint, and no more may\./);
    while (delivery.state().lagEvents > 0) await bench.turn();
    expect(delivery.state().pressure).toBe('none');
    expect(delivery.refuseNewCalls()).toBeUndefined();
    const changes = bench.recorded.map((entry) => entry.kind === 'event' && entry.detail['pressure']);
    expect(changes).toEqual(['warn', 'lean', 'full', 'none']);
  });

  it('are known before the first call of a companion that was full when it ended', async () => {
    const bench = await rig.setUp();
    const first = bench.start();
    await bench.turn();
    await first.close();
    bench.write(100);
    const second = bench.start({ bounds: { events: 100, bytes: 1e9 } });
    expect(second.refuseNewCalls()).toContain('audit records wait');
  });
});

describe('close', () => {
  it('lets the request under way end, keeps what it took, and sends nothing more', async () => {
    const bench = await rig.setUp();
    bench.write(600);
    const held = bench.tenant.faults.hold(POST);
    const delivery = bench.start();
    bench.fire();
    await held.arrived;
    const closing = delivery.close();
    held.release();
    await closing;
    expect(bench.arrived()).toEqual(idsUpTo(500));
    expect(bench.position().chains[0]?.seq).toBe(499);
    delivery.poke();
    delivery.endpointChanged();
    expect(bench.waits()).toEqual([]);
  });

  it('waits no longer than 2 s, and then nothing is written', async () => {
    const bench = await rig.setUp();
    bench.write(1);
    bench.tenant.faults.add(POST, { kind: 'hang' });
    const delivery = bench.start();
    const arrival = bench.tenant.requests.arrival(POST);
    bench.fire();
    await arrival;
    const before = readFileSync(bench.outbox, 'utf8');
    const closing = delivery.close();
    expect(bench.waits()).toEqual([2000, 30_000]);
    bench.fire();
    await closing;
    expect(readFileSync(bench.outbox, 'utf8')).toBe(before);
  });

  it('hears no answer that comes later still', async () => {
    const bench = await rig.setUp();
    bench.write(3);
    const { sender, asked, takes } = lateSender();
    const delivery = bench.start({ sender });
    bench.fire();
    await asked;
    const closing = delivery.close();
    bench.fire();
    await closing;
    takes();
    // What follows from an answer takes a turn or two.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
    expect(delivery.state()).toMatchObject({ lagEvents: 3, lastSuccessAt: null });
    expect(bench.position().chains).toEqual([]);
  });
});
