/*
 * Runs rules of secretlint by themselves: each reads one text at once and reports ranges, so no engine, file or promise is
 * needed. Their patterns backtrack; which of them hold the time limit, and which do not and are expressed anew here, is in
 * the README. Their comment filter is never run: a text must not say that it is not to be looked at.
 */
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretLintRuleContext, SecretLintRuleReportHandler, SecretLintSourceCode } from '@secretlint/types';
import { Literals } from '../literals.ts';
import type { Detector, Match } from '../match.ts';
import { findAddressPasswords } from './addresses-with-passwords.ts';
import { isPlaceholder } from './placeholders.ts';
import { secretMatch } from './secret-match.ts';

/** The rules that are run, by their last name; without one of the texts a rule can find nothing and is not run. */
export const SECRETLINT_RULES: Readonly<Record<string, readonly string[]>> = {
  privatekey: ['PRIVATE KEY'],
  basicauth: ['://'],
  slack: ['xoxb', 'xoxp', 'xapp', 'xoxa', 'xoxo', 'xoxr', 'hooks.slack'],
  shopify: ['shp'],
  stripe: ['k_live_', 'k_test_'],
  gitlab: ['glpat-'],
  openai: ['sk-'],
  anthropic: ['sk-ant-'],
  groq: ['gsk_'],
  huggingface: ['hf_'],
  linear: ['lin_api_'],
  notion: ['ntn_'],
  grafana: ['glc_', 'glsa_'],
  '1password': ['ops_ey'],
  'database-connection-string': ['://'],
  'hashicorp-vault': ['hvs.', 'hvb.', 'hvr.'],
  vercel: ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'],
  databricks: ['dapi'],
  docker: ['dckr_pat_'],
  cloudflare: ['cfk_', 'cfut_', 'cfat_'],
  tailscale: ['tskey-'],
};

/** The rules that are not run, by their last name, and what stands in for each. */
export const SECRETLINT_LEFT_OUT: Readonly<Record<string, string>> = {
  aws: 'reports a range beside the secret; known-pairs.ts, formats-cloud.ts',
  'filter-comments': 'lets a text switch the others off; nothing',
  figma: 'too slow; formats-services.ts',
  gcp: 'reads files only; private-keys.ts',
  github: 'too slow; formats-code.ts',
  npm: 'reports a range beside the secret; formats-code.ts, addresses-with-passwords.ts',
  sendgrid: 'too slow; formats-services.ts',
};

/** Elsewhere in an address `example` says nothing; what counts is its password. */
const ADDRESS_RULES: ReadonlySet<string> = new Set(['basicauth', 'database-connection-string']);

const nameOf = (id: string): string => id.replace('@secretlint/secretlint-rule-', '');

/** What the installed preset has. */
export const presetRules = (): readonly string[] => rules.map(({ meta }) => nameOf(meta.id));

/** Their messages repeat what was found; these say nothing. */
const silent: SecretLintRuleContext['createTranslator'] = () => (_id, data) => ({ message: '', messageId: '', data });

/** All rules that are run, in their order; one pass tells which of them could find something. */
export function secretlintDetectors(): Detector {
  const texts = [...new Set(Object.values(SECRETLINT_RULES).flat())];
  const literals = new Literals(texts);
  const all = Object.entries(SECRETLINT_RULES).flatMap(([name, needs]) => {
    const detect = secretlintDetector(name);
    return detect === undefined ? [] : [{ detect, numbers: needs.map((need) => texts.indexOf(need)) }];
  });
  return (text) => {
    const places = literals.places(text);
    if (places === undefined) return [];
    return all.flatMap(({ detect, numbers }) => (numbers.some((number) => places.has(number)) ? detect(text) : []));
  };
}

/** Of one rule, by its last name; undefined when the installed preset has none of that name. */
export function secretlintDetector(name: string): Detector | undefined {
  const rule = rules.find(({ meta }) => nameOf(meta.id) === name);
  if (rule === undefined) return undefined;
  const needs = SECRETLINT_RULES[name] ?? [];
  const isReal = (found: string): boolean =>
    ADDRESS_RULES.has(name) ? findAddressPasswords(found).length > 0 : !isPlaceholder(found);
  let ranges: (readonly [number, number])[] = [];
  const handler: SecretLintRuleReportHandler = rule.create(
    {
      sharedOptions: {},
      createTranslator: silent,
      report: ({ range }) => void ranges.push(range),
      ignore: () => undefined,
    },
    {},
  );
  return (text) => {
    if (!needs.some((literal) => text.includes(literal))) return [];
    ranges = [];
    void handler.file?.(sourceOf(text));
    return ranges
      .filter(([start, end]) => isReal(text.slice(start, end)))
      .map(([start, end]): Match => secretMatch(`secretlint-${name}`, start, end));
  };
}

/** No file, only its text; none of the rules asks for positions. */
function sourceOf(content: string): SecretLintSourceCode {
  return {
    content,
    hasBOM: false,
    filePath: undefined,
    physicalFilePath: undefined,
    contentType: 'text',
    ext: '',
    getFilePath: () => undefined,
    getPhysicalFilePath: () => undefined,
    locationToRange: () => [0, 0],
    rangeToLocation: () => ({ start: { line: 1, column: 0 }, end: { line: 1, column: 0 } }),
    positionToIndex: () => 0,
    indexToPosition: () => ({ line: 1, column: 0 }),
  };
}
