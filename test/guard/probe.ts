/** A pipeline with detectors that are easy to reckon with. */
import type { GuardAction, GuardCategory, ScanKind } from '../../preload/contract/index.ts';
import { defaultActions } from '../../main/guard/actions.ts';
import type { DefinitionFinding, GuardDetectors } from '../../main/guard/detectors.ts';
import type { Detector, Match } from '../../main/guard/match.ts';
import type { KnownValues, LiteralMatcher, ScanResult } from '../../main/guard/scan-job.ts';
import { SCAN_LIMITS, scanWith, type ScanLimits } from '../../main/guard/scan-with.ts';

/** `KEY-` and twelve digits. */
export const KEY = ['KEY', '123456789012'].join('-');

function byPattern(
  category: GuardCategory,
  rule: string,
  tier: 'hard' | 'soft',
  pattern: RegExp,
  weight = 1,
): Detector {
  return (text) => {
    const matches: Match[] = [];
    for (const found of text.matchAll(pattern)) {
      const match = { category, rule, tier, start: found.index, end: found.index + found[0].length } as const;
      matches.push(tier === 'soft' ? { ...match, weight } : match);
    }
    return matches;
  };
}

export const PROBES: GuardDetectors = {
  known: (text, known) => [
    ...literal('live_secret', 'live-secret', text, known.live),
    ...literal('canary', 'canary', text, known.canaries),
  ],
  secrets: [byPattern('secret', 'probe-key', 'hard', /KEY-\d{12}/g)],
  pii: [
    byPattern('pii', 'probe-number', 'hard', /\b9{10}\b/g),
    byPattern('contact', 'probe-address', 'soft', /\b[a-z]{1,20}@example\.com\b/g, 0),
  ],
  injection: () => [
    byPattern('injection', 'one', 'soft', /please obey/gi, 1),
    byPattern('injection', 'two', 'soft', /forget the rules/gi, 2),
    byPattern('injection', 'other-two', 'soft', /new rules follow/gi, 2),
  ],
  poisoning: (definition) => {
    const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
    const found: DefinitionFinding[] = [];
    if (text.includes('shadow')) found.push({ rule: 'probe-shadow', tier: 'hard', at: '/description' });
    if (text.includes('dim')) found.push({ rule: 'probe-dim', tier: 'soft', weight: 1, at: '' });
    return found;
  },
};

function literal(
  category: 'live_secret' | 'canary',
  rule: string,
  text: string,
  matcher: LiteralMatcher | undefined,
): Match[] {
  const matches: Match[] = [];
  if (matcher === undefined) return matches;
  for (let at = matcher.find(text, 0); at >= 0;) {
    const end = matcher.endAt(text, at);
    matches.push({ category, rule, tier: 'hard', start: at, end });
    at = matcher.find(text, end);
  }
  return matches;
}

export const NOTHING_KNOWN: KnownValues = { live: undefined, canaries: undefined };

export interface ProbeOptions {
  readonly kind?: ScanKind;
  readonly actions?: Partial<Record<GuardCategory, GuardAction>>;
  readonly known?: KnownValues;
  readonly limits?: Partial<ScanLimits>;
  readonly detectors?: GuardDetectors;
}

export function probeJson(source: string | Uint8Array, options: ProbeOptions = {}): ScanResult {
  return probe('json', source, options);
}

export function probeText(source: string | Uint8Array, options: ProbeOptions = {}): ScanResult {
  return probe('text', source, options);
}

function probe(format: 'json' | 'text', source: string | Uint8Array, options: ProbeOptions): ScanResult {
  const kind = options.kind ?? 'output';
  const actions = { ...defaultActions(kind), ...options.actions };
  const bytes = typeof source === 'string' ? Buffer.from(source) : source;
  const limits = { ...SCAN_LIMITS, ...options.limits };
  return scanWith(
    options.detectors ?? PROBES,
    { kind, format, source: bytes, actions },
    options.known ?? NOTHING_KNOWN,
    limits,
  );
}

export function maskedText(result: ScanResult): string {
  return Buffer.from(result.masked ?? []).toString('utf8');
}

export function rules(result: ScanResult): readonly string[] {
  return result.findings.map((finding) => finding.rule);
}
