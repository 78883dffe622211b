/** Whose key it is after a sign-in in the place of another, while the tenant does not always say. */
import { describe, expect, it } from 'vitest';
import { accountLabel, AGAIN_MS } from '../../main/backend/account-label.ts';
import type { TenantFailureKind } from '../../main/backend/tenant-api.ts';
import { createTenants, type TenantRegistry } from '../../main/backend/tenants.ts';
import { failure } from '../connectors/tenant/fakes.ts';
import { aVault, closing } from '../identity/rig.ts';
import { memorySettings } from '../operations/fakes.ts';
import { fakeTimers } from '../secrets/fakes.ts';
import { oddServer, says } from './odd-server.ts';

const ADA = { id: 'u1', email: 'ada@acme.example', name: 'Ada' };

function aQuestion(isNew: boolean, failures: readonly TenantFailureKind[]) {
  const timers = fakeTimers();
  const left = [...failures];
  let asked = 0;
  const me = (): Promise<typeof ADA> => {
    asked += 1;
    const kind = left.shift();
    return kind === undefined ? Promise.resolve(ADA) : Promise.reject(failure(kind));
  };
  const label = accountLabel({ api: { me }, redact: (text) => text, isNew, after: timers.after }).catch(
    () => 'refused',
  );
  return { label, timers, asked: () => asked };
}

describe('whose a key is', () => {
  it.each<[isNew: boolean, failures: TenantFailureKind[], label: string | undefined, asked: number]>([
    [true, [], ADA.email, 1],
    [true, ['failed'], ADA.email, 2],
    [true, ['unreachable'], ADA.email, 2],
    [true, ['failed', 'failed'], undefined, 2],
    [true, ['unreachable', 'unauthorized'], 'refused', 2],
    [true, ['unauthorized'], 'refused', 1],
    [true, ['refused'], undefined, 1],
    [true, ['invalid'], undefined, 1],
    [false, ['failed'], 'refused', 1],
    [false, ['gone'], undefined, 1],
  ])('new %s, %j: %s', async (isNew, failures, label, asked) => {
    const question = aQuestion(isNew, failures);
    await question.timers.advance(AGAIN_MS);
    expect(await question.label).toBe(label);
    expect(question.asked()).toBe(asked);
    expect(question.timers.waiting).toBe(0);
  });

  it('is asked again after a moment, not at once', async () => {
    const { timers, asked, label } = aQuestion(true, ['failed']);
    await timers.advance(AGAIN_MS - 1);
    expect(asked()).toBe(1);
    await timers.advance(1);
    expect(await label).toBe(ADA.email);
  });
});

describe('who is signed in', () => {
  function registry(env: Readonly<Record<string, string>> = {}): TenantRegistry {
    const rig = aVault();
    let now = Date.parse('2026-11-21T08:00:00.000Z');
    const tenants = createTenants({
      vault: rig.vault,
      live: rig.live,
      settings: memorySettings(),
      env,
      managed: {
        enforcementFailureMode: 'closed',
        allowInsecureTransport: true,
        vouchedHosts: [],
        defaultHost: undefined,
      },
      officialDefault: () => undefined,
      userAgent: 'runlayer-companion/1.2.3',
      clock: () => new Date((now += 1000)),
      newId: () => 's1',
      record: () => undefined,
      warn: () => undefined,
    });
    closing(() => tenants.close());
    return tenants;
  }

  it('is nobody else at a host of the environment, whoever signs in there: the stored key is not used', async () => {
    let who = 'ada@acme.example';
    const server = await oddServer((response, came) => says({ id: 'u', email: who })(response, came));
    const tenants = registry({ RUNLAYER_API_KEY: 'rl_org_77', RUNLAYER_BASE_URL: server.origin });
    const seen = [tenants.signedInAs(server.origin)];
    await tenants.useKey(server.origin, 'rl_user_1', 't');
    seen.push(tenants.signedInAs(server.origin));
    who = 'bob@acme.example';
    await tenants.useKey(server.origin, 'rl_user_2', 't');
    seen.push(tenants.signedInAs(server.origin));
    await tenants.signOut(server.origin, 't');
    seen.push(tenants.signedInAs(server.origin));
    expect(new Set(seen).size).toBe(1);
    expect(seen).not.toContain('');
  });
});
