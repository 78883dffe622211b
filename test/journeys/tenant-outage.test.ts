/** Calls that pass while the tenant is away: only where the companion's own environment says so, only for an outage, and loudly. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { EventRecord } from '../../preload/contract/index.ts';
import { describeJourney } from './companion-home.ts';
import type { RawClient } from './raw-client.ts';
import { INSECURE, openTenantHome, signIn, startEntry, type TenantHome } from './tenant-home.ts';
import {
  addJournal,
  codeOf,
  companionOf,
  note,
  recorded,
  textOf,
  unlock,
  type JournalConnector,
} from './tenant-journal.ts';

const OPEN = { RUNLAYER_HOOK_ENFORCEMENT_FAILURE_MODE: 'open' };
const PRE = 'POST /api/v1/local/*/pre';
const POST = 'POST /api/v1/local/*/post';
const DOWN = { kind: 'status', status: 503 } as const;

describeJourney('an outage', () => {
  let world: TenantHome;
  let journal: JournalConnector;
  let client: RawClient;
  const events = (name: EventRecord['event']): number =>
    world.home.records().filter((record) => record.kind === 'event' && record.event === name).length;

  beforeAll(async () => {
    world = await openTenantHome({ device: { intervalS: 1 } });
    await signIn(world);
    journal = await addJournal(world);
  });
  afterEach(() => world.tenant.faults.clear());
  afterAll(async () => {
    await client?.close();
    await world?.close();
  });

  it('is not opened by the environment of a client', async () => {
    client = startEntry(world.home, journal.id, world.tenant.url, OPEN);
    await client.initialize();
    expect(textOf(await note(client, 'there'))).toBe('there');
    world.tenant.faults.add(PRE, DOWN);
    expect(codeOf(await note(client, 'closed'))).toBe('tenant_unavailable');
    expect(journal.executed()).toEqual(['there']);
    expect((await companionOf(world.home)).enforcement).toBe('closed');
    expect(await world.home.must(['status'])).not.toContain('NOT ENFORCING');
    await client.close();
  });

  it('is opened by that of the companion: calls pass, and everybody can see it', async () => {
    await world.home.must(['stop']);
    await world.serve(OPEN);
    await unlock(world.home);
    expect((await companionOf(world.home)).enforcement).toBe('open');
    client = await journal.start();
    expect(textOf(await note(client, 'asked'))).toBe('asked');
    expect(recorded(world.home, 'asked').intent.decision.code).toBe('tenant_allow');
    expect(events('enforcement_opened')).toBe(0);

    world.tenant.faults.add('* /api/v1/**', DOWN);
    expect(textOf(await note(client, 'unasked'))).toBe('unasked');
    expect(textOf(await note(client, 'unasked, too'))).toBe('unasked, too');
    const { decision } = recorded(world.home, 'unasked').intent;
    expect(decision).toMatchObject({ effect: 'allow', decidedBy: 'local', code: 'tenant_outage_open' });
    expect(decision.reason).toContain('HTTP 503');
    expect(events('enforcement_opened')).toBe(1);
    expect(events('enforcement_closed')).toBe(0);
    const status = await world.home.must(['status']);
    expect(status).toContain('NOT ENFORCING ON OUTAGE');
    expect(status).toContain('NOT REACHED');
    expect(await world.home.must(['logs'])).toMatch(/ok .*journal\.note.*\[TENANT NOT ASKED\]/);

    world.tenant.faults.clear();
    expect(textOf(await note(client, 'asked again'))).toBe('asked again');
    expect(recorded(world.home, 'asked again').intent.decision.code).toBe('tenant_allow');
    expect(events('enforcement_closed')).toBe(1);
  });

  it.each([
    ['cut', { kind: 'cut' }],
    ['an error', { kind: 'status', status: 500 }],
  ] as const)('after the call (%s) delivers the result there', async (what, fault) => {
    world.tenant.faults.add(POST, fault);
    expect(textOf(await note(client, `after ${what}`))).toBe(`after ${what}`);
    expect(events('enforcement_opened')).toBeGreaterThan(1);
  });

  it.each([
    [400, 'tenant_deny'],
    [401, 'tenant_unauthorized'],
    [403, 'tenant_deny'],
    [404, 'tenant_deny'],
    [409, 'tenant_invalid'],
    [429, 'tenant_deny'],
  ])('is not what HTTP %i is, before or after a call', async (status, code) => {
    for (const route of [PRE, POST]) {
      world.tenant.faults.add(route, { kind: 'status', status });
      expect(codeOf(await note(client, `${status} ${route}`))).toBe(code);
      world.tenant.faults.clear();
    }
    expect(journal.executed()).not.toContain(`${status} ${PRE}`);
  });

  it.each([
    ['garbage', { kind: 'garbage' }],
    ['a page', { kind: 'html' }],
    ['a redirect', { kind: 'redirect', to: 'http://127.0.0.1:9/' }],
    ['50 MB', { kind: 'huge', megabytes: 50 }],
    [
      'arguments of the wrong type',
      { kind: 'body', body: { correlation_id: 'c', modified_args: [], modified_output: 1 } },
    ],
  ] as const)('is not what %s is, before or after a call', async (what, fault) => {
    for (const route of [PRE, POST]) {
      world.tenant.faults.add(route, fault);
      expect(codeOf(await note(client, `${what} ${route}`))).toBe('tenant_invalid');
      world.tenant.faults.clear();
    }
    expect(journal.executed()).not.toContain(`${what} ${PRE}`);
  });

  it('is not opened by a companion that a client started, and neither is http', async () => {
    await client.close();
    await world.home.must(['stop']);
    world.tenant.requests.clear();
    const own = startEntry(world.home, journal.id, world.tenant.url, { ...OPEN, ...INSECURE });
    expect((await own.initialize()).error?.message).toContain('https');
    expect((await companionOf(world.home)).enforcement).toBe('closed');
    expect(world.tenant.requests.all).toEqual([]);
    await own.close();
    await world.home.must(['stop']);
    await world.serve(OPEN);
    await unlock(world.home);
    client = await journal.start();
    expect(textOf(await note(client, 'after all'))).toBe('after all');
  });

  it('leaves local rules as they are', async () => {
    await world.home.must(['policy', 'deny', journal.name, 'note']);
    world.tenant.faults.add('* /api/v1/**', DOWN);
    expect((await note(client, 'local')).error?.message).toBe('Unknown tool: note');
    expect(recorded(world.home, 'local').intent.decision).toMatchObject({ effect: 'deny', decidedBy: 'local' });
    expect(journal.executed()).not.toContain('local');
  });
});
