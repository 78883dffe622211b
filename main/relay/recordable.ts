/**
 * What of a request may stand in its record once the guard looked at it. A secret that is kept from a server must not be kept
 * in a file instead: of arguments in which one was found only the size is recorded.
 */
import type { GuardCategory, GuardFinding } from '../../preload/contract/index.ts';
import { MASKED } from '../guard/scan-job.ts';
import type { CallSubject } from './call-record.ts';

const SECRETS: ReadonlySet<GuardCategory> = new Set([
  'live_secret',
  'canary',
  'secret',
  'pii',
  'contact',
  'unscannable',
]);

/** Still there: what was masked is not. */
function secrets(findings: readonly GuardFinding[]): readonly GuardFinding[] {
  return findings.filter(({ category, action }) => SECRETS.has(category) && action !== 'mask');
}

export function holdsSecret(findings: readonly GuardFinding[] | undefined): boolean {
  return findings !== undefined && secrets(findings).length > 0;
}

/** Names and addresses, without those in which something was found. */
export function recordableFacts(facts: Partial<CallSubject>, findings: readonly GuardFinding[]): Partial<CallSubject> {
  const found = secrets(findings);
  // What spans several strings, or nobody could read, may be in any of them.
  const isAt = (at: string): boolean => found.some((finding) => finding.at === at || finding.at === '');
  return {
    ...facts,
    ...(facts.uri !== undefined && isAt('/params/uri') ? { uri: MASKED } : {}),
    ...(facts.prompt !== undefined && isAt('/params/name') ? { prompt: MASKED } : {}),
    ...(facts.tool !== undefined && isAt('/params/name') ? { tool: MASKED } : {}),
    ...(isAt('/id') ? { requestId: JSON.stringify(MASKED) } : {}),
  };
}
