import { describe, expect, it } from 'vitest';
import type { TenantApi, TenantFailureKind } from '../../../main/backend/tenant-api.ts';
import type { TenantConnector } from '../../../main/backend/wire.ts';
import { createApprovedLists } from '../../../main/connectors/tenant/approved-lists.ts';
import { createTenantGate, ENFORCEMENT_MS } from '../../../main/connectors/tenant/tenant-policy-gate.ts';
import type { GovernedRequest, GovernedResult } from '../../../main/relay/tenant-gate.ts';
import { failure, fakeApi, fakeTime, HOST, ID, settle, source, wire } from './fakes.ts';

const CALL: GovernedRequest = {
  method: 'tools/call',
  params: { name: 'read', arguments: Buffer.from('{}'), meta: undefined },
};
const LIST: GovernedRequest = { method: 'tools/list', params: undefined };
const TOOLS = [{ name: 'read' }, { name: 'write' }];
const PAGE = Buffer.from(JSON.stringify({ tools: TOOLS }));
const signal = new AbortController().signal;

const answered = (request: GovernedRequest, over: Partial<GovernedResult> = {}): GovernedResult => ({
  request,
  correlation: 'c1',
  result: request === LIST ? PAGE : Buffer.from('{"content":[]}'),
  error: undefined,
  ...over,
});

function bench(
  answers: Partial<TenantApi> = {},
  over: {
    connector?: TenantConnector;
    open?: boolean;
    approved?: ReturnType<typeof createApprovedLists>;
    isAnothers?: () => boolean;
  } = {},
) {
  const time = fakeTime();
  const api = fakeApi(answers);
  const told: string[] = [];
  const approved = over.approved ?? createApprovedLists(() => time.now);
  const gate = createTenantGate({
    api,
    connector: over.connector ?? wire(),
    applicationOf: () => undefined,
    approved,
    isAnothers: over.isAnothers ?? (() => false),
    openOnOutage: () => over.open ?? false,
    now: () => time.now,
    schedule: time.schedule,
    log: (text) => told.push(text),
    onOutage: (state) => told.push(`outage ${state}`),
    onSynced: (counts) => told.push(`synced ${JSON.stringify(counts)}`),
    stop: () => told.push('stop'),
  });
  return { api, approved, gate, time, told };
}

const VERDICTS: readonly (readonly [TenantFailureKind, string])[] = [
  ['refused', 'tenant_deny'],
  ['rejected', 'tenant_deny'],
  ['gone', 'tenant_deny'],
  ['unauthorized', 'tenant_unauthorized'],
  ['unreachable', 'tenant_unavailable'],
  ['failed', 'tenant_unavailable'],
  ['invalid', 'tenant_invalid'],
];

