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

/** What the guard says of a request, as it is recorded. */
export interface Look {
  readonly findings?: readonly GuardFinding[];
  /** What is to be masked was; a message that is blocked for something else stays as it came. */
  readonly masked?: true;
}

/** Those that are still in it. */
function secrets({ findings = [], masked }: Look): readonly GuardFinding[] {
  return findings.filter(({ category, action }) => SECRETS.has(category) && (masked !== true || action !== 'mask'));
}

export function holdsSecret(look: Look): boolean {
  return secrets(look).length > 0;
}

/** The name of a method, as an event may hold it. */
export function recordableMethod(method: string, look: Look): string {
  return secrets(look).some(({ at }) => at === '/method') ? MASKED : method;
}

/** Names and addresses, without those in which something was found. */
export function recordableFacts(facts: Partial<CallSubject>, look: Look): Partial<CallSubject> {
  const found = secrets(look);
  // What spans several strings, or nobody could read, may be in any of them.
  const isAt = (at: string): boolean => found.some((finding) => finding.at === at || finding.at === '');
  return {
    ...facts,
    ...(facts.uri !== undefined && isAt('/params/uri') ? { uri: MASKED } : {}),
    ...(facts.prompt !== undefined && isAt('/params/name') ? { prompt: MASKED } : {}),
    ...(facts.tool !== undefined && isAt('/params/name') ? { tool: MASKED } : {}),
    ...(found.some(({ at }) => at === '/method') ? { method: MASKED } : {}),
    ...(isAt('/id') ? { requestId: JSON.stringify(MASKED) } : {}),
  };
}
