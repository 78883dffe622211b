/** Signing out is never an outage, whatever was under way: managed settings that open on an outage open nothing then. */
import { describe, expect, it } from 'vitest';
import { createTenants, type TenantRegistry } from '../../main/backend/tenants.ts';
import { createApprovedLists } from '../../main/connectors/tenant/approved-lists.ts';
import { createTenantGate, type RunningGate } from '../../main/connectors/tenant/tenant-policy-gate.ts';
import { fakeTime, ID, wire } from '../connectors/tenant/fakes.ts';
import { aVault, closing, type VaultRig } from '../identity/rig.ts';
import { memorySettings } from '../operations/fakes.ts';
import { gate as aLatch } from '../secrets/fakes.ts';
import { oddServer, says, type Answer, type OddServer } from './odd-server.ts';

const KEY = 'rl_user_4f9a2c7b91';
const NOW = Date.parse('2026-11-21T08:00:00.000Z');

interface Bench extends VaultRig {
  readonly tenants: TenantRegistry;
  readonly server: OddServer;
  readonly changes: string[];
  /** A request for a decision is there. */
  readonly asked: Promise<void>;
  readonly gateWith: (key?: string) => Promise<RunningGate>;
}

async function aBench(pre: Answer, env: Readonly<Record<string, string>> = {}): Promise<Bench> {
  const asked = aLatch();
  const server = await oddServer((response, came) => {
    if (!came.path.endsWith('/pre')) {
      says({ id: 'u', email: 'ada@acme.example' })(response, came);
      return;
    }
    pre(response, came);
    asked.open();
  });
  const rig = aVault();
  const changes: string[] = [];
  const tenants = createTenants({
    vault: rig.vault,
    live: rig.live,
    settings: memorySettings(),
    env: env['RUNLAYER_API_KEY'] === undefined ? env : { ...env, RUNLAYER_BASE_URL: server.origin },
    managed: {
      enforcementFailureMode: 'open',
      allowInsecureTransport: true,
      vouchedHosts: [],
      defaultHost: undefined,
    },
    officialDefault: () => undefined,
    userAgent: 'runlayer-companion/1.2.3',
    clock: () => new Date(NOW),
    newId: () => 's1',
    record: () => undefined,
    warn: () => undefined,
  });
  closing(() => tenants.close());
  await tenants.useKey(server.origin, KEY, 't');
  tenants.onStateChange(({ state }) => changes.push(state));
  const time = fakeTime();
  const gateWith: Bench['gateWith'] = async (key) => {
    const gate = createTenantGate({
      api: key === undefined ? await tenants.api(server.origin) : tenants.apiWithKey(server.origin, key),
      connector: wire(),
      applicationOf: () => undefined,
      approved: createApprovedLists(() => NOW),
      isAnothers: () => false,
      openOnOutage: () => true,
      now: () => NOW,
      schedule: time.schedule,
      log: () => undefined,
      onOutage: () => undefined,
      onSynced: () => undefined,
      stop: () => undefined,
    });
    closing(() => gate.close());
    return gate;
  };
  return { ...rig, tenants, server, changes, asked: asked.opened, gateWith };
}

const ask = (gate: RunningGate): ReturnType<RunningGate['pre']> =>
  gate.pre(
    {
      method: 'tools/call',
      params: { name: 'delete_all', arguments: Buffer.from('{}'), meta: undefined },
    },
    new AbortController().signal,
  );

const DENIED = { kind: 'deny', code: 'tenant_unauthorized' };
const thinks: Answer = () => undefined;
const beginsToFail: Answer = (response) => {
  response.writeHead(503, { 'content-type': 'application/json' });
  response.write('{"detail":');
};

describe('a call that is asked about while somebody signs out is refused where outages open', () => {
  it.each([
    ['and the tenant still thinks', thinks, undefined],
    ['and the tenant began to say that it has an error', beginsToFail, undefined],
    ['with a key of its own', thinks, `${KEY}_2`],
  ])('%s', async (_, pre, key) => {
    const { tenants, server, asked, gateWith, changes } = await aBench(pre);
    const gate = await gateWith(key);
    const verdict = ask(gate);
    await asked;
    await tenants.signOut(server.origin, 't');
    expect(await verdict).toMatchObject(DENIED);
    expect(await ask(gate)).toMatchObject(DENIED);
    expect(changes).toEqual([]);
  });

  it('and the companion ends', async () => {
    const { tenants, asked, gateWith, changes } = await aBench(thinks);
    const verdict = ask(await gateWith());
    await asked;
    tenants.close();
    expect(await verdict).toMatchObject(DENIED);
    expect(changes).toEqual([]);
  });

  it('and its key is still read from the keychain; nothing is asked with it', async () => {
    const { tenants, server, store, gateWith } = await aBench(thinks);
    const gate = await gateWith();
    const reading = aLatch();
    const held = aLatch();
    store.before = async (call) => {
      if (call !== 'get') return;
      reading.open();
      await held.opened;
    };
    const verdict = ask(gate);
    await reading.opened;
    const signedOut = tenants.signOut(server.origin, 't');
    expect(await verdict).toMatchObject(DENIED);
    held.open();
    await signedOut;
    expect(server.came.map(({ path }) => path)).not.toContain(`/api/v1/local/${ID}/pre`);
  });
});

it('signing out of a stored key ends nothing that is asked with the key of the environment', async () => {
  const held = aLatch();
  const answers: Answer = (response, came) =>
    void held.opened.then(() => says({ correlation_id: 'c1' })(response, came));
  const { tenants, server, asked, gateWith } = await aBench(answers, { RUNLAYER_API_KEY: `${KEY}_env` });
  const verdict = ask(await gateWith());
  await asked;
  await tenants.signOut(server.origin, 't');
  held.open();
  expect(await verdict).toMatchObject({ kind: 'allow', correlation: 'c1' });
});
