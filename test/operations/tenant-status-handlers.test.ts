import { describe, expect, it } from 'vitest';
import type { CompanionError } from '../../preload/contract/index.ts';
import { tenantStatusHandlers, tenantWeakeningTests } from '../../main/operations/tenant-status-handlers.ts';
import type { TenantApi } from '../../main/backend/tenant-api.ts';
import {
  ACME,
  approvalRow,
  failure,
  HOSTILE,
  OTHER,
  scriptedApi,
  scriptedTenants,
  tenantView,
  UNSEEN,
} from '../backend/scripted-tenants.ts';
import { CLI, PAGE } from './fakes.ts';

interface Bench {
  readonly handlers: ReturnType<typeof tenantStatusHandlers>;
  readonly recorded: Readonly<Record<string, string>>[];
  readonly decided: string[];
  /** What reached the tenant. */
  readonly posted: string[];
}

function bench(over: Partial<TenantApi> = {}, others: readonly TenantApi[] = []): Bench {
  const recorded: Bench['recorded'] = [];
  const decided: string[] = [];
  const posted: string[] = [];
  const api = scriptedApi(ACME, {
    approvals: () =>
      Promise.resolve([
        approvalRow('p1'),
        approvalRow('dash', { can_decide_inline: false }),
        approvalRow('done', { status: 'approved' }),
      ]),
    decideApproval: (id, approve) => {
      posted.push(`${id} ${approve}`);
      return Promise.resolve();
    },
    ...over,
  });
  const handlers = tenantStatusHandlers({
    ...scriptedTenants([api, ...others]),
    version: '1',
    decided: (host) => decided.push(host),
    record: (detail) => recorded.push(detail),
    limit: () => new AbortController().signal,
  });
  return { handlers, recorded, decided, posted };
}

const decide = (one: Bench, id: string, approve: boolean, context = CLI): Promise<unknown> =>
  Promise.resolve(one.handlers['tenant.decide']({ host: ACME, id, approve }, context));

const fault = (promise: Promise<unknown>): Promise<CompanionError> =>
  promise.then(
    () => {
      throw new Error('it went through');
    },
    (error: CompanionError) => error,
  );

describe('tenant.approvals', () => {
  it.each([
    ['there is no tenant', []],
    ['its key is gone', [tenantView(ACME, { credential: 'missing' })]],
  ])('says that nobody is signed in where %s', async (_title, views) => {
    const parts = scriptedTenants([], views);
    const handlers = tenantStatusHandlers({ ...parts, version: '1', decided: () => {}, record: () => {} });
    const error = await fault(Promise.resolve(handlers['tenant.approvals']({}, CLI)));
    expect(error).toMatchObject({ code: 'E_TENANT_NOBODY', exitCode: 2 });
    expect(error.next).toContain('runlayer login');
    expect(parts.asked).toEqual([]);
  });

  it('lists what waits, of every tenant that answers', async () => {
    const away = scriptedApi(OTHER, { approvals: () => Promise.reject(failure('unreachable')) });
    const { approvals, unanswered } = await bench({}, [away]).handlers['tenant.approvals']({}, CLI);
    expect(unanswered).toEqual([{ host: OTHER, problem: failure('unreachable').message }]);
    expect(approvals).toEqual([
      {
        host: ACME,
        id: 'p1',
        status: 'pending',
        title: 'Title of p1',
        server: 'GitHub',
        tool: 'merge',
        canDecideInline: true,
        link: `${ACME}/approvals/p1`,
      },
      expect.objectContaining({ id: 'dash', canDecideInline: false, link: `${ACME}/approvals/dash` }),
    ]);
  });

  it('says of one that is late that it is missing', async () => {
    const stop = new AbortController();
    const late = scriptedApi(OTHER, {
      approvals: () => {
        // Behind the answer of the other one.
        setImmediate(() => stop.abort());
        return new Promise(() => {});
      },
    });
    const handlers = tenantStatusHandlers({
      ...scriptedTenants([scriptedApi(ACME, { approvals: () => Promise.resolve([]) }), late]),
      version: '1',
      decided: () => {},
      record: () => {},
      limit: () => stop.signal,
    });
    const { approvals, unanswered } = await handlers['tenant.approvals']({}, CLI);
    expect(approvals).toEqual([]);
    expect(unanswered).toEqual([{ host: OTHER, problem: 'It did not answer in time.' }]);
  });

  it('does not say that nothing waits where none answered', async () => {
    const one = bench({ approvals: () => Promise.reject(failure('unauthorized')) });
    expect((await fault(Promise.resolve(one.handlers['tenant.approvals']({}, CLI)))).code).toBe(
      'E_TENANT_UNAUTHORIZED',
    );
  });

  it('shows texts that neither hide nor move anything, and names what has no title', async () => {
    const rows = [
      approvalRow('1', { initial_content: { title: HOSTILE }, status: 'pending_review' }),
      approvalRow('2', { initial_content: null }),
      approvalRow('3', { initial_content: { title: '' }, tool_call: null }),
      approvalRow('4', { status: 'pendingish' }),
    ];
    const { approvals: all } = await bench({ approvals: () => Promise.resolve(rows) }).handlers['tenant.approvals'](
      {},
      CLI,
    );
    expect(all.map(({ title }) => title)).toEqual([
      String.raw`\u{1b}[2J\u{202e}evil\u{200b}\u{a}`,
      'merge on GitHub',
      'An approval',
    ]);
    for (const { title } of all) expect(title).not.toMatch(UNSEEN);
  });
});

