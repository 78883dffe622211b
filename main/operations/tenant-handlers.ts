/** Signing in to tenants and out again. What a tenant is asked beyond that is in the handlers of whoever asks. */
import type { TenantRegistry } from '../backend/tenants.ts';
import type { Completions, Handlers, WeakeningByInput } from './dispatch.ts';

type TenantHandlers = Pick<
  Handlers,
  'tenant.list' | 'tenant.signIn' | 'tenant.signInResult' | 'tenant.signInCancel' | 'tenant.useKey' | 'tenant.signOut'
>;

/** Whose policy decides may be another than before. */
export function signInWeakeningTests(tenants: Pick<TenantRegistry, 'replaces'>): WeakeningByInput {
  return {
    'tenant.signIn': ({ host }) => tenants.replaces(host),
    'tenant.useKey': ({ host }) => tenants.replaces(host),
  };
}

/** Which tenant is meant is settled before a person is asked, and is not looked up again after their yes. */
export function signInCompletions(tenants: Pick<TenantRegistry, 'defaultHost'>): Completions {
  const named = <T extends { readonly host?: string | undefined }>(input: T): T => {
    const host = input.host ?? tenants.defaultHost();
    return host === undefined ? input : { ...input, host };
  };
  return { 'tenant.signIn': named, 'tenant.useKey': named };
}

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
