import { z } from 'zod';
import { aboutOperations } from './about-operations.ts';
import { ApprovalView, GrantScope, PauseView } from './approval.ts';
import { activityOperations } from './activity-operations.ts';
import { LogEntry, LogFilter } from './audit.ts';
import { clientOperations } from './client-operations.ts';
import { connectorOperations } from './connector-operations.ts';
import {
  AllowedTools,
  BindingId,
  BindingSecrets,
  ClientLabel,
  HubBindingView,
  HubConfig,
  HubConfigName,
  HubDescription,
  HubEndpoint,
  HubListener,
  HubListenerId,
  HubOrigin,
  HubTarget,
  HubToken,
  NewHubListener,
} from './hub.ts';
import { cliOnly, everyone, none, operation, people, type OperationShape } from './operation.ts';
import { heldOperations } from './held-operations.ts';
import { policyOperations } from './policy-operations.ts';
import { policyPageOperations } from './policy-page-operations.ts';
import { Condition, NewRule, Rule } from './policy.ts';
import { secretOperations } from './secret-operations.ts';
import { shellOperations } from './shell-operations.ts';
import { Status } from './status.ts';
import { tenantOperations } from './tenant-operations.ts';

export type { Caller, Weakens } from './operation.ts';

/**
 * The one list of what the companion can be asked to do. Socket, browser and Electron IPC all serve exactly this list;
 * a new feature is one entry here, one handler (main/operations) and one caller.
 */
export const operations = {
  'status.get': operation(none, Status, everyone),
  /** An app takes over from a headless host: it takes no new connections and ends when its sessions have. */
  'host.handOver': operation(
    none,
    z.strictObject({ chainId: z.string(), since: z.number().int().optional(), sessions: z.number().int() }),
    cliOnly,
  ),
  'interface.link': operation(none, z.strictObject({ url: z.url() }), ['cli', 'shell']),

  ...connectorOperations,

  'policy.list': operation(none, z.array(Rule), everyone),
  'policy.add': operation(NewRule, Rule, people, 'depends'),
  'policy.remove': operation(z.strictObject({ id: z.string() }), Rule, people, 'depends'),

  ...policyOperations,
  ...policyPageOperations,

  ...secretOperations,
  ...aboutOperations,

  'hub.configs.list': operation(none, z.array(HubConfig), everyone),
  'hub.configs.get': operation(z.strictObject({ name: HubConfigName }), HubConfig, everyone),
  /** With an address, this is the consent to it. */
  'hub.configs.create': operation(
    z.strictObject({
      name: HubConfigName,
      target: HubTarget,
      allowedTools: AllowedTools,
      description: HubDescription,
    }),
    HubConfig,
    people,
    'depends',
  ),
  /** What is not named stays. It counts for every binding of the config at once. */
  'hub.configs.update': operation(
    z.strictObject({
      name: HubConfigName,
      target: HubTarget.optional(),
      allowedTools: AllowedTools.optional(),
      description: HubDescription.optional(),
    }),
    HubConfig,
    people,
    'depends',
  ),
  /** Refused while a binding uses it. */
  'hub.configs.delete': operation(z.strictObject({ name: HubConfigName }), none, people),
  /** The token in the answer is shown to nobody ever again. Config null: all connectors. */
  'hub.bind': operation(
    z.strictObject({
      config: HubConfigName.nullable(),
      secrets: BindingSecrets,
      client: ClientLabel.optional(),
    }),
    HubToken.extend({ url: z.string() }),
    cliOnly,
    'always',
  ),
  'hub.binds': operation(none, z.array(HubBindingView), everyone),
  /** All of them or none; the old tokens are dead when it answers. */
  'hub.rotate': operation(
    z.strictObject({ bindings: z.array(BindingId).min(1).max(1024) }),
    z.strictObject({ url: z.string(), tokens: z.array(HubToken) }),
    cliOnly,
    'always',
  ),
  'hub.revoke': operation(z.strictObject({ binding: BindingId }), none, everyone),
  'hub.endpoint': operation(none, HubEndpoint, everyone),
  'hub.listen.add': operation(NewHubListener, HubListener, cliOnly, 'always'),
  'hub.listen.remove': operation(z.strictObject({ id: HubListenerId }), none, everyone),
  /** Requests that name this origin are served, with a token; others that name one are refused. */
  'hub.origins.allow': operation(z.strictObject({ origin: HubOrigin }), none, cliOnly, 'always'),
  'hub.origins.refuse': operation(z.strictObject({ origin: HubOrigin }), none, everyone),

  ...tenantOperations,

  ...shellOperations,

  /** Is a forwarded identity genuine, and for this server? For people who write servers. */
  'identity.verify': operation(
    z.strictObject({
      token: z.string().min(1).max(16_384),
      serverId: z.string().min(1).max(256),
      jwksUrl: z.string().min(1).max(2048),
      issuer: z.string().min(1).max(2048).optional(),
    }),
    z.strictObject({ kid: z.string(), claims: z.record(z.string(), z.unknown()) }),
    cliOnly,
  ),

  'approvals.list': operation(none, z.array(ApprovalView), [...everyone, 'window']),
  /** `session` and `hour` remember the yes for like calls; `when` narrows which. */
  'approvals.approve': operation(
    z.strictObject({
      id: z.string(),
      scope: GrantScope.default('once'),
      when: Condition.optional(),
      /** Of the approval as it was shown; the approval window must name it. */
      hash: z.string().optional(),
    }),
    none,
    ['cli', 'window'],
    'always',
  ),
  /** Denies what waits of this client, and what it would ask for, for so long. Rules still allow what they allow. */
  'approvals.pause': operation(
    z.strictObject({ client: z.string().min(1).max(256), minutes: z.number().int().min(1).max(60) }),
    PauseView,
    [...everyone, 'window'],
  ),
  /** Weakens while it is paused: a remembered yes counts again. */
  'approvals.resume': operation(
    z.strictObject({ client: z.string().min(1).max(256) }),
    none,
    [...everyone, 'window'],
    'depends',
  ),
  'approvals.paused': operation(none, z.array(PauseView), [...everyone, 'window']),
  'approvals.deny': operation(z.strictObject({ id: z.string() }), none, [...everyone, 'window']),

  ...heldOperations,

  'logs.query': operation(LogFilter, z.array(LogEntry), everyone),
  ...activityOperations,

  ...clientOperations,
} as const satisfies Record<string, OperationShape>;

export type OperationName = keyof typeof operations;
export type OperationInput<N extends OperationName> = z.infer<(typeof operations)[N]['input']>;
export type OperationOutput<N extends OperationName> = z.infer<(typeof operations)[N]['output']>;

/** Calls one operation; rejects with a {@link import('./failure.ts').CompanionError}. */
export type CallOperation = <N extends OperationName>(name: N, input: OperationInput<N>) => Promise<OperationOutput<N>>;
