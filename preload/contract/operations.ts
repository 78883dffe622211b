import { z } from 'zod';
import { aboutOperations } from './about-operations.ts';
import { ApprovalView, GrantScope, PauseView } from './approval.ts';
import { activityOperations } from './activity-operations.ts';
import { LogEntry, LogFilter } from './audit.ts';
import { clientOperations } from './client-operations.ts';
import { ConnectorDefinition, ConnectorName, ConnectorView, ConsentRequest } from './connector.ts';
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
import { Condition, DefaultMode, NewRule, Rule } from './policy.ts';
import { secretOperations } from './secret-operations.ts';
import { shellOperations } from './shell-operations.ts';
import { Status } from './status.ts';
import { tenantOperations } from './tenant-operations.ts';

export type { Caller, Weakens } from './operation.ts';

const ConnectorTestResult = z.strictObject({
  ok: z.boolean(),
  server: z.string(),
  protocolVersion: z.string(),
  tools: z.array(z.strictObject({ name: z.string(), effect: z.string(), code: z.string() })),
  durationMs: z.number(),
});

/**
 * The one list of what the companion can be asked to do. Socket, browser and Electron IPC all serve exactly this list;
 * a new feature is one entry here, one handler (main/operations) and one caller.
 */
export const operations = {
  'status.get': operation(none, Status, everyone),
  /** An app takes over from a headless host: it takes no new connections and ends when its sessions have. */
  'host.handOver': operation(none, z.strictObject({ chainId: z.string(), sessions: z.number().int() }), cliOnly),
  'interface.link': operation(none, z.strictObject({ url: z.url() }), ['cli', 'shell']),

  'connectors.list': operation(none, z.array(ConnectorView), everyone),
  'connectors.get': operation(z.strictObject({ name: ConnectorName }), ConnectorView, everyone),
  /** What a person would be asked to agree to; stores nothing. */
  'connectors.preview': operation(
    z.strictObject({
      name: ConnectorName,
      definition: ConnectorDefinition,
      default: DefaultMode,
      replace: z.boolean(),
    }),
    ConsentRequest,
    cliOnly,
  ),
  /** Stores the definition with consent to exactly `consentHash`; refused if the definition hashes to anything else. */
  'connectors.save': operation(
    z.strictObject({
      name: ConnectorName,
      definition: ConnectorDefinition,
      default: DefaultMode,
      replace: z.boolean(),
      consentHash: z.string(),
    }),
    ConnectorView,
    cliOnly,
    'always',
  ),
  /** The stored definition, for editing. Values of env are in it (they are not secrets), so it stays on the socket. */
  'connectors.definition': operation(
    z.strictObject({ name: ConnectorName }),
    z.strictObject({ definition: ConnectorDefinition, default: DefaultMode }),
    cliOnly,
  ),
  /** Weakens where an administrator vouches for its tenant: the next run brings it back, switched on. */
  'connectors.remove': operation(z.strictObject({ name: ConnectorName }), none, cliOnly, 'depends'),
  'connectors.enable': operation(z.strictObject({ name: ConnectorName }), ConnectorView, cliOnly, 'always'),
  'connectors.disable': operation(z.strictObject({ name: ConnectorName }), ConnectorView, everyone),
  'connectors.test': operation(z.strictObject({ name: ConnectorName }), ConnectorTestResult, cliOnly),
  /** Begins a sign-in; a person finishes it in a browser on this machine within five minutes. */
  'connectors.signIn': operation(
    z.strictObject({ name: ConnectorName }),
    z.strictObject({ id: z.string(), authorizationUrl: z.string() }),
    cliOnly,
  ),
  /** Answers when the sign-in is over. */
  'connectors.signInResult': operation(
    z.strictObject({ id: z.string() }),
    z.strictObject({ connector: z.string(), scope: z.string().nullable(), endsAt: z.string().nullable() }),
    cliOnly,
  ),
  'connectors.signOut': operation(
    z.strictObject({ name: ConnectorName }),
    z.strictObject({ wasSignedIn: z.boolean(), revoked: z.boolean() }),
    cliOnly,
  ),
  /** Last lines of the server's stderr and of what it printed outside the protocol; redacted. */
  'connectors.logs': operation(
    z.strictObject({ name: ConnectorName, lines: z.number().int().min(1).max(5000) }),
    z.strictObject({ lines: z.array(z.string()) }),
    everyone,
  ),

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
  'approvals.resume': operation(z.strictObject({ client: z.string().min(1).max(256) }), none, [...everyone, 'window']),
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
