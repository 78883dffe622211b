/** A connector that becomes another one, or is gone, at its tenant while a session with it runs. */
import { join } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeJourney, fixtureServer } from './companion-home.ts';
import type { RawClient } from './raw-client.ts';
import { openTenantHome, signIn, startEntry, type TenantHome } from './tenant-home.ts';
import { addJournal, codeOf, note, recorded, tenantShown, textOf, type JournalConnector } from './tenant-journal.ts';

const PRE = 'POST /api/v1/local/*/pre';

describeJourney('while a session runs', () => {
  let world: TenantHome;
  let journal: JournalConnector;
  let client: RawClient;
  let count = 0;

  beforeAll(async () => {
    world = await openTenantHome({ device: { intervalS: 1 } });
    await signIn(world);
  });
  beforeEach(async () => {
    count += 1;
    journal = await addJournal(world, `Journal${count}`);
    client = await journal.start();
    expect(textOf(await note(client, `before ${count}`))).toBe(`before ${count}`);
  });
  afterEach(async () => {
    world.tenant.faults.clear();
    await client.close();
  });
  afterAll(async () => {
    await world?.close();
  });

  const other = (): string => join(world.home.path, `other${count}.calls`);
  const change = (): void =>
    void world.tenant.admin.setConnector(journal.id, {
      transport_config: { args: [fixtureServer('journal.mjs'), other()] },
    });
  const accept = (): Promise<string> =>
    world.home.must(['connectors', 'accept', journal.id, '--host', world.tenant.url, '-y']);
  /** The next call is refused here, and the tenant is not asked any more. */
  const isOver = async (call: string): Promise<void> => {
    const asked = world.tenant.requests.to(PRE).length;
    expect(codeOf(await note(client, call))).toBe('tenant_invalid');
    expect(world.tenant.requests.to(PRE)).toHaveLength(asked);
    const { intent, outcome } = recorded(world.home, call);
    expect(intent.decision).toMatchObject({ effect: 'deny', decidedBy: 'tenant' });
    expect(intent.decision.reason).toContain('start it again in the client');
    expect(outcome.outcome).toBe('refused');
    expect(journal.executed()).toEqual([`before ${count}`]);
    expect(existsSync(other())).toBe(false);
  };

  it('the connector changes, and the tenant says so (409): the session is over, a new one runs after a yes', async () => {
    change();
    const remove = world.tenant.faults.add(PRE, {
      kind: 'status',
      status: 409,
      detail: 'The connector is at version 2',
    });
    // Refused each time, by its answer until the connector was read again, and then by what was read.
    for (let at = 0, reason = ''; !reason.includes('start it again'); at += 1) {
      expect(codeOf(await note(client, `conflict ${at}`))).toBe('tenant_invalid');
      ({ reason } = recorded(world.home, `conflict ${at}`).intent.decision);
    }
    remove();
    await isOver('changed');
    await accept();
    const next = await journal.start();
    expect(textOf(await note(next, 'of the new one'))).toBe('of the new one');
    expect(readFileSync(other(), 'utf8')).toBe('of the new one\n');
    await next.close();
  });

  it('the connector changes, and somebody here looks at it: the session with the old one is over', async () => {
    change();
    expect(textOf(await note(client, `before ${count}`))).toBe(`before ${count}`);
    await accept();
    expect(codeOf(await note(client, 'old'))).toBe('tenant_invalid');
    expect(journal.executed()).not.toContain('old');
    expect(existsSync(other())).toBe(false);
  });

  it('the connector is gone: calls are refused as its tenant says, in a new session, too, and it may come back', async () => {
    const { tenant, home } = world;
    const row = tenant.admin.connectors().find(({ id }) => id === journal.id);
    if (row === undefined) throw new Error('no connector');
    tenant.admin.removeConnector(journal.id);
    expect(codeOf(await note(client, `gone ${count}`))).toBe('tenant_deny');
    const { intent, outcome } = recorded(home, `gone ${count}`);
    expect(intent.decision).toMatchObject({ effect: 'deny', decidedBy: 'tenant' });
    expect(outcome.outcome).toBe('refused');
    expect(await tenantShown(home)).toMatchObject({ state: 'ok', problem: '' });
    const next = startEntry(home, journal.id, tenant.url);
    await next.initialize();
    expect(codeOf(await note(next, `new ${count}`))).toBe('tenant_deny');
    await next.close();
    const { args = [], env = {} } = row.transport_config ?? {};
    tenant.admin.addConnector({ id: row.id, name: row.name, url: row.url, transport_config: { args, env } });
    expect(textOf(await note(client, `back ${count}`))).toBe(`back ${count}`);
    expect(journal.executed()).toEqual([`before ${count}`, `back ${count}`]);
  });

  it('the connector is gone between question and result: the result is withheld', async () => {
    const hold = world.tenant.faults.hold('POST /api/v1/local/*/post');
    const call = note(client, 'vanishing');
    await hold.arrived;
    world.tenant.admin.removeConnector(journal.id);
    hold.release();
    const answer = await call;
    expect(codeOf(answer)).toBe('tenant_deny');
    expect(textOf(answer)).toContain('the call was made');
    expect(recorded(world.home, 'vanishing').outcome.outcome).toBe('withheld');
  });

  it('only its name changes: the session goes on', async () => {
    world.tenant.admin.setConnector(journal.id, { name: 'Another name', description: 'and more' });
    await accept();
    expect(textOf(await note(client, 'renamed'))).toBe('renamed');
  });
});
