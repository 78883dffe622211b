import { Readable } from 'node:stream';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  CompanionError,
  type OperationName,
  type OperationOutput,
  type TenantApproval,
} from '../../preload/contract/index.ts';
import type { CommandIo } from '../../main/cli/command-io.ts';
import { addTenantApprovalCommands } from '../../main/cli/commands/tenant-approvals.ts';

const ACME = 'https://acme.runlayer.com';
const OTHER = 'https://other.runlayer.com';
const one = (over: Partial<TenantApproval> = {}): TenantApproval => ({
  host: ACME,
  id: 'p1',
  status: 'pending',
  title: 'Merge into main',
  server: 'GitHub',
  tool: 'merge',
  canDecideInline: true,
  link: `${ACME}/approvals/p1`,
  ...over,
});
const dashboard = one({ id: 'p2', canDecideInline: false, link: `${ACME}/approvals/p2`, tool: '', server: '' });

interface Told {
  readonly out: string;
  readonly err: string;
  readonly calls: readonly string[];
  readonly failure: CompanionError | undefined;
}

async function tell(
  line: string,
  all: readonly TenantApproval[],
  typed?: string,
  unanswered: OperationOutput<'tenant.approvals'>['unanswered'] = [],
): Promise<Told> {
  let out = '';
  let err = '';
  const calls: string[] = [];
  const call =
    (mark: string) =>
    (name: OperationName, input: unknown): Promise<unknown> => {
      if (name !== 'tenant.approvals') calls.push(`${name}${mark} ${JSON.stringify(input)}`);
      return Promise.resolve(name === 'tenant.approvals' ? { approvals: all, unanswered } : {});
    };
  const io: CommandIo = {
    argv: [],
    env: {},
    call: call('') as CommandIo['call'],
    callConfirmed: call('!') as CommandIo['callConfirmed'],
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isSlow: () => false,
    taken: () => Promise.resolve(),
    tty: typed !== undefined,
    cwd: '/',
    ask: () => Promise.resolve(typed),
    input: () => Promise.resolve(''),
    pieces: () => Readable.from([]),
    subscribe: () => () => {},
    gone: new Promise(() => {}),
  };
  const program = new Command('runlayer');
  addTenantApprovalCommands(program.command('tenant'), io);
  let failure: CompanionError | undefined;
  try {
    await program.parseAsync(['tenant', ...line.split(' ')], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CompanionError)) throw error;
    failure = error;
  }
  return { out, err, calls, failure };
}

describe('tenant approvals', () => {
  it('lists what waits, and where each can be answered', async () => {
    expect((await tell('approvals', [one(), dashboard])).out).toBe(`ID  DECIDE     SERVER  TOOL   TITLE
p1  here       GitHub  merge  Merge into main
p2  dashboard  -       -      Merge into main

In the dashboard: ${ACME}/approvals/p2

Answer here with "runlayer tenant approve <id>" or "runlayer tenant deny <id>".
`);
    expect((await tell('approvals', [])).out).toBe('Nothing waits at a tenant.\n');
    expect(JSON.parse((await tell('approvals --json', [one()])).out)).toEqual([one()]);
  });

  const away = { host: OTHER, problem: `${OTHER} cannot be reached.` };

  it.each([
    ['approvals', [one()], 'p1  here'],
    ['approvals', [], 'Nothing waits where it is known.'],
    ['approvals --json', [one()], '"id":"p1"'],
  ] as const)('%s names the tenant that did not answer', async (line, all, shown) => {
    const { out, err } = await tell(line, all, undefined, [away]);
    expect(out).toContain(shown);
    expect(out).not.toContain(OTHER);
    if (line.includes('json')) expect(JSON.parse(out)).toEqual(all);
    expect(err.replaceAll(/\s+/g, ' ')).toBe(`What waits at ${OTHER} is not known. ${OTHER} cannot be reached. `);
  });

  it.each([
    ['approve p9', 1, OTHER],
    [`deny p9 --host ${OTHER}`, 1, OTHER],
    // That one answered.
    [`deny p9 --host ${ACME}`, 2, 'No approval waits'],
  ])('%s does not say that there is none where one did not answer', async (line, exitCode, text) => {
    const { failure, calls } = await tell(line, [one()], 'y', [away]);
    expect([failure?.code, failure?.exitCode, calls]).toEqual(['E_TENANT_APPROVAL_UNKNOWN', exitCode, []]);
    expect(failure?.message).toContain(text);
  });

  it('approve shows what it is, and asks', async () => {
    const { out, calls } = await tell('approve p1', [one()], 'y');
    expect(out).toBe(`Merge into main
  tool   merge on GitHub
  tenant ${ACME}
  more   ${ACME}/approvals/p1
Approved.
`);
    expect(calls).toEqual([`tenant.decide! {"host":"${ACME}","id":"p1","approve":true}`]);
  });

  it.each([
    ['a no', 'n', 'E_DECLINED'],
    ['nobody at a terminal', undefined, 'E_TERMINAL_NEEDED'],
  ])('approve does nothing after %s', async (_title, typed, code) => {
    const { calls, failure } = await tell('approve p1', [one()], typed);
    expect([failure?.code, failure?.exitCode, calls]).toEqual([code, 2, []]);
  });

  it('deny needs no terminal', async () => {
    const { out, calls } = await tell('deny p1', [one()]);
    expect([out, calls]).toEqual(['Denied.\n', [`tenant.decide {"host":"${ACME}","id":"p1","approve":false}`]]);
    const answer = { host: ACME, id: 'p1', answer: 'denied' };
    expect(JSON.parse((await tell('deny p1 --json', [one()])).out)).toEqual(answer);
  });

  it.each(['approve', 'deny'])('%s leads to the dashboard what is decided only there', async (word) => {
    const { calls, failure } = await tell(`${word} p2`, [dashboard], 'y');
    expect([failure?.code, failure?.next, calls]).toEqual([
      'E_TENANT_DASHBOARD',
      `Decide it in the dashboard: ${ACME}/approvals/p2`,
      [],
    ]);
  });

  it('what does not wait is a misuse; what two tenants have must be named', async () => {
    expect((await tell('deny p9', [one()])).failure?.code).toBe('E_TENANT_APPROVAL_UNKNOWN');
    const both = [one(), one({ host: OTHER })];
    expect((await tell('deny p1', both)).failure?.code).toBe('E_INPUT');
    expect((await tell('deny p1 --host other.runlayer.com', both)).calls).toEqual([
      `tenant.decide {"host":"${OTHER}","id":"p1","approve":false}`,
    ]);
  });
});
