/** Signing in to tenants and out again. What a tenant is asked beyond that is in the handlers of whoever asks. */
import type { TenantRegistry } from '../backend/tenants.ts';
import { signInAnew, signInFirst } from './describe-tenant.ts';
import type { Descriptions } from './describe.ts';
import type { Completions, Handlers, WeakeningTests } from './dispatch.ts';

type TenantHandlers = Pick<
  Handlers,
  'tenant.list' | 'tenant.signIn' | 'tenant.signInResult' | 'tenant.signInCancel' | 'tenant.useKey' | 'tenant.signOut'
>;

type KnownTenants = Pick<TenantRegistry, 'replaces' | 'known' | 'defaultHost'>;

/** Somebody signed in there, or it is what this machine was set up for: nothing that a page thought of. */
function isFamiliar(tenants: KnownTenants, host: string | undefined): boolean {
  return host === undefined || tenants.known(host) || host === tenants.defaultHost();
}

/**
 * Whose policy decides may be another than before. A page does not choose whom the companion talks to: an address that nobody here
 * has named before needs a person's yes.
 */
export function signInWeakeningTests(tenants: KnownTenants): WeakeningTests {
  return {
    'tenant.signIn': ({ host }, { caller }) =>
      tenants.replaces(host) || (caller === 'ui' && !isFamiliar(tenants, host)),
    'tenant.useKey': ({ host }) => tenants.replaces(host),
  };
}

/** What is asked: the whole address, and what a yes to it does. */
export function signInDescriptions(tenants: KnownTenants): Descriptions {
  return {
    'tenant.signIn': (input) => (tenants.replaces(input.host) ? signInAnew(input) : signInFirst(input)),
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
