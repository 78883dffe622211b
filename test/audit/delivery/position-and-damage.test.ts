import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf } from '../disk/temp.ts';
import { callId } from '../records.ts';
import { damage, deliveryRig, idsUpTo, INGEST, lateSender, sizeOf, tear } from './rig.ts';

const rig = deliveryRig();

describe('the position', () => {
  it('an old file: the rest comes again, and is told apart', async () => {
    const bench = await rig.setUp();
    bench.write(10);
    const first = bench.start();
    expect(bench.warnings).toHaveLength(1);
    await bench.turn();
    const old = readFileSync(bench.outbox, 'utf8');
    bench.write(10);
    first.poke();
    await bench.turn();
    await first.close();
    writeFileSync(bench.outbox, old);
    const second = bench.start();
    expect(second.state()).toMatchObject({ lagEvents: 10, lastSuccessAt: '2026-01-02T03:00:00.000Z' });
    await bench.turn();
    expect(bench.arrived()).toEqual(idsUpTo(20));
    expect(bench.tenant.admin.auditCounts()).toMatchObject({ events: 20, repeated: 10 });
    expect(bench.warnings).toHaveLength(1);
  });

  it.each([
    ['missing', undefined, 'There is no outbox.json'],
    ['empty', '', 'outbox.json is damaged'],
    ['of another version', '{"version":2}', 'outbox.json is damaged'],
    ['garbage', '\u0000\u0001', 'outbox.json is damaged'],
  ])('a file that is %s: everything comes again, and somebody is told', async (_name, content, words) => {
    const bench = await rig.setUp();
    bench.write(10);
    const first = bench.start();
    await bench.turn();
    await first.close();
    bench.warnings.length = 0;
    if (content === undefined) rmSync(bench.outbox);
    else writeFileSync(bench.outbox, content);
    const second = bench.start({ bounds: { events: 5, bytes: 1e9 } });
    expect(bench.warnings).toEqual([expect.stringContaining(words)]);
    // What was there already may have been taken before: it denies nothing.
    expect(second.state()).toMatchObject({ lagEvents: 10, pressure: 'none' });
    await bench.turn();
    expect(bench.tenant.admin.auditCounts()).toMatchObject({ events: 10, repeated: 10 });
  });

  it('another endpoint gets everything; the same one goes on where it was', async () => {
    const bench = await rig.setUp();
    const other = await rig.tenantOf();
    bench.write(5);
    const delivery = bench.start();
    await bench.turn();
    bench.setEndpoint({ url: `${other.url}${INGEST}`, authorization: 'Bearer keychain:audit' });
    const rested = bench.rest();
    delivery.endpointChanged();
    await rested;
    expect(other.admin.auditEvents().map(({ id }) => id)).toEqual(idsUpTo(5));
    expect(bench.warnings).toHaveLength(1);
    bench.setEndpoint(null);
    delivery.endpointChanged();
    expect(delivery.state().state).toBe('off');
    bench.write(1);
    bench.setEndpoint({ url: `${other.url}${INGEST}`, authorization: 'Bearer keychain:audit' });
    const again = bench.rest();
    delivery.endpointChanged();
    await again;
    expect(other.admin.auditCounts()).toEqual({ events: 6, repeated: 0, batches: 2 });
  });

  it('what was recorded while delivery was off was not kept waiting', async () => {
    const bench = await rig.setUp();
    bench.write(5);
    const delivery = bench.start({ bounds: { events: 100, bytes: 1e9 } });
    await bench.turn();
    const endpoint = { url: `${bench.tenant.url}${INGEST}`, authorization: 'Bearer keychain:audit' };
    bench.setEndpoint(null);
    delivery.endpointChanged();
    bench.write(200);
    bench.setEndpoint(endpoint);
    const rested = bench.rest();
    delivery.endpointChanged();
    expect(delivery.state()).toMatchObject({ lagEvents: 200, pressure: 'none' });
    expect(delivery.refuseNewCalls()).toBeUndefined();
    await rested;
    expect(bench.arrived()).toEqual(idsUpTo(205));
    expect(bench.tenant.admin.auditCounts()).toMatchObject({ events: 205, repeated: 0 });
  });

  it('another secret for the same endpoint forgives nothing', async () => {
    const bench = await rig.setUp();
    const delivery = bench.start({ bounds: { events: 10, bytes: 1e9 } });
    await bench.turn();
    bench.write(20);
    bench.setEndpoint({ url: `${bench.tenant.url}${INGEST}`, authorization: 'keychain:audit' });
    delivery.endpointChanged();
    expect(delivery.state().pressure).toBe('full');
    await bench.rest();
  });

  it('is left alone where the settings change in something else', async () => {
    const bench = await rig.setUp();
    bench.write(1);
    const { sender, asked, takes } = lateSender();
    const delivery = bench.start({ sender });
    bench.fire();
    await asked;
    delivery.endpointChanged();
    const rested = bench.rest();
    takes();
    await rested;
    expect(delivery.state().lagEvents).toBe(0);
    expect(bench.position().chains).toMatchObject([{ seq: 0 }]);
    delivery.endpointChanged();
    expect(bench.waits()).toEqual([10_000]);
  });

  it('is not moved by an answer that comes when another endpoint is named', async () => {
    const bench = await rig.setUp();
    bench.write(5);
    const { sender, asked, takes } = lateSender();
    const delivery = bench.start({ sender });
    bench.fire();
    await asked;
    bench.setEndpoint({ url: 'https://audit.example/', authorization: 'Bearer keychain:missing' });
    delivery.endpointChanged();
    const rested = bench.rest();
    takes();
    expect(await rested).toBe(300_000);
    expect(delivery.state()).toMatchObject({ state: 'stopped', lagEvents: 5, lastSuccessAt: null });
    expect(bench.position().chains).toEqual([]);
  });
});