describe('tenant.decide', () => {
  it.each([
    [true, 'approved'],
    [false, 'denied'],
  ])('approve %s: is recorded, sent, and recorded again', async (approve, answer) => {
    const one = bench();
    expect(await decide(one, 'p1', approve)).toEqual({});
    expect(one.posted).toEqual([`p1 ${approve}`]);
    expect(one.decided).toEqual([ACME]);
    const detail = {
      host: ACME,
      approval: 'p1',
      answer,
      by: 'a test',
      title: 'Title of p1',
      server: 'GitHub',
      tool: 'merge',
    };
    expect(one.recorded).toEqual([
      { ...detail, state: 'sent' },
      { ...detail, state: 'taken' },
    ]);
  });

  it.each([
    ['dash', 'E_TENANT_DASHBOARD'],
    ['done', 'E_TENANT_APPROVAL_UNKNOWN'],
    ['nope', 'E_TENANT_APPROVAL_UNKNOWN'],
  ])('sends nothing about "%s"', async (id, code) => {
    const one = bench();
    const error = await fault(decide(one, id, true));
    expect(error.code).toBe(code);
    if (id === 'dash') expect(error.next).toContain(`${ACME}/approvals/dash`);
    expect([one.posted, one.recorded, one.decided]).toEqual([[], [], []]);
  });

  it('says yes only for somebody at a terminal; no for anybody', async () => {
    const one = bench();
    const script = { ...CLI, tty: false };
    expect((await fault(decide(one, 'p1', true, script))).code).toBe('E_TERMINAL_NEEDED');
    expect(one.posted).toEqual([]);
    await decide(one, 'p1', false, script);
    expect(one.posted).toEqual(['p1 false']);
  });

  it('says yes for a page too: dispatch let it through only after a person said so in our own window', async () => {
    const one = bench();
    await decide(one, 'p1', true, PAGE);
    expect(one.posted).toEqual(['p1 true']);
  });

  it('sends nothing that cannot be recorded', async () => {
    const one = bench();
    const handlers = tenantStatusHandlers({
      ...scriptedTenants([
        scriptedApi(ACME, {
          approvals: () => Promise.resolve([approvalRow('p1')]),
          decideApproval: () => Promise.reject(new Error('must not be asked')),
        }),
      ]),
      version: '1',
      decided: (host) => one.decided.push(host),
      record: () => {
        throw new Error('disk full');
      },
    });
    await expect(
      Promise.resolve(handlers['tenant.decide']({ host: ACME, id: 'p1', approve: false }, CLI)),
    ).rejects.toThrow('disk full');
    expect(one.decided).toEqual([]);
  });

  it.each([
    ['refused', 'E_TENANT_DASHBOARD', 'Decide it in the dashboard'],
    ['gone', 'E_TENANT_APPROVAL_UNKNOWN', 'runlayer tenant approvals'],
    ['conflict', 'E_TENANT_CONFLICT', 'runlayer tenant approvals'],
    ['unreachable', 'E_TENANT_UNREACHABLE', 'Do something.'],
  ] as const)('where the tenant says %s, says so, and keeps a record of it', async (kind, code, next) => {
    const one = bench({ decideApproval: () => Promise.reject(failure(kind, 'Already denied by Grace.')) });
    const error = await fault(decide(one, 'p1', true));
    expect(error.code).toBe(code);
    expect(error.next).toContain(next);
    if (kind === 'conflict') expect(error.message).toContain('The tenant says: Already denied by Grace.');
    expect(one.recorded.map(({ state }) => state)).toEqual(['sent', kind]);
    expect(one.decided).toEqual([ACME]);
  });

  it('asks a tenant that nobody signed in to nothing', async () => {
    const one = bench();
    const input = { host: OTHER, id: 'p1', approve: false };
    expect((await fault(Promise.resolve(one.handlers['tenant.decide'](input, CLI)))).code).toBe('E_TENANT_REFUSED');
    expect(one.posted).toEqual([]);
  });

  it('weakens exactly when it says yes', () => {
    const test = tenantWeakeningTests()['tenant.decide'];
    expect(test?.({ host: ACME, id: 'x', approve: true })).toBe(true);
    expect(test?.({ host: ACME, id: 'x', approve: false })).toBe(false);
  });
});