describe('asking before a call', () => {
  it('gives what the tenant said', async () => {
    const rewritten = source({ path: '/safe' });
    const { gate } = bench({ pre: () => Promise.resolve({ correlation: 'c1', arguments: rewritten }) });
    expect(await gate.pre(CALL, signal)).toEqual({ kind: 'allow', correlation: 'c1', arguments: rewritten });
    expect([gate.host, gate.server]).toEqual([HOST, ID]);
  });

  it.each(VERDICTS)('%s is %s, for a call, its result, a list and what came of it', async (kind, code) => {
    const fail = (): Promise<never> => Promise.reject(failure(kind, 'because of this'));
    const { gate, told } = bench({ pre: fail, post: fail });
    expect(await gate.pre(CALL, signal)).toMatchObject({ kind: 'deny', code });
    expect(await gate.pre(LIST, signal)).toMatchObject({ kind: 'deny', code });
    expect(await gate.post(answered(CALL), signal)).toMatchObject({ kind: 'withhold', code });
    expect(await gate.post(answered(LIST), signal)).toMatchObject({ kind: 'withhold', code });
    expect(told).toEqual([]);
  });

  it('says the words of the tenant only to the person', async () => {
    const { gate } = bench({ pre: () => Promise.reject(failure('refused', 'not on Sundays')) });
    expect(await gate.pre(CALL, signal)).toEqual({ kind: 'deny', code: 'tenant_deny', reason: 'not on Sundays' });
  });

  it('is over after 32 s, whatever the transport does', async () => {
    let given: AbortSignal | undefined;
    const { gate, time } = bench({
      pre: (_id, _request, limited) => {
        given = limited;
        return new Promise(() => {});
      },
    });
    const verdict = gate.pre(CALL, signal);
    await time.pass(ENFORCEMENT_MS - 1);
    expect(given?.aborted).toBe(false);
    await time.pass(1);
    expect(await verdict).toMatchObject({ kind: 'deny', code: 'tenant_unavailable' });
    expect(given?.aborted).toBe(true);
    expect(time.waiting).toBe(0);
  });

  it('asks and tells nothing once somebody else is signed in, even where outages open', async () => {
    let isAnothers = false;
    const { gate, api } = bench(
      { pre: () => Promise.resolve({ correlation: 'c1' }) },
      { open: true, isAnothers: () => isAnothers },
    );
    expect(await gate.pre(CALL, signal)).toMatchObject({ kind: 'allow' });
    isAnothers = true;
    expect(await gate.pre(CALL, signal)).toMatchObject({ kind: 'deny', code: 'tenant_unauthorized' });
    expect(await gate.post(answered(CALL), signal)).toMatchObject({ kind: 'withhold', code: 'tenant_unauthorized' });
    gate.notMade(CALL, 'c1', { type: 'cancelled', message: '' });
    gate.inventory({ tools: [], resources: [], prompts: [] });
    expect(api.asked).toEqual(['pre']);
  });

  it('given up by whoever asked, is no outage and opens nothing', async () => {
    const { gate, time, told } = bench(
      { pre: () => new Promise(() => {}), post: () => new Promise(() => {}) },
      { open: true },
    );
    const over = new AbortController();
    const both = [gate.pre(CALL, over.signal), gate.post(answered(CALL), over.signal)] as const;
    await settle();
    over.abort();
    expect(await both[0]).toMatchObject({ kind: 'deny' });
    expect(await both[1]).toMatchObject({ kind: 'withhold' });
    expect(await gate.pre(CALL, over.signal)).toMatchObject({ kind: 'deny' });
    expect([told, time.waiting]).toEqual([[], 0]);
  });

  it('an error of another kind keeps the call back', async () => {
    const { gate } = bench({ pre: () => Promise.reject(new TypeError('secret inside')) }, { open: true });
    const verdict = await gate.pre(CALL, signal);
    expect(verdict).toMatchObject({ kind: 'deny', code: 'tenant_invalid' });
    expect(JSON.stringify(verdict)).not.toContain('secret inside');
  });
});

describe('the setting that opens on an outage', () => {
  it.each(VERDICTS)('for %s (%s)', async (kind, code) => {
    const fail = (): Promise<never> => Promise.reject(failure(kind));
    const { gate, told } = bench({ pre: fail, post: fail }, { open: true });
    const opens = code === 'tenant_unavailable';
    expect((await gate.pre(CALL, signal)).kind).toBe(opens ? 'open' : 'deny');
    expect((await gate.post(answered(CALL), signal)).kind).toBe(opens ? 'deliver' : 'withhold');
    const list = await gate.post(answered(LIST), signal);
    expect(list.kind).toBe(opens ? 'replace' : 'withhold');
    if (opens) expect(list).toMatchObject({ unasked: true });
    if (list.kind === 'replace') expect(list.value.value).toEqual(TOOLS);
    expect(told).toEqual(opens ? ['outage open'] : []);
  });

  it('is told once, and when it is over', async () => {
    let isAway = true;
    const { gate, told } = bench(
      { pre: () => (isAway ? Promise.reject(failure('failed')) : Promise.resolve({ correlation: 'c1' })) },
      { open: true },
    );
    for (let call = 0; call < 3; call += 1) await gate.pre(CALL, signal);
    isAway = false;
    expect(await gate.pre(CALL, signal)).toMatchObject({ kind: 'allow' });
    isAway = true;
    await gate.pre(CALL, signal);
    expect(told).toEqual(['outage open', 'outage closed', 'outage open']);
  });
});

