/**
 * The tenant decides, and what stands here may only tighten: local rules, a person, a path that is closed. Each record names who
 * decided; a tenant that had said yes is told when the call was not made all the same.
 */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { describeJourney } from './companion-home.ts';
import type { RawClient } from './raw-client.ts';
import { openTenantHome, signIn, type TenantHome } from './tenant-home.ts';
import { addJournal, codeOf, note, recorded, textOf, type JournalConnector } from './tenant-journal.ts';
import { waitingApproval } from './waiting-approval.ts';

const Told = z.object({
  correlation_id: z.string(),
  result: z.null(),
  upstream_error: z.object({ type: z.string(), message: z.string() }),
});

describeJourney('who decides about a call of a tenant', () => {
  let world: TenantHome;
  let journal: JournalConnector;
  let client: RawClient;
  const undo: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    world = await openTenantHome({ device: { intervalS: 1 } });
    await signIn(world);
    journal = await addJournal(world);
    client = await journal.start();
    await client.request('list', 'tools/list');
  });
  afterEach(async () => {
    for (const one of undo.splice(0)) await one();
    world.tenant.requests.clear();
  });
  afterAll(async () => {
    await client?.close();
    await world?.close();
  });

  const rule = async (effect: 'allow' | 'ask' | 'deny'): Promise<void> => {
    const yes = effect === 'allow' ? ['-y'] : [];
    const { id } = await world.home.json<{ id: string }>(['policy', effect, ...yes, journal.name, 'note']);
    undo.push(async () => void (await world.home.must(['policy', 'remove', '-y', id])));
  };
  const tenantDenies = (reason: string): void =>
    void undo.push(
      world.tenant.admin.setPolicy({ connector: journal.id, tool: 'note', rule: { kind: 'deny', reason } }),
    );
  const asked = (step: 'pre' | 'post') => world.tenant.requests.to(`POST /api/v1/local/*/${step}`);
  const told = async () =>
    Told.parse(JSON.parse((await world.tenant.requests.arrival('POST /api/v1/local/*/post')).body));

  it('both allow: the tenant decided', async () => {
    await rule('allow');
    expect(textOf(await note(client, 'both'))).toBe('both');
    const { intent } = recorded(world.home, 'both');
    expect(intent.decision).toMatchObject({ effect: 'allow', decidedBy: 'tenant', code: 'tenant_allow' });
    expect(intent.decision.ruleId).toMatch(/./);
  });

  it('a local rule denies what the tenant allows, and the tenant is not even asked', async () => {
    await rule('deny');
    expect((await note(client, 'local')).error?.message).toBe('Unknown tool: note');
    expect(recorded(world.home, 'local')).toMatchObject({
      intent: { decision: { effect: 'deny', decidedBy: 'local', code: 'rule_deny' } },
      outcome: { outcome: 'refused' },
    });
    expect(asked('pre')).toEqual([]);
    expect(journal.executed()).not.toContain('local');
    const listed = await client.request('hidden', 'tools/list');
    expect(listed.result?.tools).toEqual([]);
  });

  it('a local rule cannot allow what the tenant denies', async () => {
    await client.request('seen again', 'tools/list');
    await rule('allow');
    tenantDenies('Not on Sundays');
    const answer = await note(client, 'denied');
    expect(codeOf(answer)).toBe('tenant_deny');
    expect(JSON.stringify(answer)).not.toContain('Sundays');
    const { intent, outcome } = recorded(world.home, 'denied');
    expect(intent.decision).toMatchObject({
      effect: 'deny',
      decidedBy: 'tenant',
      code: 'tenant_deny',
      reason: 'Not on Sundays',
    });
    expect(outcome.outcome).toBe('refused');
    expect(journal.executed()).not.toContain('denied');
  });

  it('a person says yes to what the tenant allows: then it is made, and not before', async () => {
    await rule('ask');
    client.send({
      jsonrpc: '2.0',
      id: 'asked',
      method: 'tools/call',
      params: { name: 'note', arguments: { call: 'asked' } },
    });
    const { id } = await waitingApproval(world.home);
    expect(asked('pre')).toHaveLength(1);
    expect(asked('post')).toHaveLength(0);
    expect(journal.executed()).not.toContain('asked');
    await world.home.runlayer(['approvals', 'approve', id], { typed: [{ after: /\[y\/N\] /, text: 'y\n' }] });
    expect(textOf(await client.answer('asked'))).toBe('asked');
    const { intent, outcome } = recorded(world.home, 'asked');
    expect(intent.decision).toMatchObject({ effect: 'allow', decidedBy: 'approval', code: 'approval_granted' });
    expect(intent.tenant?.correlation_id).toMatch(/./);
    expect(outcome.outcome).toBe('ok');
  });

  it('a person says no to what the tenant had allowed: the tenant is told that it was not made', async () => {
    await rule('ask');
    client.send({
      jsonrpc: '2.0',
      id: 'no',
      method: 'tools/call',
      params: { name: 'note', arguments: { call: 'no' } },
    });
    const { id } = await waitingApproval(world.home);
    await world.home.must(['approvals', 'deny', id]);
    expect(codeOf(await client.answer('no'))).toBe('approval_denied');
    const { correlation_id: correlation, upstream_error: error } = await told();
    const { intent, outcome } = recorded(world.home, 'no');
    expect(intent.decision).toMatchObject({ effect: 'deny', decidedBy: 'approval', code: 'approval_denied' });
    expect(correlation).toBe(intent.tenant?.correlation_id);
    expect(error.message).toContain('did not make the call');
    expect(outcome.outcome).toBe('refused');
    expect(journal.executed()).not.toContain('no');
  });

  it('a person is not asked about what the tenant denies', async () => {
    await rule('ask');
    tenantDenies('No');
    expect(codeOf(await note(client, 'never asked'))).toBe('tenant_deny');
    expect(await world.home.json(['approvals', 'list'])).toEqual([]);
  });

  it('a call that is taken back while a person is asked is told to the tenant, too', async () => {
    await rule('ask');
    client.send({
      jsonrpc: '2.0',
      id: 'back',
      method: 'tools/call',
      params: { name: 'note', arguments: { call: 'back' } },
    });
    await waitingApproval(world.home);
    client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'back' } });
    expect((await told()).upstream_error.message).toContain('did not make the call');
    expect(recorded(world.home, 'back').outcome.outcome).toBe('cancelled');
    expect(journal.executed()).not.toContain('back');
  });

  it('modified arguments of the wrong type that a rule of the tenant makes are never sent', async () => {
    for (const [at, replace] of ([['a', 'list'], 'text', 7] as const).entries()) {
      const remove = world.tenant.admin.setPolicy({
        connector: journal.id,
        tool: 'note',
        rule: { kind: 'arguments', replace },
      });
      const before = journal.executed();
      expect(codeOf(await note(client, `wrong ${at}`))).toBe('tenant_invalid');
      expect(journal.executed()).toEqual(before);
      remove();
    }
  });
});
