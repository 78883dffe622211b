/** What a person reads about the guard. */
import {
  GuardCategory,
  ScanKind,
  type GuardFinding,
  type GuardSettings,
  type GuardVerdict,
} from '../../../preload/contract/index.ts';
import { resolveActions } from '../../guard/actions.ts';
import { CATEGORY_TEXTS } from '../../operations/describe-guard.ts';
import { hang, table } from './render.ts';

const VERDICT: Readonly<Record<GuardVerdict, string>> = {
  pass: 'pass: it would go through as it is.',
  alert: 'alert: it would go through, and be recorded.',
  mask: 'mask: it would go through with what was found taken out.',
  block: 'block: it would not go through.',
};

export function verdictText(verdict: GuardVerdict, findings: readonly GuardFinding[]): string {
  const head = `${VERDICT[verdict]}\n`;
  if (findings.length === 0) return head;
  const rows = findings.map(({ category, rule, tier, action, at }) => [
    category,
    rule,
    tier,
    action,
    at || '(the text)',
  ]);
  return `${head}\n${table(['CATEGORY', 'RULE', 'TIER', 'ACTION', 'WHERE'], rows)}`;
}

const BY_WEIGHT = hang('', 'by weight: one weak sign is told, more are asked about, strong ones are refused.');

/** A star at what somebody chose. */
function actionTable(guard: GuardSettings, connector: string): string {
  const own = Object.hasOwn(guard.connectors, connector) ? guard.connectors[connector] : undefined;
  const chosen = { ...guard.all, ...own };
  const rows = GuardCategory.options.map((category) => {
    const mark = chosen[category] === undefined ? '' : '*';
    const actions = ScanKind.options.map((kind) => {
      const action = resolveActions(guard, connector, kind)[category];
      return category === 'injection' && action === 'block' ? 'by weight' : action;
    });
    return [`${category}${mark}`, ...actions, CATEGORY_TEXTS[category]];
  });
  return table(['CATEGORY', 'DEFINITION', 'INPUT', 'OUTPUT', 'WHAT IT IS'], rows);
}

/** `connector`: of it alone; else for all, and each that has choices of its own. */
export function guardText(guard: GuardSettings, connector: string | undefined): string {
  const note = hang('', '* chosen with "runlayer guard set"; the others are as built in.') + BY_WEIGHT;
  if (connector !== undefined) return `${actionTable(guard, connector)}\n${note}`;
  const own = Object.entries(guard.connectors).map(([name, choices]) => {
    const words = Object.entries(choices).map(([category, action]) => `${category} ${action}`);
    return hang(`${name}: `, words.join(', '));
  });
  return [actionTable(guard, ''), '\n', note, ...(own.length === 0 ? [] : ['\nOnly there:\n', ...own])].join('');
}