describe('what a tenant makes of results', () => {
  it('delivers, replaces, and lets the error of a server through only where the tenant was told', async () => {
    const masked = source({ content: [] });
    let answer: ReturnType<typeof source> | undefined;
    const { gate } = bench({ post: () => Promise.resolve(answer) });
    expect(await gate.post(answered(CALL), signal)).toEqual({ kind: 'deliver' });
    answer = masked;
    expect(await gate.post(answered(CALL), signal)).toEqual({ kind: 'replace', value: masked });
    const error = { type: 'timeout', message: 'x' };
    expect(await gate.post(answered(CALL, { result: undefined, error }), signal)).toEqual({ kind: 'deliver' });
  });

  it('takes no list without a list', async () => {
    const { gate } = bench({ post: () => Promise.resolve(undefined) });
    expect(await gate.post(answered(LIST), signal)).toMatchObject({ kind: 'withhold', code: 'tenant_invalid' });
  });
});

describe('a list while the tenant is away', () => {
  it('is the last approved one, until the tenant answers again', async () => {
    let isAway = false;
    const maybe =
      <T>(value: T) =>
      (): Promise<T> =>
        isAway ? Promise.reject(failure('unreachable')) : Promise.resolve(value);
    const { gate, time } = bench({
      pre: maybe({ correlation: 'c1' }),
      post: maybe(source([{ name: 'read', description: 'of the tenant' }])),
      connector: maybe(wire()),
    });
    let recovered = 0;
    gate.onRecovered(() => (recovered += 1));
    await gate.post(answered(LIST), signal);
    isAway = true;
    // A call is not let through for it.
    expect(await gate.pre(CALL, signal)).toMatchObject({ kind: 'deny', code: 'tenant_unavailable' });
    expect(await gate.pre(LIST, signal)).toEqual({ kind: 'allow', correlation: undefined });
    const older = await gate.post(answered(LIST, { correlation: undefined }), signal);
    expect(older).toMatchObject({
      kind: 'replace',
      value: { value: [{ name: 'read', description: 'of the tenant' }] },
    });
    await time.pass(5000 + 10_000 + 20_000 + 40_000 + 60_000);
    expect(recovered).toBe(0);
    isAway = false;
    await time.pass(60_000);
    expect([recovered, time.waiting]).toEqual([1, 0]);
  });

  it('looks for the tenant ever more rarely, and only while such a list is out', async () => {
    const looks: number[] = [];
    const approved = createApprovedLists(() => 0);
    approved.learn(HOST, ID, PAGE, source(TOOLS));
    const b = bench(
      {
        connector: () => {
          looks.push(b.time.now);
          return Promise.reject(failure('failed'));
        },
        pre: () => Promise.reject(failure('failed')),
      },
      { approved },
    );
    const start = b.time.now;
    await b.gate.pre(LIST, signal);
    expect(b.time.waiting).toBe(0);
    await b.gate.post(answered(LIST, { correlation: undefined }), signal);
    await b.time.pass(300_000);
    expect(looks.map((at) => (at - start) / 1000)).toEqual([5, 15, 35, 75, 135, 195, 255]);
    b.gate.close();
    expect(b.time.waiting).toBe(0);
  });

  it('is withheld where nothing of it was approved, and its server failing is not told either', async () => {
    const approved = createApprovedLists(() => 0);
    approved.learn(HOST, ID, PAGE, source(TOOLS));
    const { gate } = bench({ pre: () => Promise.reject(failure('failed')) }, { approved });
    const changed = Buffer.from('{"tools":[{"name":"read","description":"other"}]}');
    const none = { kind: 'withhold', code: 'tenant_unavailable' };
    expect(await gate.post(answered(LIST, { correlation: undefined, result: changed }), signal)).toMatchObject(none);
    const error = { type: 'x', message: 'y' };
    expect(await gate.post(answered(LIST, { correlation: undefined, result: undefined, error }), signal)).toMatchObject(
      none,
    );
  });
});

