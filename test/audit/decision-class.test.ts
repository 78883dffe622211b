import { describe, expect, it } from 'vitest';
import { classOf, DECISION_CLASSES } from '../../main/audit/decision-class.ts';
import { ActivityDecision } from '../../preload/contract/activity.ts';

describe('what became of a call', () => {
  it.each([
    ['allow', 'rule_allow', 'ok', 'allowed'],
    ['allow', 'rule_allow', 'tool_error', 'allowed'],
    ['allow', 'rule_allow', 'cancelled', 'allowed'],
    ['allow', 'rule_allow', undefined, 'allowed'],
    ['allow', 'rule_allow', 'error', 'failed'],
    ['allow', 'rule_allow', 'failed', 'failed'],
    ['allow', 'rule_allow', 'unknown', 'failed'],
    ['allow', 'rule_allow', 'withheld', 'withheld'],
    ['allow', 'rule_allow', 'refused', 'denied'],
    ['deny', 'rule_deny', 'refused', 'denied'],
    ['deny', 'rule_deny', undefined, 'denied'],
    ['ask', 'rule_ask', undefined, 'asked'],
    ['allow', 'approval_granted', 'ok', 'asked'],
    ['allow', 'approval_granted', 'failed', 'failed'],
    ['deny', 'approval_denied', 'refused', 'denied'],
    [null, null, 'ok', 'allowed'],
  ])('%s %s %s is %s', (effect, code, outcome, expected) => {
    expect(classOf({ kind: 'call', effect, code }, outcome)).toBe(expected);
  });

  it('is no word for an event', () => {
    expect(classOf({ kind: 'event', effect: null, code: null }, undefined)).toBe('event');
  });

  it('is one of the words of the contract', () => {
    expect([...DECISION_CLASSES].sort()).toEqual([...ActivityDecision.options].sort());
  });
});
