/**
 * Searches the strings of a message: as they came, normalised, decoded down to a depth and again, and put together across
 * fields. Everything is bounded: depth, and how much comes out of decoding; more than that is not scanned, and says so.
 */
import type { ScanKind } from '../../preload/contract/index.ts';
import { decoded } from './decode.ts';
import type { GuardDetectors } from './detectors.ts';
import { Findings } from './found.ts';
import { hiddenText } from './hidden-text.ts';
import { acrossStrings, asWritten, wholeText } from './joined.ts';
import type { Detector, Match } from './match.ts';
import { flowing, normalised, visible } from './normalise.ts';
import type { GuardActions, KnownValues } from './scan-job.ts';
import type { SourceString } from './strings.ts';
import { unescaped } from './unescape.ts';
import type { View } from './view.ts';

export interface SearchLimits {
  readonly maxDecodeDepth: number;
  /** How much may come out of decoding, as a multiple of the size of the message; and what is always allowed, in characters. */
  readonly decodedFactor: number;
  readonly decodedFloor: number;
}

const TOO_MUCH = { category: 'unscannable', rule: 'decodes-to-too-much', tier: 'hard', weight: 0 } as const;
/** What was both encoded and taken apart is put together and decoded once. */
const ACROSS_DEPTH = 1;

export interface Search {
  readonly kind: ScanKind;
  readonly actions: GuardActions;
  readonly known: KnownValues;
  readonly detectors: GuardDetectors;
  readonly limits: SearchLimits;
}

export function searchStrings(strings: readonly SourceString[], search: Search): Findings {
  const findings = new Findings(search.actions);
  if (search.actions.hidden_text !== 'off') searchHidden(strings, search.kind, findings);
  const exact = knownDetectors(search);
  const phrases = search.actions.injection === 'off' ? [] : search.detectors.injection(search.kind);
  const whole = wholeText(strings);
  const size = whole.text.length;
  const most = Math.max(search.limits.decodedFloor, size * search.limits.decodedFactor);
  const all = {
    exact,
    phrases,
    detectors: textDetectors(search, true),
    acrossOnly: false,
    maxDepth: search.limits.maxDecodeDepth,
  };
  const budget = { decoded: most, unescaped: most };
  explore(whole, 0, all, budget, findings);

  const written = exact.length > 0 ? asWritten(strings) : undefined;
  if (written !== undefined) run(exact, written, true, findings);
  const joined = strings.length > 1 ? acrossStrings(strings, '') : undefined;
  if (joined !== undefined) {
    // Columns of numbers make cards and accounts by chance when they are put together.
    const across = {
      exact,
      phrases,
      detectors: textDetectors(search, false),
      acrossOnly: true,
      maxDepth: ACROSS_DEPTH,
    };
    const acrossBudget = { decoded: most + joined.text.length, unescaped: most + joined.text.length };
    explore(joined, 0, across, acrossBudget, findings);
    const spaced = phrases.length > 0 ? acrossStrings(strings, ' ') : undefined;
    if (spaced !== undefined) run(phrases, spaced, true, findings);
  }
  return findings;
}

function searchHidden(strings: readonly SourceString[], kind: ScanKind, findings: Findings): void {
  for (const [index, string] of strings.entries()) {
    const view: View = { text: string.text, places: (start, end) => [{ string: index, start, end }] };
    findings.addMatches(hiddenText(string.text, kind), view, false);
  }
}

interface Pass {
  /** Known values. Accents and foreign letters are a part of them, and of phrases in other languages. */
  readonly exact: readonly Detector[];
  readonly detectors: readonly Detector[];
  /** Those of the detectors that look for sentences. */
  readonly phrases: readonly Detector[];
  readonly acrossOnly: boolean;
  readonly maxDepth: number;
}

interface Budget {
  decoded: number;
  unescaped: number;
}

/** Depth first; no deeper than the limit, so that recursion is bounded. */
function explore(view: View, depth: number, pass: Pass, budget: Budget, findings: Findings): void {
  run(pass.detectors, view, pass.acrossOnly, findings);
  const flows = pass.phrases.length > 0 ? flowing(view) : undefined;
  if (flows !== undefined) run(pass.phrases, flows, pass.acrossOnly, findings);
  const seen = visible(view);
  if (seen !== undefined) run([...pass.exact, ...pass.phrases], seen, pass.acrossOnly, findings);
  const plain = normalised(view);
  if (plain !== undefined) run(pass.detectors, plain, pass.acrossOnly, findings);
  if (depth >= pass.maxDepth) return;
  for (const source of plain === undefined ? [view] : [view, plain]) {
    const inner = decoded(source);
    const resolved = unescaped(source);
    budget.decoded -= inner?.text.length ?? 0;
    budget.unescaped -= resolved?.text.length ?? 0;
    if (budget.decoded < 0 || budget.unescaped < 0) {
      findings.add({ ...TOO_MUCH, places: [], at: '' });
      return;
    }
    if (inner !== undefined) explore(inner, depth + 1, pass, budget, findings);
    if (resolved !== undefined) explore(resolved, depth + 1, pass, budget, findings);
  }
}

function run(detectors: readonly Detector[], view: View, acrossOnly: boolean, findings: Findings): void {
  if (view.text === '') return;
  for (const detect of detectors) findings.addMatches(detect(view.text), view, acrossOnly);
}

function knownDetectors({ detectors, known }: Search): readonly Detector[] {
  const hasAny = known.live !== undefined || known.canaries !== undefined;
  return hasAny ? [(text): readonly Match[] => detectors.known(text, known)] : [];
}

function textDetectors(search: Search, withNumbers: boolean): readonly Detector[] {
  const { actions, detectors } = search;
  const chosen = [...knownDetectors(search)];
  if (actions.secret !== 'off') chosen.push(...detectors.secrets);
  if (withNumbers && (actions.pii !== 'off' || actions.contact !== 'off')) chosen.push(...detectors.pii);
  if (actions.injection !== 'off') chosen.push(...detectors.injection(search.kind));
  return chosen;
}