describe('damage', () => {
  it('a damaged line is passed over, counted and told of; the others arrive', async () => {
    const bench = await rig.setUp();
    bench.write(10);
    const [file = ''] = filesOf(bench.auditDirectory);
    const path = join(bench.auditDirectory, file);
    const lines = readFileSync(path, 'utf8').split('\n');
    damage(path, lines.slice(0, 4).join('\n').length + 30, 'f0f0');
    const delivery = bench.start();
    await bench.turn();
    const expected = idsUpTo(10).filter((id) => id !== callId(5));
    expect(bench.arrived().slice(0, 9)).toEqual(expected);
    expect(delivery.state()).toMatchObject({ parked: 1, lagEvents: 0 });
    expect(bench.recorded).toEqual([
      { kind: 'event', event: 'audit_parked', detail: { reason: 'damaged_line', lines: 1 } },
    ]);
  });

  it('a line that is not whole yet waits; in a segment that nobody continues it is passed over', async () => {
    const bench = await rig.setUp();
    bench.write(2);
    const [file = ''] = filesOf(bench.auditDirectory);
    const path = join(bench.auditDirectory, file);
    await bench.journal.close();
    tear(path);
    const delivery = bench.start();
    await bench.turn();
    expect(bench.arrived()).toEqual(idsUpTo(2));
    expect(delivery.state()).toMatchObject({ parked: 0 });
    // Kept under another name, as the journal does with what it cannot continue.
    const bytes = readFileSync(path);
    rmSync(path);
    writeFileSync(`${path}.corrupt`, bytes, { mode: 0o600 });
    await bench.turn();
    expect(delivery.state()).toMatchObject({ parked: 1 });
    expect(bench.tenant.admin.auditCounts()).toMatchObject({ events: 2, repeated: 0 });
  });

  it('a line longer than any record is passed over', async () => {
    const bench = await rig.setUp({ segmentBytes: 1000 });
    bench.write(1);
    const [file = ''] = filesOf(bench.auditDirectory);
    await bench.journal.close();
    writeFileSync(
      join(bench.auditDirectory, file),
      `${'x'.repeat(3 * 1024 * 1024)}\n${readFileSync(join(bench.auditDirectory, file), 'utf8')}`,
    );
    const delivery = bench.start();
    await bench.turn();
    expect(bench.arrived()).toEqual(idsUpTo(1));
    expect(delivery.state()).toMatchObject({ parked: 1, lagEvents: 0 });
  });

  it('a segment that was pruned is not waited for', async () => {
    const bench = await rig.setUp({ segmentBytes: 1500 });
    bench.write(12);
    const [first = ''] = filesOf(bench.auditDirectory);
    rmSync(join(bench.auditDirectory, first));
    const second = filesOf(bench.auditDirectory)[0] ?? '';
    const left = 12 - Number(/-(\d{12})\.jsonl$/.exec(second)?.[1]);
    const delivery = bench.start();
    expect(delivery.state().lagEvents).toBe(left);
    await bench.turn();
    expect(bench.arrived()).toEqual(idsUpTo(left, 13 - left));
  });

  it('cannot keep delivery from going on where a journal was exchanged for a shorter one', async () => {
    const bench = await rig.setUp();
    bench.write(10);
    const delivery = bench.start();
    await bench.turn();
    const [file = ''] = filesOf(bench.auditDirectory);
    const path = join(bench.auditDirectory, file);
    const half = readFileSync(path, 'utf8').split('\n').slice(0, 5).join('\n');
    writeFileSync(path, `${half}\n`);
    expect(sizeOf(path)).toBe(half.length + 1);
    await bench.turn();
    expect(delivery.state()).toMatchObject({ lagEvents: 0, parked: 0 });
    expect(bench.tenant.admin.auditCounts()).toMatchObject({ events: 10, repeated: 5 });
  });
});
