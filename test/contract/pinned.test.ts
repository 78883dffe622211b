/** What others build on, as literals: a change here is a change of the product and of its documentation. */
import { describe, expect, it } from 'vitest';
import {
  AUDIT_SCHEMA_VERSION,
  CheckpointRecord,
  CompanionError,
  Decision,
  DecisionCode,
  DecidedBy,
  DefaultMode,
  Effect,
  EventRecord,
  Failure,
  Glob,
  IntentRecord,
  operations,
  OutcomeRecord,
  toFailure,
} from '../../preload/contract/index.ts';

describe('the operations', () => {
  it('are these, for these callers, and weaken protection or not', () => {
    const list = Object.fromEntries(
      Object.entries(operations).map(([name, { callers, weakens }]) => [name, `${callers.join(' ')}: ${weakens}`]),
    );
    expect(list).toEqual({
      'status.get': 'cli ui shell: never',
      'host.handOver': 'cli: never',
      'interface.link': 'cli shell: never',
      'connectors.list': 'cli ui shell: never',
      'connectors.get': 'cli ui shell: never',
      'connectors.preview': 'cli ui: never',
      'connectors.save': 'cli ui: always',
      'connectors.definition': 'cli: never',
      'connectors.editable': 'cli ui: never',
      'connectors.remove': 'cli ui: depends',
      'connectors.enable': 'cli ui: always',
      'connectors.disable': 'cli ui shell: never',
      'connectors.test': 'cli ui: depends',
      'connectors.check': 'cli ui: depends',
      'connectors.health': 'cli ui shell: never',
      'connectors.logs': 'cli ui shell: never',
      'connectors.catalogue': 'cli ui shell: never',
      'connectors.draft': 'cli ui: never',
      'connectors.install': 'cli ui: always',
      'connectors.tools': 'cli ui shell: never',
      'connectors.setTool': 'cli ui: depends',
      'connectors.callTool': 'cli ui: depends',
      'connectors.signIn': 'cli ui: never',
      'connectors.signInResult': 'cli ui: never',
      'connectors.signOut': 'cli ui: never',
      'tenant.list': 'cli ui shell: never',
      'tenant.signIn': 'cli ui shell: depends',
      'tenant.signInResult': 'cli ui shell: never',
      'tenant.signInCancel': 'cli ui shell: never',
      'tenant.useKey': 'cli: depends',
      'tenant.signOut': 'cli ui shell: never',
      'tenant.status': 'cli ui shell: never',
      'tenant.servers': 'cli ui shell: never',
      'tenant.preview': 'cli ui: never',
      'tenant.accept': 'cli ui: always',
      'tenant.approvals': 'cli ui shell: never',
      'tenant.decide': 'cli ui: depends',
      'audit.delivery': 'cli ui shell: never',
      'audit.setEndpoint': 'cli ui: always',
      'preferences.get': 'cli ui shell: never',
      'preferences.set': 'cli ui shell: never',
      'updates.get': 'cli ui shell: never',
      'policy.list': 'cli ui shell: never',
      'policy.add': 'cli ui: depends',
      'policy.remove': 'cli ui: depends',
      'policy.chains': 'cli ui shell: never',
      'policy.addChain': 'cli ui: never',
      'policy.removeChain': 'cli ui: always',
      'policy.export': 'cli ui shell: never',
      'policy.import': 'cli ui: depends',
      'policy.lint': 'cli ui shell: never',
      'policy.explain': 'cli ui shell: never',
      'policy.replay': 'cli ui shell: never',
      'policy.suggest': 'cli ui shell: never',
      'policy.apply': 'cli ui: always',
      'policy.undoes': 'cli ui shell: never',
      'policy.undo': 'cli ui: always',
      'policy.view': 'cli ui shell: never',
      'policy.decided': 'cli ui shell: never',
      'policy.names': 'cli ui shell: never',
      'policy.validate': 'cli ui shell: never',
      'policy.fromCall': 'cli ui shell: never',
      'policy.fromApproval': 'cli ui shell: never',
      'policy.preview': 'cli ui shell: never',
      'policy.previewImport': 'cli ui shell: never',
      'policy.update': 'cli ui: depends',
      'policy.setDefault': 'cli ui: depends',
      'guard.view': 'cli ui shell: never',
      'guard.scan': 'cli: never',
      'guard.settings': 'cli ui shell: never',
      'guard.set': 'cli ui: depends',
      'guard.canary': 'cli: never',
      'guard.canaries': 'cli ui shell: never',
      'guard.removeCanary': 'cli: always',
      'pins.list': 'cli ui shell: never',
      'pins.diff': 'cli ui shell: never',
      'pins.accept': 'cli ui: always',
      'pins.reset': 'cli ui: always',
      'pins.newItems': 'cli ui: depends',
      'grants.list': 'cli ui shell: never',
      'grants.revoke': 'cli ui shell: never',
      'lockdown.on': 'cli ui shell: never',
      'lockdown.off': 'cli ui shell: always',
      'settings.get': 'cli ui shell: never',
      'about.get': 'cli ui shell: never',
      'about.licences': 'cli ui shell: never',
      'about.licence': 'cli ui shell: never',
      'about.diagnostics': 'cli ui shell: never',
      'audit.verify': 'cli ui shell: never',
      'audit.verification': 'cli ui shell: never',
      'audit.verifyCancel': 'cli ui shell: never',
      'secrets.list': 'cli ui shell: never',
      'secrets.set': 'cli ui: depends',
      'secrets.remove': 'cli ui: depends',
      'secrets.keychain': 'cli ui shell: never',
      'secrets.createVault': 'cli ui: depends',
      'secrets.unlock': 'cli ui: never',
      'hub.configs.list': 'cli ui shell: never',
      'hub.configs.get': 'cli ui shell: never',
      'hub.configs.create': 'cli ui: depends',
      'hub.configs.update': 'cli ui: depends',
      'hub.configs.delete': 'cli ui: never',
      'hub.bind': 'cli: always',
      'hub.binds': 'cli ui shell: never',
      'hub.rotate': 'cli: always',
      'hub.revoke': 'cli ui shell: never',
      'hub.endpoint': 'cli ui shell: never',
      'hub.listen.add': 'cli: always',
      'hub.listen.remove': 'cli ui shell: never',
      'hub.origins.allow': 'cli: always',
      'hub.origins.refuse': 'cli ui shell: never',
      'approvals.list': 'cli ui shell window: never',
      'approvals.approve': 'cli window: always',
      'approvals.deny': 'cli ui shell window: never',
      'approvals.pause': 'cli ui shell window: never',
      'approvals.resume': 'cli ui shell window: depends',
      'approvals.paused': 'cli ui shell window: never',
      'held.list': 'ui shell window: never',
      'held.answer': 'window: never',
      'held.refuse': 'ui shell window: never',
      'review.open': 'ui shell: never',
      'review.leave': 'ui: never',
      'logs.query': 'cli ui shell: never',
      'activity.search': 'cli ui shell: never',
      'activity.histogram': 'cli ui shell: never',
      'activity.values': 'cli ui shell: never',
      'activity.call': 'cli ui shell: never',
      'activity.task': 'cli ui shell: never',
      'activity.export': 'cli ui: never',
      'jobs.list': 'cli ui shell: never',
      'jobs.get': 'cli ui shell: never',
      'jobs.cancel': 'cli ui: never',
      'identity.verify': 'cli: never',
      'clients.list': 'cli ui shell: never',
      'clients.preview': 'cli ui: never',
      'clients.connect': 'cli ui: never',
      'clients.disconnect': 'cli ui: never',
      'clients.undoPreview': 'cli ui: never',
      'clients.undo': 'cli ui: depends',
      'clients.found': 'cli ui: never',
      'clients.bringInPreview': 'cli ui: never',
      'clients.bringIn': 'cli ui: always',
      'firstRun.state': 'cli ui shell: never',
      'firstRun.finish': 'cli ui: never',
    });
  });

  it('whose answer holds a secret are open to no page', () => {
    for (const name of ['hub.bind', 'hub.rotate', 'guard.canary', 'interface.link', 'host.handOver'] as const)
      expect(operations[name].callers, name).not.toContain('ui');
  });
  it.each(Object.keys(operations))('%s refuses what it does not know', (name) => {
    const { input } = operations[name as keyof typeof operations];
    expect(input.safeParse({ surprise: 1 }).success).toBe(false);
    expect(input.safeParse(null).success).toBe(false);
  });
});

