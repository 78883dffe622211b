/**
 * The rules that Cedar can express too, decided by Cedar: one permit or forbid for each allow or deny, over the names and the
 * arguments in the context. Compared with, never used.
 */
import cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { Condition, Rule } from '../../preload/contract/index.ts';

/** Pointers of the compared rules have one part. */
const member = (at: string): string => at.slice(1);

function expression(condition: Condition): string {
  if ('and' in condition) return `(${condition.and.map(expression).join(' && ')})`;
  if ('or' in condition) return `(${condition.or.map(expression).join(' || ')})`;
  if ('not' in condition) return `!(${expression(condition.not)})`;
  const value = `context.args.${member(condition.at)}`;
  if ('eq' in condition) return `${value} == ${JSON.stringify(condition.eq)}`;
  if ('in' in condition) return `${JSON.stringify(condition.in)}.contains(${value})`;
  if ('glob' in condition) return `${value} like ${JSON.stringify(condition.glob)}`;
  if ('gt' in condition) return `${value} > ${condition.gt}`;
  if ('gte' in condition) return `${value} >= ${condition.gte}`;
  if ('lt' in condition) return `${value} < ${condition.lt}`;
  if ('lte' in condition) return `${value} <= ${condition.lte}`;
  if ('exists' in condition) return `${condition.exists ? '' : '!'}(context.args has ${member(condition.at)})`;
  throw new Error('Cedar has no such test');
}

function policyText({ effect, connector, tool = '*', when }: Rule): string {
  const exact = !connector.includes('*') && !tool.includes('*');
  const resource = exact ? `resource == Tool::${JSON.stringify(`${connector}/${tool}`)}` : 'resource';
  const parts = exact
    ? []
    : [`context.connector like ${JSON.stringify(connector)}`, `context.tool like ${JSON.stringify(tool)}`];
  const conditions = [...parts, ...(when === undefined ? [] : [expression(when)])];
  const verb = effect === 'allow' ? 'permit' : 'forbid';
  const clause = conditions.length === 0 ? '' : ` when { ${conditions.join(' && ')} }`;
  return `${verb}(principal, action, ${resource})${clause};`;
}

export interface CedarAnswer {
  readonly effect: 'allow' | 'deny';
  /** How many policies could not be evaluated, and were skipped. */
  readonly skipped: number;
}

export type CedarArguments = Record<string, string | number | boolean | string[]>;

/** Parsed once under `id`. */
export function cedarPolicies(id: string, rules: readonly Rule[]) {
  const staticPolicies = Object.fromEntries(rules.map((rule) => [rule.id, policyText(rule)]));
  const parsed = cedar.preparsePolicySet(id, { staticPolicies });
  if (parsed.type === 'failure') throw new Error(parsed.errors.map(({ message }) => message).join('\n'));
  return (connector: string, tool: string, args: CedarArguments): CedarAnswer => {
    const answer = cedar.statefulIsAuthorized({
      principal: { type: 'Client', id: 'c' },
      action: { type: 'Action', id: 'call' },
      resource: { type: 'Tool', id: `${connector}/${tool}` },
      context: { connector, tool, args },
      entities: [],
      preparsedPolicySetId: id,
    });
    if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('\n'));
    const { decision, diagnostics } = answer.response;
    return { effect: decision, skipped: diagnostics.errors.length };
  };
}
