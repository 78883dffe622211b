/**
 * What of a request may stand in its record once the guard looked at it. A secret that is kept from a server must not be kept
 * in a file instead: of arguments in which one was found only the size is recorded.
 */
import { MAX_FINDINGS, type GuardCategory, type GuardFinding } from '../../preload/contract/index.ts';
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

/** More are not told: then it may be anywhere. */
function isCut({ findings = [] }: Look): boolean {
  return findings.length >= MAX_FINDINGS;
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
  const found = secrets(look);
  return found.some(({ at }) => at === '/method') || (found.length > 0 && isCut(look)) ? MASKED : method;
}

/** Whether the name that a client gives itself may be recorded. */
export function recordableName({ findings }: Pick<Look, 'findings'>): boolean {
  const look: Look = findings === undefined ? {} : { findings };
  const isName = ({ at }: GuardFinding): boolean => at === '' || at.endsWith('/name');
  return !isCut(look) && !secrets(look).some(isName);
}

/** Names and addresses, without those in which something was found. */
export function recordableFacts(facts: Partial<CallSubject>, look: Look): Partial<CallSubject> {
  const found = secrets(look);
  // What spans several strings, or nobody could read, may be in any of them.
  const isAnywhere = found.length > 0 && isCut(look);
  const isAt = (at: string): boolean => isAnywhere || found.some((finding) => finding.at === at || finding.at === '');
  return {
    ...facts,
    ...(facts.uri !== undefined && isAt('/params/uri') ? { uri: MASKED } : {}),
    ...(facts.prompt !== undefined && isAt('/params/name') ? { prompt: MASKED } : {}),
    ...(facts.tool !== undefined && isAt('/params/name') ? { tool: MASKED } : {}),
    ...(isAnywhere || found.some(({ at }) => at === '/method') ? { method: MASKED } : {}),
    ...(isAt('/id') ? { requestId: JSON.stringify(MASKED) } : {}),
  };
}
