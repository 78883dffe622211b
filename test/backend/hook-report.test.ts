import { describe, expect, it } from 'vitest';
import type { AuditRecord, Decision, IntentRecord, OutcomeRecord } from '../../preload/contract/index.ts';
import { createHookReport, type HookReport } from '../../main/backend/hook-report.ts';
import type { HookEvent } from '../../main/backend/wire.ts';
import { ACME, AT, failure, HOSTILE, OTHER, scriptedApi, scriptedTenants, UNSEEN } from './scripted-tenants.ts';

const SERVER = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const CANARY = 'canary-value-of-an-argument';

const place = { v: 1, id: 'i', chain_id: 'c', seq: 1, time: AT } as const;
const subject = {
  call: 'call-1',
  'mcp.method.name': 'tools/call',
  'mcp.session.id': 's',
  'gen_ai.tool.name': 'merge',
  'jsonrpc.request.id': '1',
  connector: 'github',
  claimed: { client: 'cursor', pid: 1 },
} as const;

function intent(decision: Partial<Decision> = {}, over: Partial<IntentRecord> = {}): IntentRecord {
  return {
    ...place,
    ...subject,
    kind: 'intent',
    decision: { effect: 'deny', decidedBy: 'local', code: 'rule_deny', reason: 'Rule r1 denies.', ...decision },
    arguments: { secret: CANARY },
    argument_bytes: 10,
    ...over,
  };
}

function outcome(over: Partial<OutcomeRecord> = {}): OutcomeRecord {
  return { ...place, ...subject, kind: 'outcome', outcome: 'refused', duration_ms: 1, result_bytes: 0, ...over };
}

interface Bench {
  readonly report: HookReport;
  readonly warnings: string[];
  readonly sent: { readonly host: string; readonly event: HookEvent }[];
}

function bench(send: (host: string, turn: number) => Promise<void> = () => Promise.resolve()): Bench {
  const sent: Bench['sent'] = [];
  const warnings: string[] = [];
  let turn = 0;
  const api = (host: string): ReturnType<typeof scriptedApi> =>
    scriptedApi(host, {
      hookEvent: async (event) => {
        turn += 1;
        await send(host, turn);
        sent.push({ host, event });
      },
    });
  const report = createHookReport({
    tenants: scriptedTenants([api(ACME), api(OTHER)]).tenants,
    tenantOf: (connector) =>
      connector === 'gone' ? 'gone' : connector === 'of-other' ? { host: OTHER, server: SERVER } : undefined,
    warn: (text) => void warnings.push(text),
  });
  return { report, sent, warnings };
}

async function take(one: Bench, ...records: AuditRecord[]): Promise<HookEvent[]> {
  for (const record of records) one.report.recorded(record);
  await one.report.idle();
  return one.sent.map(({ event }) => event);
}

