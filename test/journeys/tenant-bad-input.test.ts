/**
 * A tenant that answers what nobody should believe, seen by a real thin client: what does not make sense keeps a call from its
 * server and a result from the client, says why, and nothing of it stays when the tenant is itself again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Fault, FaultTiming } from '../backend/faults.ts';
import { openBystander, type Bystander } from './bystander.ts';
import { describeJourney, node } from './companion-home.ts';
import type { RawClient } from './raw-client.ts';
import { openTenantHome, signIn, startEntry, type TenantHome } from './tenant-home.ts';
import {
  addJournal,
  codeOf,
  companionOf,
  note,
  recorded,
  tenantShown,
  textOf,
  type JournalConnector,
} from './tenant-journal.ts';

type Code = 'tenant_invalid' | 'tenant_unavailable' | 'tenant_deny' | 'tenant_unauthorized';
interface Case {
  readonly title: string;
  readonly fault: Fault;
  readonly timing?: FaultTiming;
  readonly code: Code;
  /** What `tenant list` shows afterwards. */
  readonly state?: 'ok' | 'unreachable' | 'unauthorized';
  /** In what it says to do. */
  readonly says?: RegExp;
}

const PRE = 'POST /api/v1/local/*/pre';
const POST = 'POST /api/v1/local/*/post';
const pre = (more: object): Fault => ({ kind: 'body', body: { correlation_id: 'c-1', ...more } });

const EVERY: readonly Case[] = [
  { title: 'a redirect', fault: { kind: 'redirect', to: '{bystander}' }, code: 'tenant_invalid', says: /redirect/ },
  ...[301, 302, 303, 308].map((status): Case => ({
    title: `a redirect (${status})`,
    fault: { kind: 'redirect', to: '{bystander}', status },
    code: 'tenant_invalid',
    says: /redirect/,
  })),
  { title: 'a page', fault: { kind: 'html' }, code: 'tenant_invalid', says: /address of a Runlayer tenant/ },
  { title: 'a page of a proxy', fault: { kind: 'html', status: 502 }, code: 'tenant_unavailable' },
  { title: 'garbage', fault: { kind: 'garbage' }, code: 'tenant_invalid' },
  { title: '50 MB', fault: { kind: 'huge', megabytes: 50 }, code: 'tenant_invalid', says: /more than/ },
  { title: 'nothing: it is cut', fault: { kind: 'cut' }, code: 'tenant_unavailable', says: /network/ },
  { title: 'nothing: it is cut after the work', fault: { kind: 'cut_after_accept' }, code: 'tenant_unavailable' },
  { title: 'half of it', fault: { kind: 'cut_in_answer' }, code: 'tenant_unavailable' },
  { title: '202', fault: { kind: 'status', status: 202, body: '{"correlation_id":"c-1"}' }, code: 'tenant_invalid' },
  { title: '401', fault: { kind: 'status', status: 401 }, code: 'tenant_unauthorized', state: 'unauthorized', says: /runlayer login --host/ },
  { title: '403', fault: { kind: 'status', status: 403 }, code: 'tenant_deny', state: 'ok' },
  { title: '404', fault: { kind: 'status', status: 404 }, code: 'tenant_deny', state: 'ok' },
  { title: '422', fault: { kind: 'status', status: 422 }, code: 'tenant_deny', state: 'ok' },
  { title: '429', fault: { kind: 'status', status: 429, retryAfter: 1 }, code: 'tenant_deny', state: 'ok' },
  { title: '500', fault: { kind: 'status', status: 500 }, code: 'tenant_unavailable', says: /an error of its own/ },
  { title: '503', fault: { kind: 'status', status: 503 }, code: 'tenant_unavailable' },
]; // prettier-ignore

const BEFORE: readonly Case[] = [
  { title: 'a list', fault: { kind: 'body', body: [] }, code: 'tenant_invalid' },
  { title: 'an empty object', fault: { kind: 'body', body: {} }, code: 'tenant_invalid' },
  { title: 'a number as the correlation', fault: { kind: 'body', body: { correlation_id: 5 } }, code: 'tenant_invalid' },
  ...[['not', 'an', 'object'], 'text', 7, true].map((value): Case => ({
    title: `modified_args that are ${JSON.stringify(value)}`,
    fault: pre({ modified_args: value }),
    code: 'tenant_invalid',
  })),
  { title: 'modified_args twice', fault: { kind: 'body', body: '{"correlation_id":"c","modified_args":{"call":"a"},"modified_args":{"call":"b"}}' }, code: 'tenant_invalid' },
  { title: 'a text as the quick result', fault: pre({ quick_tool_result: 'done' }), code: 'tenant_invalid' },
]; // prettier-ignore

