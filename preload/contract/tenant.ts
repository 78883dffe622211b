import { z } from 'zod';
import { isLoopbackHost } from './loopback-host.ts';

/**
 * A Runlayer tenant by its origin, in the one spelling that is compared: `https://acme.runlayer.com`. http only where this
 * machine is meant (and only with the switch for it, see main/backend).
 */
export const TenantHost = z
  .string()
  .max(255)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, origin, hostname } = new URL(text);
    return origin === text && (protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname)));
  }, 'a host is written like https://acme.runlayer.com: scheme, host and port, and nothing behind it');

/** What a tenant calls one of its connectors. */
export const TenantServerId = z
  .string()
  .regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'a connector of a tenant is named by its id, such as 1b4e28ba-2fa1-41d2-883f-0016d3cca427',
  );

/** A short name that a tenant gave to one of its connectors; it is asked what it means. */
export const TenantAlias = z
  .string()
  .min(1)
  .max(128)
  // eslint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u0020\u007f-\u009f/\\?#%]+$/, 'an alias holds no spaces, slashes or control characters');

/** Somebody signed in to this tenant. Its key is in the keychain, `tenant.<host>`, and nowhere else. */
export const Tenant = z.strictObject({
  host: TenantHost,
  signedInAt: z.iso.datetime(),
  /** Who the key belongs to, as the tenant said when it was given; a label, shown and never decided by. */
  account: z.string().max(320).optional(),
});
export type Tenant = z.infer<typeof Tenant>;

/** What is known of a tenant from the last time that it was asked for anything; never asked for this. */
export const TenantView = Tenant.extend({
  isDefault: z.boolean(),
  /** `environment`: given by the companion's own environment, and kept nowhere. */
  credential: z.enum(['ok', 'missing', 'environment']),
  state: z.enum(['unknown', 'ok', 'unreachable', 'unauthorized']),
  /** What is wrong and what to do; empty while all is well. */
  problem: z.string(),
});
export type TenantView = z.infer<typeof TenantView>;

/** A device sign-in that waits for a person. */
export const TenantSignIn = z.strictObject({
  id: z.string(),
  host: TenantHost,
  userCode: z.string(),
  verificationUri: z.string(),
  verificationUriComplete: z.string(),
  expiresAt: z.string(),
});
export type TenantSignIn = z.infer<typeof TenantSignIn>;

/** A connector that a tenant offers to whoever is signed in. All texts are the tenant's. */
export const TenantServer = z.strictObject({
  id: TenantServerId,
  name: z.string(),
  description: z.string(),
  status: z.string(),
  deploymentMode: z.string(),
  /** Name of the local connector, where it was accepted. */
  connector: z.string().optional(),
});
export type TenantServer = z.infer<typeof TenantServer>;

/** An approval that is asked for at a tenant, by whatever machine. */
export const TenantApproval = z.strictObject({
  host: TenantHost,
  id: z.string(),
  status: z.string(),
  title: z.string(),
  server: z.string(),
  tool: z.string(),
  /** False: only in the dashboard, at `link`. */
  canDecideInline: z.boolean(),
  link: z.string(),
});
export type TenantApproval = z.infer<typeof TenantApproval>;

/** The documented part of `runlayer status --json`, in the words of the official command line. Asks the network, 2 s at most. */
export const TenantStatus = z.strictObject({
  version: z.string(),
  default_host: z.string().nullable(),
  dashboard_url: z.string().nullable(),
  hosts: z.array(z.strictObject({ url: z.string(), credential: z.enum(['ok', 'missing']), enrolled: z.boolean() })),
  hooks: z.array(z.strictObject({ client: z.string(), status: z.string() })),
  /** Null where nobody is signed in or the tenant did not answer. */
  identity: z.strictObject({ id: z.string(), email: z.string().nullable(), name: z.string().nullable() }).nullable(),
  attention: z
    .strictObject({
      accounts_needing_reconnect: z.number().int(),
      accounts: z.array(
        z.strictObject({ id: z.string(), server_id: z.string(), label: z.string(), server_name: z.string() }),
      ),
      approval_requests_pending: z.number().int(),
      approval_requests: z.array(z.strictObject({ id: z.string(), title: z.string(), url: z.string() })),
    })
    .nullable(),
  admin: z.null(),
});
export type TenantStatus = z.infer<typeof TenantStatus>;