describe('the report of local blocks', () => {
  it('says what was blocked, by what and why, and nothing of the arguments', async () => {
    const one = bench();
    const events = await take(one, intent(), outcome());
    expect(one.sent).toEqual([
      {
        host: ACME,
        event: {
          client: 'cursor',
          event_name: 'companion_blocked',
          payload: {
            method: 'tools/call',
            tool: 'merge',
            connector: 'github',
            client: 'cursor',
            code: 'rule_deny',
            decided_by: 'local',
            reason: 'Rule r1 denies.',
            time: AT,
            ref: 'call-1',
          },
        },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain(CANARY);
  });

  it("goes to the connector's own tenant, with what joins it to the tenant's row", async () => {
    const one = bench();
    const tenant = { host: OTHER, server: SERVER, correlation_id: 'corr-1' };
    const [event] = await take(one, intent({}, { connector: 'of-other', tenant }), outcome({ connector: 'of-other' }));
    expect(one.sent.map(({ host }) => host)).toEqual([OTHER]);
    expect(event?.payload).toMatchObject({ server_id: SERVER, correlation_id: 'corr-1' });
  });

  it('of a connector that is gone goes to the tenant that was asked, or to nobody', async () => {
    const one = bench();
    const tenant = { host: OTHER, server: SERVER, correlation_id: 'corr-1' };
    await take(one, intent({}, { connector: 'gone', tenant }), outcome({ connector: 'gone' }));
    await take(one, intent({}, { connector: 'gone' }), outcome({ connector: 'gone' }));
    expect(one.sent.map(({ host }) => host)).toEqual([OTHER]);
  });

  it.each([
    ['what the tenant itself denied', [intent({ decidedBy: 'tenant', code: 'tenant_deny' }), outcome()]],
    ['what was allowed', [intent({ effect: 'allow', code: 'rule_allow' }), outcome({ outcome: 'ok' })]],
    ['what was allowed and refused by the server', [intent({ effect: 'allow', code: 'rule_allow' }), outcome()]],
    ['what the client took back', [intent(), outcome({ outcome: 'cancelled' })]],
    ['an outcome without an intent', [outcome()]],
    [
      'one that was allowed the second time',
      [intent(), intent({ effect: 'allow', code: 'rule_allow' }, { attempt: 2 }), outcome()],
    ],
  ] as const)('says nothing of %s', async (_title, records) => {
    expect(await take(bench(), ...records)).toEqual([]);
  });

  it.each(['local', 'pin', 'guard', 'approval', 'engine'] as const)(
    'tells what %s decided, once',
    async (decidedBy) => {
      const events = await take(bench(), intent({ decidedBy }), outcome(), outcome());
      expect(events.map(({ payload }) => payload['decided_by'])).toEqual([decidedBy]);
    },
  );

  it('keeps the words of a failed engine to itself: they may quote the call', async () => {
    const decision = { decidedBy: 'engine', code: 'engine_error', reason: `Unexpected token in ${CANARY}` } as const;
    expect(JSON.stringify(await take(bench(), intent(decision), outcome()))).not.toContain(CANARY);
  });

  it('sends no text that hides or moves anything', async () => {
    const claimed = { client: HOSTILE };
    const [event] = await take(
      bench(),
      intent({ reason: HOSTILE }, { claimed, 'gen_ai.tool.name': HOSTILE }),
      outcome(),
    );
    for (const text of Object.values(event?.payload ?? {})) expect(text).not.toMatch(UNSEEN);
    expect(event?.client).toBe('typescript-sdk');
  });

  it('tells nobody where nobody is signed in', async () => {
    const asked: string[] = [];
    const report = createHookReport({
      tenants: {
        defaultHost: () => ACME,
        known: () => false,
        api: (host) => {
          asked.push(String(host));
          return Promise.reject(failure('refused'));
        },
      },
      tenantOf: () => undefined,
      warn: (text) => void asked.push(text),
    });
    report.recorded(intent());
    report.recorded(outcome());
    await report.idle();
    expect(asked).toEqual([]);
  });

  it('tries what could not be sent once more, then leaves it and goes on', async () => {
    const one = bench((_host, turn) => (turn <= 3 ? Promise.reject(failure('unreachable')) : Promise.resolve()));
    const second = { call: 'call-2' };
    const events = await take(one, intent(), outcome(), intent({}, second), outcome(second));
    expect(events.map(({ payload }) => payload['ref'])).toEqual(['call-2']);
    expect(one.warnings).toEqual([expect.stringMatching(/^Some reports .* did not reach their tenant;/)]);
    await take(one, intent({}, { call: 'call-3' }), outcome({ call: 'call-3' }));
    expect(one.warnings).toHaveLength(1);
  });

  it('holds 200 at most, one under way, says that others were left out, and keeps their order', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let open = 0;
    let most = 0;
    const one = bench(async () => {
      open += 1;
      most = Math.max(most, open);
      await held;
      open -= 1;
    });
    for (let call = 0; call < 250; call += 1) {
      one.report.recorded(intent({}, { call: `${call}` }));
      one.report.recorded(outcome({ call: `${call}` }));
    }
    release();
    await one.report.idle();
    expect(one.warnings).toHaveLength(1);
    expect(most).toBe(1);
    expect(one.sent.map(({ event }) => event.payload['ref'])).toEqual(Array.from({ length: 201 }, (_, at) => `${at}`));
  });

  it('remembers a bounded number of calls that have no outcome yet', async () => {
    const one = bench();
    for (let call = 0; call <= 1000; call += 1) one.report.recorded(intent({}, { call: `${call}` }));
    expect(await take(one, outcome({ call: '0' }))).toEqual([]);
    expect((await take(one, outcome({ call: '1' }))).map(({ payload }) => payload['ref'])).toEqual(['1']);
  });

  it('sends nothing after the end', async () => {
    const one = bench();
    one.report.recorded(intent());
    one.report.close();
    expect(await take(one, outcome(), intent(), outcome())).toEqual([]);
  });
});
