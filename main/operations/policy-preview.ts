/** What a change of rules would do to the newest calls, while it is being written; and what taking in a file would do. Changes nothing. */
import {
  RuleSet,
  toFailure,
  type ChangePreview,
  type ImportPreview,
  type NewRule,
  type OperationInput,
  type RuleProblem,
} from '../../preload/contract/index.ts';
import { isJsonObject } from '../../preload/contract/json.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import { readRule } from '../policy/check/rule-problems.ts';
import { MAX_PROBLEMS, valueProblems } from '../policy/check/value-problems.ts';
import { compareSets } from '../policy/compare-sets.ts';
import type { KnownNames } from '../policy/lint/lint.ts';
import { lintSteps } from '../policy/lint/lint.ts';
import type { Candidate } from '../policy/replay.ts';
import { openShells } from '../policy/suggest/runs-things.ts';
import type { Settings } from '../settings/schema.ts';
import type { Handlers } from './dispatch.ts';
import { refuseLargeRule, refuseTooMany } from './policy-bounds.ts';
import { changed, inForce, type InForce } from './policy-change.ts';
import { numbered, recordedCall, type ReplayParts } from './policy-replay.ts';
import { importChanges } from './policy-rules.ts';
import { shownChain, shownRule } from './policy-view.ts';
import { policyWeakeningTests } from './policy-weakening.ts';
import { inTurns } from './recorded-calls.ts';
import { strictJson } from './strict-json.ts';
import { refuseUnusable } from './unusable-condition.ts';

export interface PreviewParts extends Pick<ReplayParts, 'paths' | 'definitionOf'> {
  readonly settings: { read(): Settings };
  readonly index: Pick<AuditIndex, 'calls'>;
  readonly clock: () => Date;
  readonly names: () => KnownNames;
}

export type PreviewHandlers = Pick<Handlers, 'policy.preview' | 'policy.previewImport'>;

const BEGINNING = new Date(0).toISOString();
/** Rules looked at, at the most, before everything else has its turn. */
const RULES_A_TURN = 2_000;
/** For how long it is looked at all. */
const MAX_MS = 10_000;
const CALLS_A_TURN = 200;
const MAX_ROWS = 100;
const MAX_FINDINGS = 50;

function candidate({ rules, chains, defaults }: InForce, paths: PreviewParts['paths']): Candidate {
  // A connector that is gone is denied whatever the rules say.
  return { rules, chains, defaultOf: (name) => defaults.get(name) ?? 'deny', paths };
}

/** Throws `E_JSON`. Of each rule that does not fit the first problem, and those of the file around them. */
function readSet(text: string): { readonly set?: RuleSet; readonly problems: RuleProblem[] } {
  const given = strictJson(text, 'The file');
  const { data, success, error } = RuleSet.safeParse(given);
  if (success) return { set: data, problems: [] };
  const problems: RuleProblem[] = [];
  const list: unknown = isJsonObject(given) ? given['rules'] : undefined;
  if (Array.isArray(list)) {
    for (const [at, one] of list.entries()) {
      const read = readRule(one);
      const [first] = read.kind === 'not' ? read.problems : [];
      if (first !== undefined)
        problems.push({ ...first, path: `rules.${at}${first.path === '' ? '' : `.${first.path}`}` });
      if (problems.length >= MAX_PROBLEMS) break;
    }
  }
  const around = valueProblems(error).filter(({ path }) => !path.startsWith('rules.'));
  return { problems: [...around, ...problems].slice(0, MAX_PROBLEMS) };
}

