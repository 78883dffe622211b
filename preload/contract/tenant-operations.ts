/** Operations about tenants, and about where the journal is delivered to; part of the one list in operations.ts. */
import { z } from 'zod';
import { ConnectorName, ConnectorView, ConsentRequest } from './connector.ts';
import { AuditEndpoint, DeliveryState } from './delivery.ts';
import { cliOnly, everyone, none, operation, people, type OperationShape } from './operation.ts';
import { DefaultMode } from './policy.ts';
import {
  TenantAlias,
  TenantApproval,
  TenantHost,
  TenantServer,
  TenantServerId,
  TenantSignIn,
  TenantStatus,
  TenantView,
} from './tenant.ts';

export const tenantOperations = {
  'tenant.list': operation(none, z.array(TenantView), everyone),
  /**
   * Begins a device sign-in; without a host, the default one. A person finishes it in a browser, on whatever machine. Weakens where
   * it takes the place of a sign-in: then another account's policy may decide about what is here; from the interface also where the
   * host is not known here, because the companion would talk to an address of the page's choice.
   */
  'tenant.signIn': operation(z.strictObject({ host: TenantHost.optional() }), TenantSignIn, everyone, 'depends'),
  /** Answers when the sign-in is over. */
  'tenant.signInResult': operation(z.strictObject({ id: z.string() }), TenantView, everyone),
  /** Whoever began it is gone: when all who began it are, the code opens nothing any more. */
  'tenant.signInCancel': operation(z.strictObject({ id: z.string() }), none, everyone),
  /** Signs in with a key that is at hand: for automation. Weakens where `tenant.signIn` does. */
  'tenant.useKey': operation(
    z.strictObject({ host: TenantHost.optional(), key: z.string().min(1).max(4096) }),
    TenantView,
    cliOnly,
    'depends',
  ),
  /** Its connectors are refused from now on. */
  'tenant.signOut': operation(
    z.strictObject({ host: TenantHost.optional() }),
    z.strictObject({ host: z.string() }),
    everyone,
  ),
  'tenant.status': operation(none, TenantStatus, everyone),
  'tenant.servers': operation(z.strictObject({ host: TenantHost.optional() }), z.array(TenantServer), everyone),
  /** What a person would be asked to agree to with a tenant's connector; stores nothing. */
  'tenant.preview': operation(
    z.strictObject({
      host: TenantHost.optional(),
      target: z.union([TenantServerId, TenantAlias]),
      name: ConnectorName.optional(),
      default: DefaultMode,
    }),
    ConsentRequest,
    people,
  ),
  /** Stores a tenant's connector with consent to exactly `consentHash`; the same again is consent to what it is now. */
  'tenant.accept': operation(
    z.strictObject({
      host: TenantHost.optional(),
      target: z.union([TenantServerId, TenantAlias]),
      name: ConnectorName.optional(),
      default: DefaultMode,
      consentHash: z.string(),
    }),
    ConnectorView,
    people,
    'always',
  ),
  /** What waits at all tenants, and of which it could not be had: the list lacks theirs. */
  'tenant.approvals': operation(
    none,
    z.strictObject({
      approvals: z.array(TenantApproval),
      unanswered: z.array(z.strictObject({ host: z.string(), problem: z.string() })),
    }),
    everyone,
  ),
  /** `seen`: hash of the row as it was listed, filled in from the last `tenant.approvals`; another row is refused. */
  'tenant.decide': operation(
    z.strictObject({
      host: TenantHost,
      id: z.string().min(1).max(256),
      approve: z.boolean(),
      seen: z.string().max(64).optional(),
    }),
    none,
    people,
    'depends',
  ),

  'audit.delivery': operation(
    none,
    z.strictObject({ endpoint: AuditEndpoint.nullable(), state: DeliveryState }),
    everyone,
  ),
  /** Null: the journal stays on this machine. */
  'audit.setEndpoint': operation(
    z.strictObject({ endpoint: AuditEndpoint.nullable() }),
    DeliveryState,
    people,
    'always',
  ),
} as const satisfies Record<string, OperationShape>;