describe('decisions', () => {
  it('have these codes', () => {
    expect(DecisionCode.options).toEqual([
      'rule_allow',
      'rule_ask',
      'rule_deny',
      'default_allow',
      'default_read_only',
      'default_ask',
      'default_deny',
      'protected_path',
      'unknown_tool',
      'invalid_tool_name',
      'ambiguous_tool_name',
      'oversized_tool',
      'invalid_header_annotation',
      'outside_binding',
      'method_denied',
      'approval_granted',
      'approval_denied',
      'approval_timeout',
      'approval_cancelled',
      'approval_unavailable',
      'tenant_allow',
      'tenant_deny',
      'tenant_answered',
      'tenant_hidden',
      'tenant_unavailable',
      'tenant_unauthorized',
      'tenant_invalid',
      'tenant_outage_open',
      'audit_unavailable',
      'argument_deny',
      'chain_ask',
      'chain_deny',
      'grant_allow',
      'pin_changed',
      'pin_new',
      'guard_block',
      'guard_ask',
      'guard_hidden',
      'guard_unscannable',
      'approval_pending',
      'approval_locked',
      'approval_quit',
      'lockdown',
      'engine_error',
    ]);
  });

  it('have these effects, sources and defaults', () => {
    expect(Effect.options).toEqual(['deny', 'ask', 'allow']);
    expect(DecidedBy.options).toEqual(['tenant', 'local', 'pin', 'guard', 'approval', 'engine']);
    expect(DefaultMode.options).toEqual(['allow', 'read-only', 'ask', 'deny']);
    expect(Object.keys(Decision.shape)).toEqual(['effect', 'decidedBy', 'code', 'reason', 'ruleId', 'approvalId']);
  });

  it.each([
    ['*', true],
    ['a?b*', true],
    ['x'.repeat(128), true],
    ['', false],
    ['x'.repeat(129), false],
    ['a b', false],
    ['a\u0000', false],
    ['a\u0085', false],
  ])('a glob: %j %s', (glob, fits) => {
    expect(Glob.safeParse(glob).success).toBe(fits);
  });
});

