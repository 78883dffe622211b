/** Rules, chains and what follows from them, as sentences for a person. Every text of others is escaped. */
import type { Explanation, LintFinding, ReplayReport, Suggestion } from '../../../preload/contract/index.ts';
import { restOf, ruleLines } from './policy-whole.ts';
import { hang, shown } from './render.ts';

function escapeUnseen(character: string): string {
  if (shown(character) === character) return character;
  const units = Array.from({ length: character.length }, (_unit, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** JSON that means the same and is safe to look at, over several lines: what cannot be seen stands in it as `\uXXXX`. */
export function safeJson(value: unknown): string {
  // Of characters that are not plain, JSON has only those that stand in texts, where an escape is the same.
  return `${JSON.stringify(value, undefined, 2).replace(/[^ -~\n]/gu, escapeUnseen)}\n`;
}

export function lintText(findings: readonly LintFinding[]): string {
  return findings.map(({ text }) => hang('! ', text)).join('');
}

const EFFECTS = { allow: 'allowed', ask: 'asked about', deny: 'denied' } as const;
const SAYS = { true: 'holds', false: 'does not hold', undecidable: 'cannot tell' } as const;

export function explanationText({
  subject,
  connector,
  decision,
  rule,
  source,
  considered,
  notAbout,
  also,
}: Explanation): string {
  return [
    hang('', `${subject} on "${connector}" would be ${EFFECTS[decision.effect]}.`),
    hang('Why: ', decision.reason),
    hang('Source: ', rule === undefined ? source : `${source} ${rule.id}`),
    ...(considered.length === 0 ? ['\nNo rule is about this.\n'] : ['\nRules that are about this:\n']),
    ...considered.map((one) =>
      hang(`  ${shown(one.rule.id)} ${one.rule.effect}: `, `${SAYS[one.says]}. ${one.because}`),
    ),
    ...(notAbout === 0 ? [] : [`${notAbout} ${notAbout === 1 ? 'rule is' : 'rules are'} about something else.\n`]),
    ...(also.length === 0 ? [] : ['\nWhat else decides:\n', ...also.map((text) => hang('- ', text))]),
  ].join('');
}

const MAX_ARGUMENTS_SHOWN = 200;

function changeText({
  time,
  client,
  connector,
  tool,
  before,
  after,
  because,
  arguments: args,
}: ReplayReport['changes'][number]): string {
  const when = `${time.slice(0, 19).replace('T', ' ')}Z`;
  const then = after === 'unknown' ? 'cannot be told' : `${EFFECTS[after]} then`;
  const cut = args.length > MAX_ARGUMENTS_SHOWN ? `${args.slice(0, MAX_ARGUMENTS_SHOWN)}…` : args;
  return [
    `${shown(`${when}  ${client} → ${connector}.${tool}`)}\n`,
    hang('  ', `was ${EFFECTS[before]}, ${then}: ${because}`),
    ...(cut === '' ? [] : [`  ${shown(cut)}\n`]),
  ].join('');
}

export const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

export function replayText({ since, calls, unknown, same, changes, isCut }: ReplayReport): string {
  if (calls === 0) return `No calls are recorded since ${since.slice(0, 16).replace('T', ' ')}Z.\n`;
  const other = calls - same - unknown;
  return [
    ...changes.map(changeText),
    ...(isCut ? ['There are more; only the newest are listed.\n'] : []),
    ...(changes.length === 0 ? [] : ['\n']),
    hang(
      '',
      `Of ${many(calls, 'call')} since ${since.slice(0, 16).replace('T', ' ')}Z, ${same} would be decided as they were and ${other} otherwise.` +
        (unknown === 0 ? '' : ` Of ${unknown} it cannot be told: the values that decide were too long to be kept.`),
    ),
  ].join('');
}

const DEFAULTS = { allow: 'allowed', 'read-only': 'read-only', ask: 'asked about', deny: 'denied' } as const;

/** By what was called: calls that went through, and would be asked about. */
function leftToAsking({ changes }: ReplayReport): string[] {
  const asked = changes.filter(({ before, after }) => before === 'allow' && after === 'ask');
  const byTool = Map.groupBy(asked, ({ connector, tool }) => `"${tool}" on "${connector}"`);
  return [...byTool].map(([name, calls]) => hang('  ', `${name} (${many(calls.length, 'call')})`));
}

export function suggestionText(suggestion: Suggestion): string {
  const { since, calls, rules, defaults, dropped, unusedTools, replay } = suggestion;
  const start = `${since.slice(0, 16).replace('T', ' ')}Z`;
  if (rules.length === 0) {
    return hang(
      '',
      `Nothing to suggest: of ${many(calls, 'call')} recorded since ${start}, none gives a rule. What was given texts that were not kept, or too many of them, is no ground for one.`,
    );
  }
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`\n${title}\n`, ...lines];
  return [
    hang('', `What was used since ${start} (${many(calls, 'call')}) comes down to ${many(rules.length, 'rule')}:`),
    ...rules.map(
      ({ rule, sentence, calls: count }) =>
        `${hang('  ', `${sentence} (${many(count, 'call')})`)}${restOf('    ', sentence, rule)}`,
    ),
    ...section('Left to asking, because no rule would be narrow enough:', leftToAsking(replay)),
    ...section(
      'Everything else there:',
      defaults.map(({ connector, from, to }) =>
        hang('  ', `"${connector}": ${DEFAULTS[to]} from then on, now ${DEFAULTS[from]}.`),
      ),
    ),
    ...section(
      'Rules that go:',
      dropped.map((rule) => ruleLines(`  ${shown(rule.id)}: `, rule)),
    ),
    ...section(
      'Tools that nobody used:',
      unusedTools.map(({ connector, tools }) => hang('  ', `"${connector}": ${tools.join(', ')}`)),
    ),
    '\nThe same calls under these rules:\n',
    replayText(replay),
  ].join('');
}
