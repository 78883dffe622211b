/**
 * The guard's pipeline: one message in, a verdict out. Pure and synchronous; it runs where it can be ended from outside. What it
 * cannot read whole, and anything thrown in it, is `unscannable`, whose action decides; a message that passes is never touched.
 */
import type { GuardFinding, JsonObject } from '../../preload/contract/index.ts';
import { isJsonObject } from '../../preload/contract/index.ts';
import type { GuardDetectors } from './detectors.ts';
import type { Found } from './found.ts';
import { mask, valuesOf } from './mask.ts';
import { withoutMedia } from './media.ts';
import { cleanKeys, pointerOf, shown } from './pointer.ts';
import { MASKED, type KnownValues, type ScanJob, type ScanResult } from './scan-job.ts';
import { searchStrings, type SearchLimits } from './search.ts';
import { jsonStrings, plainString, type SourceString } from './strings.ts';
import { actionOf, judge, strictness, type Judged } from './verdict.ts';

export interface ScanLimits extends SearchLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

export const SCAN_LIMITS: ScanLimits = {
  maxBytes: 16 * 1024 * 1024,
  maxDepth: 64,
  maxDecodeDepth: 3,
  decodedFactor: 2,
  decodedFloor: 64 * 1024,
};

const BACKSLASH = 0x5c;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const MUST_ESCAPE = /["\\\u0000-\u001f]/g;
const MAX_FINDINGS = 20;
/** A replaced text may make a new one with its neighbours; more often than this and it is made to. */
const MASK_ROUNDS = 2;

export function scanWith(detectors: GuardDetectors, job: ScanJob, known: KnownValues, limits: ScanLimits): ScanResult {
  try {
    return look(detectors, job, known, limits);
  } catch {
    return unscanned(job, 'scanner-error');
  }
}

function look(detectors: GuardDetectors, job: ScanJob, known: KnownValues, limits: ScanLimits): ScanResult {
  let source = job.source;
  let first: Look | undefined;
  for (let round = 0; ; round++) {
    const present = lookOnce(detectors, { ...job, source }, known, limits);
    if ('verdict' in present) return present;
    first ??= present;
    const { judged } = present;
    const masks = judged.outcomes.filter(({ outcome }) => outcome === 'mask').map(({ found }) => found);
    if (masks.length === 0 || (judged.verdict === 'block' && !judged.asks)) {
      // Asked of the message as it came: nothing that a masked text says may make the answer milder.
      const worst = severity(judged) > severity(first.judged) ? present : first;
      const { verdict, asks } = worst.judged;
      const result = { verdict, asks, findings: findingsOf(worst.strings, worst.judged) };
      return round > 0 && (verdict === 'mask' || asks) ? { ...result, masked: source } : result;
    }
    if (round === MASK_ROUNDS) return unscanned(job, 'cannot-be-masked');
    source = mask(source, present.format, present.strings, masks);
  }
}

function severity({ verdict, asks }: Judged): number {
  return strictness(asks ? 'ask' : verdict === 'pass' ? 'off' : verdict);
}

interface Look {
  readonly format: 'json' | 'text';
  readonly strings: readonly SourceString[];
  readonly judged: Judged;
}

function lookOnce(detectors: GuardDetectors, job: ScanJob, known: KnownValues, limits: ScanLimits): Look | ScanResult {
  if (job.source.byteLength > limits.maxBytes) return unscanned(job, 'too-large');
  const format = job.format === 'text' && isJsonDocument(job.source, limits) ? 'json' : job.format;
  const read = format === 'json' ? jsonStrings(job.source, limits.maxDepth) : plainString(job.source);
  if (read.kind === 'unreadable') return unscanned(job, read.rule);
  const { kind, actions } = job;
  const strings = withoutMedia(read.strings, kind, known);
  const findings = searchStrings(strings, { kind, actions, known, detectors, limits });
  if (kind === 'tool-definition' && actions.poisoning !== 'off') {
    for (const found of poisoning(detectors, job.source, format, read.strings)) findings.add(found);
  }
  return { format, strings, judged: judge(findings.all, actions) };
}

/** A text that is an object or a list is searched as one: what its strings say is what its reader gets. */
function isJsonDocument(source: Uint8Array, limits: ScanLimits): boolean {
  const text = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const start = text
    .subarray(0, 64)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (!start.startsWith('{') && !start.startsWith('[')) return false;
  if (jsonStrings(source, limits.maxDepth).kind !== 'strings') return false;
  try {
    JSON.parse(text.toString('utf8').replace(/^\ufeff/, ''));
    return true;
  } catch {
    return false;
  }
}

function poisoning(
  detectors: GuardDetectors,
  source: Uint8Array,
  format: 'json' | 'text',
  strings: readonly SourceString[],
): readonly Found[] {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const value: unknown = format === 'json' ? JSON.parse(withPlainKeys(bytes, strings)) : bytes.toString('utf8');
  const definitions: readonly unknown[] = Array.isArray(value) ? value : [value];
  return definitions.flatMap((definition, index) => {
    if (typeof definition !== 'string' && !isJsonObject(definition)) return [];
    const prefix = Array.isArray(value) ? `/${index}` : '';
    return poisoningOf(detectors, definition, prefix);
  });
}

/**
 * The same JSON text with every key written without an escape. V8 takes an escaped key for one that it saw before, if that one
 * holds a backslash (main/relay/parse-by-parts.ts), so that a definition could decide how it is read. What must be escaped in
 * a key becomes a character that says nothing.
 */
function withPlainKeys(bytes: Buffer, strings: readonly SourceString[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { kind, start, end, text } of strings) {
    if (kind !== 'key' || !bytes.subarray(start, end).includes(BACKSLASH)) continue;
    parts.push(bytes.toString('utf8', from, start), JSON.stringify(text.toWellFormed().replace(MUST_ESCAPE, '\ufffd')));
    from = end;
  }
  return (parts.join('') + bytes.toString('utf8', from)).replace(/^\ufeff/, '');
}

function poisoningOf(detectors: GuardDetectors, definition: JsonObject | string, prefix: string): readonly Found[] {
  return detectors.poisoning(definition).map(({ rule, tier, weight, at }) => ({
    category: 'poisoning',
    rule,
    tier,
    weight: weight ?? (tier === 'soft' ? 1 : 0),
    places: [],
    at: prefix + at,
  }));
}

function findingsOf(strings: readonly SourceString[], judged: Judged): readonly GuardFinding[] {
  const found = judged.outcomes.filter(({ outcome }) => outcome !== 'off');
  if (found.length === 0) return [];
  const touched = new Set<SourceString>();
  for (const { places } of found.map((each) => each.found)) {
    for (const { string } of places) {
      const at = strings[string];
      if (at?.kind === 'key') touched.add(at);
    }
  }
  const values = valuesOf(
    strings,
    found.map((each) => each.found),
  );
  const hide = (text: string): string => (values.findAll(text).length > 0 ? MASKED : text);
  const clean = cleanKeys(touched, hide);
  const findings = new Map<string, GuardFinding>();
  const seen = new Set<string>();
  for (const { found: each, outcome } of found.toSorted((a, b) => strictness(b.outcome) - strictness(a.outcome))) {
    const first = each.places[0];
    const string = first === undefined ? undefined : strings[first.string];
    const place = `${each.category} ${each.rule} ${first?.string ?? each.at}`;
    if (seen.has(place)) continue;
    seen.add(place);
    const at = string === undefined ? shown(hide(each.at ?? '')) : pointerOf(string, clean);
    const finding = { category: each.category, rule: each.rule, tier: each.tier, at, action: actionOf(outcome) };
    findings.set(`${each.category} ${each.rule} ${at}`, finding);
    if (findings.size === MAX_FINDINGS) break;
  }
  return [...findings.values()];
}

function unscanned(job: ScanJob, rule: string): ScanResult {
  const action = job.actions.unscannable;
  if (action === 'off') return { verdict: 'pass', asks: false, findings: [] };
  const verdict = action === 'alert' ? 'alert' : 'block';
  return { verdict, asks: false, findings: [{ category: 'unscannable', rule, tier: 'hard', at: '', action: verdict }] };
}