describe('audit records', () => {
  const common = ['v', 'id', 'chain_id', 'seq', 'time'];
  const call = [
    'call',
    'mcp.method.name',
    'mcp.session.id',
    'gen_ai.tool.name',
    'mcp.resource.uri',
    'gen_ai.prompt.name',
    'jsonrpc.request.id',
    'connector',
    'claimed',
  ];

  it('are of version 1 and these kinds, with these fields', () => {
    expect(AUDIT_SCHEMA_VERSION).toBe(1);
    expect(Object.keys(IntentRecord.shape)).toEqual([
      ...common,
      ...call,
      'kind',
      'decision',
      'attempt',
      'arguments',
      'argument_bytes',
      'input_responses',
      'tenant',
      'arguments_from',
      'findings',
      'masked',
      'definition',
    ]);
    expect(Object.keys(OutcomeRecord.shape)).toEqual([
      ...common,
      ...call,
      'kind',
      'outcome',
      'error.type',
      'duration_ms',
      'result_bytes',
      'result_from',
      'findings',
      'masked',
    ]);
    expect(Object.keys(CheckpointRecord.shape)).toEqual([
      ...common,
      'kind',
      'head',
      'key_id',
      'signature',
      'public_key',
    ]);
    expect(Object.keys(EventRecord.shape)).toEqual([
      ...common,
      'kind',
      'event',
      'connector',
      'mcp.session.id',
      'claimed',
      'detail',
    ]);
    expect([IntentRecord, OutcomeRecord, EventRecord].map((record) => record.shape.kind.value)).toEqual([
      'intent',
      'outcome',
      'event',
    ]);
  });

  it('end and happen in these ways', () => {
    expect(OutcomeRecord.shape.outcome.options).toEqual([
      'ok',
      'tool_error',
      'error',
      'refused',
      'failed',
      'cancelled',
      'withheld',
      'unknown',
    ]);
    expect(EventRecord.shape.event.options).toEqual([
      'companion_started',
      'companion_stopped',
      'session_started',
      'session_ended',
      'messages_dropped',
      'approval_answered',
      'settings_written',
      'consent_given',
      'secret_changed',
      'client_configured',
      'hub_config_changed',
      'hub_token_changed',
      'hub_listener_changed',
      'journal_recovered',
      'journal_pruned',
      'tenant_signed_in',
      'tenant_signed_out',
      'tenant_state_changed',
      'enforcement_opened',
      'enforcement_closed',
      'tenant_approval_decided',
      'capabilities_synced',
      'application_identified',
      'application_refused',
      'audit_endpoint_changed',
      'audit_parked',
      'audit_pressure_changed',
      'guard_found',
      'guard_changed',
      'pin_drift',
      'pin_accepted',
      'pin_reset',
      'pins_written',
      'grant_given',
      'grant_ended',
      'lockdown_on',
      'lockdown_off',
    ]);
  });
});

describe('failures', () => {
  it('carry a code, a message and a next step, and nothing else', () => {
    const error = new CompanionError('E_X', 'm', 'n', { exitCode: 4, cause: new Error('inner') });
    expect(toFailure(error)).toEqual({ code: 'E_X', message: 'm', next: 'n' });
    expect(error).toMatchObject({ name: 'CompanionError', exitCode: 4, cause: expect.any(Error) as Error });
    expect(new CompanionError('E_X', 'm', 'n').exitCode).toBe(1);
  });

  it.each([new Error('broken'), 'text', undefined, null, 5])(
    'of %s are internal ones that say what to do',
    (thrown) => {
      const failure = toFailure(thrown);
      expect(Failure.safeParse(failure).success).toBe(true);
      expect(failure.code).toBe('E_INTERNAL');
      expect(failure.next).toContain('runlayer doctor');
      expect(JSON.stringify(failure)).not.toContain('at ');
    },
  );
});
