/**
 * A glance at a small message: true only where the whole pipeline surely says "pass" and finds nothing. It is the pipeline itself,
 * but for the rules of a library, whose patterns may take long and are run only where they can be ended: in their place
 * stands what each of them cannot do without. Whatever is found costs a scan; a glance never lets anything through that a scan
 * would stop.
 */
import { injectionDetectors } from './injection/detectors.ts';
import type { GuardDetectors } from './detectors.ts';
import { findKnown } from './known-values.ts';
import { Literals } from './literals.ts';
import type { Match } from './match.ts';
import { piiDetectors } from './pii/detectors.ts';
import type { GuardActions, KnownValues, ScanJob } from './scan-job.ts';
import { scanWith, type ScanLimits } from './scan-with.ts';
import { ownSecretDetectors } from './secrets/detectors.ts';
import { SECRETLINT_RULES } from './secrets/secretlint-rules.ts';

/** Above this a glance takes longer than handing the text over, and longer than others should wait for it. */
const MAX_BYTES = 512;
/** What is deeper, or decodes to more, is not for a glance. */
const LIMITS: ScanLimits = {
  maxBytes: MAX_BYTES,
  maxDepth: 16,
  maxDecodeDepth: 3,
  decodedFactor: 1,
  decodedFloor: 1024,
};

const LIBRARY = new Literals(Object.values(SECRETLINT_RULES).flat());

/** Ends a glance: what is thrown in the pipeline is a text that was not looked at whole. */
const NOT_ENOUGH = new Error('A glance is not enough.');

const DETECTORS: GuardDetectors = {
  known: findKnown,
  secrets: [...ownSecretDetectors, library],
  pii: piiDetectors,
  injection: injectionDetectors,
  poisoning: () => [],
};

export function isHarmless(job: ScanJob, known: KnownValues): boolean {
  // A definition stays in front of a model for a whole session, and is looked at as a whole.
  if (job.kind === 'tool-definition' || job.source.byteLength > MAX_BYTES) return false;
  const { verdict, findings } = scanWith(DETECTORS, { ...job, actions: told(job.actions) }, known, LIMITS);
  return verdict === 'pass' && findings.length === 0;
}

const toldFor = new WeakMap<GuardActions, GuardActions>();

/** The same categories are looked for; nothing is masked, and what could not be looked at whole always shows. */
function told(actions: GuardActions): GuardActions {
  const known = toldFor.get(actions);
  if (known !== undefined) return known;
  const entries = Object.entries(actions).map(([category, action]) => [category, action === 'off' ? 'off' : 'alert']);
  const all = {
    ...actions,
    ...Object.fromEntries(entries),
    unscannable: 'alert',
  } as const;
  toldFor.set(actions, all);
  return all;
}

function library(text: string): readonly Match[] {
  if (LIBRARY.isIn(text)) throw NOT_ENOUGH;
  return [];
}