export function previewHandlers(parts: PreviewParts): PreviewHandlers {
  const { settings, index, clock, names, paths } = parts;

  const preview = async ({ change, calls: limit }: OperationInput<'policy.preview'>): Promise<ChangePreview> => {
    const now = settings.read();
    const given: NewRule[] = 'add' in change ? [change.add] : 'replace' in change ? [change.replace.rule] : [];
    // What could not be saved is not looked at either: an expression without end would hold everything else.
    refuseUnusable(given, now.rules);
    refuseLargeRule(given);
    if ('import' in change) {
      const { rules, chains } = change.import.set;
      refuseUnusable(rules);
      refuseLargeRule(rules);
      refuseTooMany(rules, chains);
    }
    const { entries } = await index.calls({ since: BEGINNING, after: undefined, limit });
    const calls = entries.flatMap((entry) => {
      const call = recordedCall(entry, parts.definitionOf);
      return call === undefined ? [] : [{ ...call, id: entry.id }];
    });
    const next = changed(now, change, clock().toISOString());
    const compare = compareSets(candidate(inForce(now), paths), candidate(next, paths));
    const most = Math.max(1, Math.min(CALLS_A_TURN, Math.floor(RULES_A_TURN / (next.rules.length + 1))));
    function* steps(): Generator<undefined, ChangePreview> {
      let sum: Omit<ChangePreview, 'since'> = { calls: 0, same: 0, changed: 0, unknown: 0, rows: [], isCut: false };
      const began = performance.now();
      for (let at = 0; at < calls.length; at += most) {
        if (performance.now() - began > MAX_MS) {
          sum = { ...sum, isCut: true };
          break;
        }
        const part = compare(calls.slice(at, at + most));
        sum = {
          calls: sum.calls + part.calls,
          same: sum.same + part.same,
          changed: sum.changed + part.changed,
          unknown: sum.unknown + part.unknown,
          rows: [...sum.rows, ...part.rows],
          isCut: sum.isCut || part.isCut,
        };
        yield undefined;
      }
      const isKnown = ({ before, after }: ChangePreview['rows'][number]): boolean =>
        before !== 'unknown' && after !== 'unknown';
      const rows = [...sum.rows.filter(isKnown), ...sum.rows.filter((row) => !isKnown(row))];
      return {
        ...sum,
        since: calls[sum.calls - 1]?.time ?? null,
        rows: rows.slice(0, MAX_ROWS),
        isCut: sum.isCut || rows.length > MAX_ROWS,
      };
    }
    return inTurns(steps());
  };

  const previewImport = async ({ text, replace }: OperationInput<'policy.previewImport'>): Promise<ImportPreview> => {
    const wrong = (problems: RuleProblem[]): ImportPreview => ({ problems, lines: [], findings: [], weakens: false });
    let read: ReturnType<typeof readSet>;
    try {
      read = readSet(text);
      if (read.set === undefined) return wrong(read.problems);
      const { rules, chains } = settings.read();
      refuseUnusable(read.set.rules, replace ? [] : rules);
      refuseLargeRule(read.set.rules);
      const { addedRules, addedChains } = importChanges({ rules, chains }, { set: read.set, replace });
      refuseTooMany([...(replace ? [] : rules), ...addedRules], [...(replace ? [] : chains), ...addedChains]);
    } catch (error) {
      return wrong([{ path: '', text: toFailure(error).message }]);
    }
    const { set } = read;
    const changes = importChanges(settings.read(), { set, replace });
    const rule = (mark: '+' | '-', one: NewRule): ImportPreview['lines'][number] => ({
      mark,
      ...shownRule(one),
      ...(one.note === undefined ? {} : { note: one.note }),
    });
    const looked = numbered(set, clock().toISOString());
    const findings = [...(await inTurns(lintSteps(looked.rules, looked.chains, names()))), ...openShells(looked.rules)];
    return {
      set,
      problems: [],
      lines: [
        ...changes.addedRules.map((one) => rule('+', one)),
        ...changes.removedRules.map((one) => rule('-', one)),
        ...changes.addedChains.map((one) => ({ mark: '+' as const, ...shownChain(one) })),
        ...changes.removedChains.map((one) => ({ mark: '-' as const, ...shownChain(one) })),
      ],
      findings: findings.slice(0, MAX_FINDINGS).map((one) => one.text),
      weakens: policyWeakeningTests(settings)['policy.import']?.({ set, replace }) ?? true,
    };
  };

  return { 'policy.preview': preview, 'policy.previewImport': previewImport };
}