const AFTER: readonly Case[] = [
  { title: 'a list', fault: { kind: 'body', body: [] }, code: 'tenant_invalid' },
  { title: 'a text as the output', fault: { kind: 'body', body: { modified_output: 'x' } }, code: 'tenant_invalid' },
  { title: 'content of the wrong type', fault: { kind: 'body', body: { modified_output: { content: 'x' } } }, code: 'tenant_invalid' },
]; // prettier-ignore

/** A server that answers with as much as it is asked for. */
const LARGE = `
import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const result =
    method === 'initialize'
      ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'large', version: '1' } }
      : method === 'tools/list'
        ? { tools: [{ name: 'give', inputSchema: { type: 'object' } }] }
        : { content: [{ type: 'text', text: 'x'.repeat(params.arguments.bytes) }] };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
});
`;

/** How much more memory the companion uses, at its highest, than when this was called. */
async function memoryOf({ home }: TenantHome): Promise<{ grownMib(): number }> {
  const { pid } = await companionOf(home);
  const mib = (name: string): number => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  };
  // The highest mark begins anew with this.
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const before = mib('VmRSS');
  return { grownMib: () => mib('VmHWM') - before };
}

describeJourney('a tenant that answers badly', () => {
  let world: TenantHome;
  let journal: JournalConnector;
  let client: RawClient;
  let bystander: Bystander;

  beforeAll(async () => {
    bystander = await openBystander();
    world = await openTenantHome({ device: { intervalS: 1 } });
    await signIn(world);
    journal = await addJournal(world);
    client = await journal.start();
    await client.request('list', 'tools/list');
  });
  afterEach(() => world.tenant.faults.clear());
  afterAll(async () => {
    await client?.close();
    await world?.close();
    await bystander?.close();
  });

  const meet = (route: string, { fault, timing }: Case): void => {
    const met = fault.kind === 'redirect' ? { ...fault, to: `${bystander.url}/api/v1/local/x/pre` } : fault;
    world.tenant.faults.add(route, met, timing);
  };
  const shows = async ({ code, state, says }: Case): Promise<void> => {
    const wanted = state ?? (code === 'tenant_deny' ? 'ok' : 'unreachable');
    const view = await tenantShown(world.home);
    expect(view.state).toBe(wanted);
    if (wanted === 'ok') expect(view.problem).toBe('');
    else expect(view.problem).toMatch(says ?? /\S/);
  };

  it('replies of 50 MB leave no trace in memory', async () => {
    await note(client, 'warm');
    const memory = await memoryOf(world);
    for (const route of [PRE, POST, PRE, POST]) {
      const remove = world.tenant.faults.add(route, { kind: 'huge', megabytes: 50 });
      const answer = await note(client, `huge ${route}`);
      expect(codeOf(answer)).toBe('tenant_invalid');
      remove();
    }
    expect(memory.grownMib()).toBeLessThan(64);
  });

  it.each([...EVERY, ...BEFORE])('before a call: $title', async (given) => {
    const call = `before ${given.title}`;
    meet(PRE, given);
    const answer = await note(client, call);
    expect(answer.result?.isError).toBe(true);
    expect(codeOf(answer)).toBe(given.code);
    expect(journal.executed()).not.toContain(call);
    const { intent, outcome } = recorded(world.home, call);
    expect(intent.decision).toMatchObject({ effect: 'deny', decidedBy: 'tenant', code: given.code });
    expect(intent.decision.reason).toMatch(/\S/);
    expect(outcome.outcome).toBe('refused');
    expect(bystander.seen).toEqual([]);
    await shows(given);
    world.tenant.faults.clear();
    expect(textOf(await note(client, `${call}, well again`))).toBe(`${call}, well again`);
    expect(await tenantShown(world.home)).toMatchObject({ state: 'ok', problem: '' });
  });

  it.each([...EVERY, ...AFTER])('after a call: $title', async (given) => {
    const call = `after ${given.title}`;
    meet(POST, given);
    const answer = await note(client, call);
    expect(answer.result?.isError).toBe(true);
    expect(codeOf(answer)).toBe(given.code);
    expect(textOf(answer)).toContain('the call was made');
    expect(JSON.stringify(answer.result)).not.toContain(call);
    expect(journal.executed().filter((seen) => seen === call)).toEqual([call]);
    const { intent, outcome } = recorded(world.home, call);
    expect(intent.decision).toMatchObject({ effect: 'allow', decidedBy: 'tenant' });
    expect(outcome.outcome).toBe('withheld');
    expect(outcome['error.type']).toBe(given.code);
    expect(bystander.seen).toEqual([]);
    await shows(given);
    world.tenant.faults.clear();
    expect(textOf(await note(client, `${call}, well again`))).toBe(`${call}, well again`);
  });

  it('cut once on a kept connection: it is asked again, and the call is made once', async () => {
    for (const route of [PRE, POST]) {
      world.tenant.faults.add(route, { kind: 'cut_after_accept' }, { times: 1 });
      const call = `once ${route}`;
      expect(textOf(await note(client, call))).toBe(call);
      expect(journal.executed().filter((seen) => seen === call)).toEqual([call]);
    }
  });

  it.each([
    ['an object', { tools: [] }],
    ['a text', '"tools"'],
    ['a tool without a name', [{ inputSchema: { type: 'object' } }]],
    ['things that are no tools', [1, null, 'note']],
  ])('a list that is %s is not shown', async (what, body) => {
    world.tenant.faults.add(POST, { kind: 'body', body });
    const { result, error } = await client.request(`list ${what}`, 'tools/list');
    expect(result?.tools ?? []).toEqual([]);
    if (result === undefined) expect(error?.message).toContain('are not listed');
    world.tenant.faults.clear();
    const again = await client.request(`list after ${what}`, 'tools/list');
    expect(again.result?.tools?.map(({ name }) => name)).toEqual(['note']);
  });

  it('a list with tools that the server does not have shows none of them, and none can be called', async () => {
    const own = { name: 'note', inputSchema: { type: 'object' } };
    const foreign = { name: 'wipe_disk', inputSchema: { type: 'object' } };
    world.tenant.faults.add(POST, { kind: 'body', body: [foreign, own, foreign] });
    const { result } = await client.request('foreign', 'tools/list');
    expect(result?.tools?.map(({ name }) => name)).toEqual(['note']);
    world.tenant.faults.clear();
    expect((await client.call('wipe', 'wipe_disk', {})).error?.message).toBe('Unknown tool: wipe_disk');
    expect(recorded(world.home, 'wipe')).toMatchObject({
      intent: { decision: { effect: 'deny', code: 'unknown_tool' } },
      outcome: { outcome: 'refused' },
    });
    await client.request('own again', 'tools/list');
  });

  it('a result of 50 MB of its server is put to nobody, and the tenant is told that there is none', async () => {
    const program = join(world.home.path, 'large.mjs');
    writeFileSync(program, LARGE);
    const { id } = world.tenant.admin.addConnector({ name: 'Large', url: node, transport_config: { args: [program] } });
    await world.home.must(['connectors', 'accept', id, '--host', world.tenant.url, '-y']);
    const large = startEntry(world.home, id, world.tenant.url);
    await large.initialize();
    expect(textOf(await large.call('small', 'give', { bytes: 3 }))).toBe('xxx');
    world.tenant.requests.clear();
    const memory = await memoryOf(world);
    const answer = await large.call('large', 'give', { bytes: 50 * 1024 * 1024 });
    expect(JSON.stringify(answer).length).toBeLessThan(2000);
    const told = await world.tenant.requests.arrival(`POST /api/v1/local/${id}/post`);
    expect(JSON.parse(told.body)).toMatchObject({
      result: null,
      upstream_error: { type: expect.any(String) as string },
    });
    expect(recorded(world.home, 'large')).toMatchObject({
      intent: { decision: { code: 'tenant_allow' } },
      outcome: { outcome: 'failed' },
    });
    expect(memory.grownMib()).toBeLessThan(64);
    await large.close();
  });

  it('a clock that is hours off decides nothing, and `doctor` says so', async () => {
    for (const ms of [-6 * 3_600_000, 6 * 3_600_000]) {
      world.tenant.faults.add('* /**', { kind: 'skew', ms });
      const call = `skew ${ms}`;
      expect(textOf(await note(client, call))).toBe(call);
      const doctor = await world.home.runlayer(['doctor', '--json']);
      const { findings } = JSON.parse(doctor.out) as { findings: { state: string; text: string; next?: string }[] };
      const clock = findings.find(({ text }) => text.startsWith('Its clock'));
      expect(clock?.state).toBe('problem');
      expect(clock?.next).toContain('NTP');
      world.tenant.faults.clear();
    }
    expect(await tenantShown(world.home)).toMatchObject({ state: 'ok' });
  });
});