describe('a call that was not made', () => {
  it('is told, one after the other, at most 32 at once, and never tried again', async () => {
    const posted: GovernedResult[] = [];
    const first = Promise.withResolvers<undefined>();
    const { gate, told } = bench({
      post: (_id, result) => {
        posted.push(result);
        return posted.length === 1 ? first.promise : Promise.reject(failure('failed'));
      },
    });
    const why = { type: 'local_denial', message: 'a rule' };
    gate.notMade(CALL, undefined, why);
    for (let call = 0; call < 34; call += 1) gate.notMade(CALL, `c${call}`, why);
    expect(posted).toHaveLength(1);
    first.resolve(undefined);
    await settle();
    expect(posted.map(({ correlation }) => correlation)).toEqual(Array.from({ length: 33 }, (_, call) => `c${call}`));
    expect(posted[0]).toEqual({ request: CALL, correlation: 'c0', result: undefined, error: why });
    expect(told).toHaveLength(1 + 32);
  });

  it('is given 10 s', async () => {
    const { gate, time, told } = bench({ post: () => new Promise(() => {}) });
    gate.notMade(CALL, 'c1', { type: 'cancelled', message: '' });
    await time.pass(10_000);
    expect(told).toEqual([expect.stringContaining('did not answer within 10 seconds')]);
  });
});

describe('a connector that changes while it runs', () => {
  const changed = wire({ version: 4, transport_config: { args: ['other.js'], env: {} } });

  it('is denied everything new once a conflict showed it', async () => {
    const { api, gate } = bench({
      pre: () => Promise.reject(failure('conflict')),
      connector: () => Promise.resolve(changed),
    });
    expect(await gate.pre(CALL, signal)).toMatchObject({ kind: 'deny', code: 'tenant_invalid' });
    await settle();
    expect(await gate.pre(CALL, signal)).toEqual({
      kind: 'deny',
      code: 'tenant_invalid',
      reason: `The connector was changed at ${HOST} while it ran: start it again in the client.`,
    });
    expect(api.asked).toEqual(['pre', 'connector']);
  });

  it.each<[string, TenantConnector, boolean]>([
    ['a new version of the same', wire({ version: 9, name: 'Renamed' }), false],
    ['other arguments', changed, true],
    ['something unusable', wire({ transport_config: { env: { LD_PRELOAD: 'x' } } }), true],
  ])('counts %s', async (_what, now, isOther) => {
    const { gate } = bench({ pre: () => Promise.resolve({ correlation: 'c1' }) });
    gate.noted(now);
    expect((await gate.pre(CALL, signal)).kind).toBe(isOther ? 'deny' : 'allow');
  });
});

describe('what a server offers', () => {
  const INVENTORY = { tools: [{ name: 'a' }], resources: [], prompts: [] };
  const wanting = { connector: wire({ sync_required: true }) };

  it('is told once, with the version and the time', async () => {
    const sent: unknown[] = [];
    const { gate, told } = bench(
      {
        capabilities: (...given) => {
          sent.push(given.slice(0, 3));
          return Promise.resolve();
        },
      },
      wanting,
    );
    expect(gate.wantsInventory).toBe(true);
    gate.inventory(INVENTORY);
    gate.inventory(INVENTORY);
    await settle();
    expect(sent).toEqual([[ID, 3, { ...INVENTORY, syncedAt: '2026-11-21T08:00:00.000Z' }]]);
    expect(told).toEqual(['synced {"tools":1,"resources":0,"prompts":0}']);
  });

  it('is told to nobody who does not want it', () => {
    const { api, gate } = bench();
    gate.inventory(INVENTORY);
    expect([gate.wantsInventory, api.asked]).toEqual([false, []]);
  });

  it('is told once more where the version moved alone, and never a third time', async () => {
    const versions: number[] = [];
    const { api, gate, told } = bench(
      {
        capabilities: (_id, version) => {
          versions.push(version);
          return Promise.reject(failure('conflict', 'moved'));
        },
        connector: () => Promise.resolve(wire({ version: 5, sync_required: true })),
      },
      wanting,
    );
    gate.inventory(INVENTORY);
    await settle();
    expect(versions).toEqual([3, 5]);
    expect(api.asked).toEqual(['capabilities', 'connector', 'capabilities']);
    expect(told).toEqual(['[tenant] what the server offers was not taken: moved']);
  });

  it('ends the session where the connector itself is another', async () => {
    const { api, gate, told } = bench(
      {
        capabilities: () => Promise.reject(failure('conflict')),
        connector: () => Promise.resolve(wire({ version: 5, url: '/bin/other' })),
      },
      wanting,
    );
    gate.inventory(INVENTORY);
    await settle();
    expect(api.asked).toEqual(['capabilities', 'connector']);
    expect(told).toEqual([`[tenant] the connector was changed at ${HOST} while it ran; the session ends`, 'stop']);
  });
});
