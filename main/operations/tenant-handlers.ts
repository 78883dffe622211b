/** Signing in to tenants and out again. What a tenant is asked beyond that is in the handlers of whoever asks. */
import type { TenantRegistry } from '../backend/tenants.ts';
import type { Handlers } from './dispatch.ts';

type TenantHandlers = Pick<
  Handlers,
  'tenant.list' | 'tenant.signIn' | 'tenant.signInResult' | 'tenant.signInCancel' | 'tenant.useKey' | 'tenant.signOut'
>;

export function tenantHandlers(tenants: TenantRegistry): TenantHandlers {
  return {
    'tenant.list': () => tenants.views(),
    'tenant.signIn': ({ host }, context) => tenants.signIn(host, context.by),
    'tenant.signInResult': ({ id }) => tenants.signInResult(id),
    'tenant.signInCancel': ({ id }) => {
      tenants.giveUpSignIn(id);
      return {};
    },
    'tenant.useKey': ({ host, key }, context) => tenants.useKey(host, key, context.by),
    'tenant.signOut': async ({ host }, context) => ({ host: await tenants.signOut(host, context.by) }),
  };
}
