/** The operations about what decides: rules, approvals, the guard, pins, and the stop of everything. */
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import type { Deciding } from '../host/deciding.ts';
import type { TenantHostParts } from '../host/tenant-host.ts';
import { approvalHandlers } from './approval-handlers.ts';
import { canaryHandlers } from './canary-handlers.ts';
import { describeGuardSet } from './describe-guard.ts';
import { describePinAccept } from './describe-pins.ts';
import type { Descriptions } from './describe.ts';
import type { Handlers, WeakeningByInput } from './dispatch.ts';
import { guardHandlers, guardWeakeningTests } from './guard-handlers.ts';
import { lockdownHandlers, type LockdownParts } from './lockdown-handlers.ts';
import { pinHandlers, pinWeakeningTests } from './pin-handlers.ts';
import { alsoDecides } from './policy-also.ts';
import { policyOperationHandlers, type PolicyParts } from './policy-handlers.ts';
import { policyWeakeningTests } from './policy-weakening.ts';

export interface DecidingHandlerParts
  extends Pick<PolicyParts, 'settings' | 'index' | 'clock' | 'protectedPaths'>, Pick<LockdownParts, 'cancelAll'> {
  readonly deciding: Deciding;
  readonly event: TenantHostParts['event'];
}

type DecidingHandlers = Pick<
  Handlers,
  Extract<keyof Handlers, `${'policy' | 'approvals' | 'grants' | 'guard' | 'pins' | 'lockdown'}.${string}`>
>;

export interface DecidingOperations {
  readonly handlers: DecidingHandlers;
  readonly weakens: WeakeningByInput;
  readonly descriptions: Descriptions;
}

export function decidingOperations(parts: DecidingHandlerParts): DecidingOperations {
  const { settings, deciding, clock, event } = parts;
  const { pins } = deciding;
  const policy = policyOperationHandlers({
    settings,
    index: parts.index,
    clock,
    protectedPaths: parts.protectedPaths,
    newRuleId: () => `r${randomBytes(3).toString('hex')}`,
    home: homedir(),
    definitionOf: (connector, tool) => pins.definitionOf(connector, tool),
    knownTools: (connector) => pins.knownTools(connector),
    also: alsoDecides({ settings, pins }),
    approvals: deciding.approvals,
    pins,
  });
  return {
    handlers: {
      ...policy.handlers,
      ...approvalHandlers({ approvals: deciding.approvals }),
      ...guardHandlers({ settings, scan: deciding.scan }),
      ...canaryHandlers({
        canaries: deciding.canaries,
        recordCanary: (detail) => event('guard_changed', detail),
      }),
      ...pinHandlers({ settings, pins }),
      ...lockdownHandlers({
        settings,
        clock,
        cancelAll: parts.cancelAll,
        lockdown: () => deciding.lockdown(),
        close: deciding.closeAll,
        record: (name, detail) => event(name, detail),
      }),
    },
    weakens: {
      'approvals.resume': ({ client }) => deciding.approvals.pauses.list().some((pause) => pause.client === client),
      ...policyWeakeningTests(settings),
      ...guardWeakeningTests(settings),
      ...pinWeakeningTests(settings),
    },
    descriptions: {
      ...policy.descriptions,
      'guard.set': (input) => describeGuardSet(input, settings.read().guard),
      'pins.accept': (input) => describePinAccept(input, (which) => pins.diff(which)),
    },
  };
}
