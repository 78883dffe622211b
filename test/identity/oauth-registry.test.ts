import { describe, expect, it } from 'vitest';
import { createOAuthRegistry } from '../../main/identity/oauth-registry.ts';
import { codeOf } from '../secrets/fakes.ts';
import { aRig, closing } from './rig.ts';

async function aRegistry() {
  const rig = await aRig();
  const { vault, live, clock, timers } = rig;
  const registry = createOAuthRegistry({ vault, live, now: () => clock.now, after: timers.after });
  closing(() => registry.close());
  return { ...rig, registry };
}

describe('the sign-ins of all connectors', () => {
  it('are one for each, shared by its sessions', async () => {
    const { registry, server } = await aRegistry();
    const one = registry.of('demo', server);
    expect(registry.of('demo', { url: server.url })).toBe(one);
    expect(registry.of('other', server)).not.toBe(one);
  });

  it('end with the address that they were for', async () => {
    const { registry, server, signIn } = await aRegistry();
    const before = registry.of('demo', server);
    await signIn(before);
    const begun = await before.signIn();
    const after = registry.of('demo', { url: `${server.url}?moved` });
    expect(await codeOf(begun.done)).toBe('E_SIGN_IN_CANCELLED');
    expect(await after.authorization()).toBeUndefined();
  });

  it('are taken back for a connector that is gone', async () => {
    const { registry, signIn, stored, server } = await aRegistry();
    await signIn();
    expect(await registry.signOut('demo')).toEqual({ wasSignedIn: true, revoked: true });
    expect([stored(), server.counts.revoke]).toEqual([undefined, 2]);
    expect(await registry.signOut('demo')).toEqual({ wasSignedIn: false, revoked: false });
  });
});
