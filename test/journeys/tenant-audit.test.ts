/** The audit trail at an endpoint: each record once and in order, whatever happens to the endpoint and to the companion. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { textUntil } from '../process/processes.ts';
import { describeJourney, fixtureServer, node } from './companion-home.ts';
import { signalProcess, stillRuns, until } from './processes-of.ts';
import { RawClient } from './raw-client.ts';
import { openTenantHome, type TenantHome } from './tenant-home.ts';

const INGEST = 'POST /api/v1/audit/ingest';
/** What is tried again waits a while, longer each time. */
const DELIVERED_MS = 30_000;

interface Delivery {
  readonly state: string;
  readonly lagEvents: number;
  readonly lastSuccessAt: string | null;
  readonly parked: number;
  readonly problem: string;
}

describeJourney('the audit trail at an endpoint', () => {
  let world: TenantHome;

  beforeAll(async () => {
    world = await openTenantHome();
    const { home, tenant } = world;
    await home.add('tools', [node, fixtureServer('tools.mjs')]);
    await home.must(['secrets', 'set', 'ingest'], { input: `${tenant.settings.ingest.token}\n` });
  });
  afterEach(() => world.tenant.faults.clear());
  afterAll(async () => {
    await world?.close();
  });

  const calls = async (count: number): Promise<void> => {
    const client = new RawClient(world.home.start(['run', 'tools']));
    await client.initialize();
    for (let n = 0; n < count; n++) await client.call(n, 'echo', { text: `call ${n}` });
    await client.close();
  };
  /** Delivery looks at the vault again with the next record. */
  const unlock = async (): Promise<void> => {
    await world.home.must(['secrets', 'unlock'], { input: 'correct horse battery\n' });
    await calls(1);
  };
  const written = () => world.home.records();
  const delivery = async (): Promise<Delivery> =>
    (await world.home.json<{ companion: { delivery: Delivery } }>(['status'])).companion.delivery;
  /** Everything that is in the files now is there, once each and in the order of its chain. */
  const allArrived = async (): Promise<void> => {
    const ids = written().map(({ id }) => id);
    const arrived = (): Set<string> => new Set(world.tenant.admin.auditEvents().map(({ id }) => id));
    await until(
      'all records have arrived',
      () => {
        const there = arrived();
        return ids.every((id) => there.has(id));
      },
      DELIVERED_MS,
    );
    const events = world.tenant.admin.auditEvents();
    expect(arrived().size).toBe(events.length);
    const bySource = new Map<string, typeof events>();
    for (const event of events) bySource.set(event.source, [...(bySource.get(event.source) ?? []), event]);
    for (const chain of bySource.values()) {
      expect(chain.map((event) => event['rlseq'])).toEqual(chain.map((_event, at) => at));
      // What arrived proves itself: each names the hash of the one before it.
      chain.forEach((event, at) => expect(event['rlprev']).toBe(at === 0 ? '0'.repeat(64) : chain[at - 1]?.['rlhash']));
    }
    const byId = new Map(written().map((record) => [record.id, record]));
    for (const event of events) expect(event['data']).toEqual(byId.get(event.id));
  };

  it('has all that was recorded before it was set, and what came since', async () => {
    await calls(5);
    expect(await delivery()).toMatchObject({ state: 'off', lagEvents: 0 });
    await world.home.must([
      'audit',
      'endpoint',
      'set',
      `${world.tenant.url}/api/v1/audit/ingest`,
      '--authorization',
      'Bearer keychain:ingest',
      '-y',
    ]);
    await calls(20);
    await allArrived();
    const counts = world.tenant.admin.auditCounts();
    expect(counts.repeated).toBe(0);
    expect(counts.events).toBe(world.tenant.admin.auditEvents().length);
    const shown = await delivery();
    expect(shown).toMatchObject({ state: 'delivering', parked: 0, problem: '' });
    expect(Date.parse(shown.lastSuccessAt ?? '')).toBeGreaterThan(0);
    expect(await world.home.must(['status'])).toContain('delivery   on');
  });

  it('is behind while the endpoint is down, says how far and since when, and catches up', async () => {
    const remove = world.tenant.faults.add(INGEST, { kind: 'status', status: 503 });
    const before = world.tenant.requests.to(INGEST).length;
    await calls(20);
    await world.tenant.requests.arrival(INGEST, before + 1);
    let behind = await delivery();
    // It was asked; the answer may be on its way yet, and what waits is counted once a second.
    for (let tries = 0; (behind.state !== 'waiting' || behind.lagEvents <= 20) && tries < 100; tries++)
      behind = await delivery();
    expect(behind.state).toBe('waiting');
    expect(behind.lagEvents).toBeGreaterThan(20);
    expect(behind.lastSuccessAt).not.toBeNull();
    expect(behind.problem).not.toBe('');
    expect(await world.home.must(['status'])).toMatch(/delivery {3}WAITING[^]*records\s+wait/);
    remove();
    await allArrived();
  });

  it('has each record once where the endpoint takes a batch and its answer is lost', async () => {
    world.tenant.faults.add(INGEST, { kind: 'cut_after_accept' }, { every: 2, times: 2 });
    await calls(5);
    await allArrived();
    await calls(5);
    await allArrived();
    expect(world.tenant.admin.auditCounts().events).toBe(world.tenant.admin.auditEvents().length);
  });

  it('misses nothing after a companion was killed in the middle', async () => {
    const held = world.tenant.faults.hold(INGEST);
    const client = new RawClient(world.home.start(['run', 'tools']));
    await client.initialize();
    for (let n = 0; n < 10; n++) await client.call(n, 'echo', { text: 'before the end' });
    await held.arrived;
    client.send({ jsonrpc: '2.0', id: 'slow', method: 'tools/call', params: { name: 'slow', arguments: {} } });
    const companion = await world.home.companion();
    signalProcess(companion, 'SIGKILL');
    await client.exited;
    await until('it is gone', () => !stillRuns(companion));
    held.release();
    await world.serve();
    await calls(3);
    // Its vault is locked again: nothing is sent without its secret, and nobody has to start delivery by hand.
    expect((await delivery()).problem).toContain('runlayer secrets unlock');
    await unlock();
    await allArrived();
    expect(world.home.openIntents()).toEqual([]);
    expect(new Set(written().map(({ chain_id: chain }) => chain)).size).toBeGreaterThan(0);
  });

  it('goes on with the host that takes over', async () => {
    const headless = await world.home.companion();
    await calls(3);
    const app = world.home.spawn(node, [fixtureServer('../host.ts'), 'app', world.home.home]);
    await textUntil(app.stdout, /serving/);
    await calls(5);
    await unlock();
    await until('the other one has ended', () => !stillRuns(headless));
    await allArrived();
    expect(new Set(world.tenant.admin.auditEvents().map(({ source }) => source)).size).toBeGreaterThan(1);
    app.kill('SIGTERM');
    await until('it is gone', () => app.exitCode !== null || app.signalCode !== null);
    await world.serve();
    await unlock();
    await allArrived();
  });

  it('keeps its secret to the one place that asks for it', async () => {
    const { token } = world.tenant.settings.ingest;
    expect(world.home.filesHolding(token)).toEqual([]);
    for (const needle of [Buffer.from(token).toString('base64'), createHash('sha256').update(token).digest('hex')])
      expect(world.home.filesHolding(needle)).toEqual([]);
    expect(JSON.stringify(world.tenant.admin.auditEvents())).not.toContain(token);
    for (const command of [
      ['status', '--json'],
      ['audit', 'endpoint', 'show', '--json'],
      ['logs', '--events', '--json'],
    ])
      expect(await world.home.must(command)).not.toContain(token);
    const carried = world.tenant.requests.all.filter(({ headers }) => JSON.stringify(headers).includes(token));
    expect(new Set(carried.map(({ path }) => path))).toEqual(new Set(['/api/v1/audit/ingest']));
  });

  it('stops, and says so, where the secret is taken no more; and goes on with another', async () => {
    const { ingest } = world.tenant.settings;
    const before = world.tenant.requests.to(INGEST).length;
    ingest.token = 'another-token-2f6d1b';
    await calls(2);
    await world.tenant.requests.arrival(INGEST, before + 1);
    let shown = await delivery();
    for (let tries = 0; shown.problem === '' && tries < 20; tries++) shown = await delivery();
    expect(shown.problem).toContain('runlayer');
    await world.home.must(['secrets', 'set', 'ingest'], { input: `${ingest.token}\n` });
    await calls(2);
    await allArrived();
  });
});
