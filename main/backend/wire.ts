/**
 * What a tenant says, as it is read: fields that nobody uses are ignored, those that are used are checked. All texts are the
 * tenant's own and untrusted.
 */
import { z } from 'zod';
import { TenantServerId } from '../../preload/contract/index.ts';

const text = z.string().max(16_384);

/** `GET /api/v1/local/{id}`. */
export const TenantConnector = z.object({
  id: TenantServerId,
  name: z.string().min(1).max(256),
  /** The command of `stdio`, the address of the others. */
  url: z.string().min(1).max(4096),
  transport_type: z.enum(['stdio', 'sse', 'streaming-http']),
  transport_config: z
    .object({
      args: z.array(z.string().max(32_768)).max(256).nullish(),
      env: z.record(z.string(), z.string().max(32_768)).nullish(),
    })
    .nullish(),
  deployment_mode: text.nullish(),
  version: z.number().int().nonnegative(),
  sync_required: z.boolean(),
  catalog_entry_name: text.nullish(),
  requires_manual_oauth_setup: z.boolean().nullish(),
  /** Checked where it is used: main/identity/identity-forward.ts. */
  identity_forward: z.unknown().optional(),
});
export type TenantConnector = z.infer<typeof TenantConnector>;

export const TenantUser = z.object({
  id: z.string().max(256),
  email: text.nullish(),
  name: text.nullish(),
  organization_id: text.nullish(),
});
export type TenantUser = z.infer<typeof TenantUser>;

export const TenantAccount = z.object({
  id: text,
  server_id: text,
  label: text.nullish(),
  server_name: text.nullish(),
  session_healthy: z.boolean().nullish(),
});
export type TenantAccount = z.infer<typeof TenantAccount>;

export const TenantApprovalRow = z.object({
  id: z.string().min(1).max(256),
  status: text,
  can_decide_inline: z.boolean(),
  initial_content: z.object({ title: text.nullish() }).nullish(),
  tool_call: z.object({ server_name: text.nullish(), tool_name: text.nullish() }).nullish(),
});
export type TenantApprovalRow = z.infer<typeof TenantApprovalRow>;

export const TenantServerRow = z.object({
  id: TenantServerId,
  name: text,
  description: text.nullish(),
  status: text.nullish(),
  deployment_mode: text.nullish(),
});
export type TenantServerRow = z.infer<typeof TenantServerRow>;

export const TenantLogRow = z.object({
  timestamp: text,
  action_type: text,
  resource_info: z.unknown().optional(),
  actor_info: z.unknown().optional(),
  details: z.record(z.string(), z.unknown()).nullish(),
});
export type TenantLogRow = z.infer<typeof TenantLogRow>;

/** `POST /api/v1/hooks/events`; the client's name is one of the wire's. */
export interface HookEvent {
  readonly client: string;
  readonly event_name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}
