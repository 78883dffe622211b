/** What guard and pins say of something, as the relay's own codes. Nobody is asked about a definition: a doubt is a no. */
import type { Decision, DecisionCode, GuardCategory } from '../../preload/contract/index.ts';
import type { ScanResult } from '../guard/scan-job.ts';
import type { ListedKind, PinGate } from '../pin/pin-gate.ts';

export function keepsBack(found: ScanResult): boolean {
  return found.verdict === 'block' || found.asks;
}

const VALUES: ReadonlySet<GuardCategory> = new Set(['live_secret', 'canary', 'secret']);

/** A definition with a value in it that nothing may show: it is kept back, and kept nowhere, its pin included. */
export function holdsValue(found: ScanResult | undefined): boolean {
  return found?.findings.some(({ category, action }) => VALUES.has(category) && action === 'block') === true;
}

export function pinProblem(pins: PinGate | undefined, kind: ListedKind, name: string): DecisionCode | undefined {
  const verdict = pins?.verdict(kind, name);
  return verdict === undefined || verdict === 'open' ? undefined : verdict === 'new' ? 'pin_new' : 'pin_changed';
}

function names(found: ScanResult): string {
  return [...new Set(found.findings.map(({ category, rule }) => `${category} (${rule})`))].join(', ');
}

function isUnscannable(found: ScanResult): boolean {
  return found.findings.some(({ category, action }) => category === 'unscannable' && action === 'block');
}

/** Why a message is kept back for what was found in it, or put to a person first; undefined where it is neither. */
export function guardDecision(found: ScanResult): Decision | undefined {
  const base = { decidedBy: 'guard' } as const;
  if (found.asks) {
    const reason = `The guard found what reads like instructions to a model: ${names(found)}.`;
    return { ...base, effect: 'ask', code: 'guard_ask', reason };
  }
  if (found.verdict !== 'block') return undefined;
  return isUnscannable(found)
    ? { ...base, effect: 'deny', code: 'guard_unscannable', reason: 'It could not be scanned whole in time.' }
    : { ...base, effect: 'deny', code: 'guard_block', reason: `The guard found: ${names(found)}.` };
}
