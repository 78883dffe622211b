/**
 * `npm run bench:policy`: decisions a second of the policy engine, beside Cedar on the rules that both can express, and every
 * kind of disagreement between the two with its reason. Ends with 1 where one has none.
 */
import type { Condition, Rule } from '../../preload/contract/index.ts';
import { NO_FACTS } from '../../main/policy/call-facts.ts';
import { compileRuleSet, type Policy } from '../../main/policy/decide.ts';
import { explain } from '../../main/policy/explain.ts';
import type { ToolFacts } from '../../main/policy/read-only.ts';
import { RandomPolicy } from '../policy/random-policy.ts';
import { cedarPolicies, type CedarAnswer, type CedarArguments } from './policy-cedar.ts';
import { printTable } from './table.ts';

const SEED = 7;
const AT = '2026-01-01T00:00:00.000Z';
const CALLS = 1000;
const ROUND_MS = 400;
const COMPARED_SETS = 100;

const random = new RandomPolicy(SEED);
const KEYS = ['path', 'repo', 'size', 'tags'] as const;
const WORDS = ['docs', 'src', 'main', 'Main', 'prod', 'pr0d', 'tmp'] as const;
const word = (): string => random.one(WORDS, 'docs');

interface Call {
  readonly tool: ToolFacts;
  readonly args: CedarArguments;
}

function anyArguments(): CedarArguments {
  const args: CedarArguments = {};
  if (random.below(5) > 0) args['path'] = random.below(8) === 0 ? [word()] : `${word()}/${word()}`;
  if (random.below(5) > 0) args['repo'] = word();
  if (random.below(5) > 0) args['size'] = random.below(8) === 0 ? `${random.below(9)}` : random.below(9);
  if (random.below(5) > 0) args['tags'] = random.below(2) === 0;
  return args;
}

function test(): Condition {
  const size = random.below(9);
  switch (random.below(7)) {
    case 0:
      return { at: '/repo', eq: word() };
    case 1:
      return { at: '/path', glob: `${word()}/*` };
    case 2:
      return { at: '/repo', in: [word(), word()] };
    case 3:
      return { at: '/size', gt: size };
    case 4:
      return { at: '/size', lte: size };
    case 5:
      return { at: '/tags', eq: true };
    default:
      return { at: `/${random.one(KEYS, 'path')}`, exists: random.below(2) === 0 };
  }
}

function condition(): Condition {
  switch (random.below(6)) {
    case 0:
      return { and: [test(), test()] };
    case 1:
      return { or: [test(), test()] };
    case 2:
      return { not: test() };
    default:
      return test();
  }
}

/** Of an allow or a deny; one in ten is about many tools, half have a condition. */
function anyRule(n: number, connector: string, tools: number): Rule {
  return {
    id: `r${n}`,
    effect: random.below(3) === 0 ? 'deny' : 'allow',
    connector,
    tool: random.below(10) === 0 ? `tool_${random.below(9)}*` : `tool_${random.below(tools)}`,
    ...(random.below(2) === 0 ? { when: condition() } : {}),
    createdAt: AT,
  };
}

function anyCalls(tools: number): Call[] {
  const facts = Array.from({ length: tools }, (_, n) => ({
    name: `tool_${n}`,
    claimsReadOnly: false,
    schemaWords: [],
  }));
  const [first] = facts;
  if (first === undefined) throw new Error('a connector has tools');
  return Array.from({ length: CALLS }, () => ({ tool: random.one(facts, first), args: anyArguments() }));
}

/** Sums up what was decided, so that nothing is left out as unused. */
let sink = 0;

/** As many calls as fit into the time; how many there were. */
function during(ms: number, calls: readonly Call[], each: (call: Call) => void): number {
  const end = performance.now() + ms;
  let done = 0;
  do {
    // The clock is looked at now and then only.
    for (let i = 0; i < 20; i++, done++) {
      const call = calls[done % calls.length];
      if (call !== undefined) each(call);
    }
  } while (performance.now() < end);
  return done;
}

function perSecond(decide: (call: Call) => string, calls: readonly Call[]): number {
  const each = (call: Call): void => {
    sink += decide(call).length;
  };
  during(ROUND_MS, calls, each);
  const began = performance.now();
  const done = during(ROUND_MS, calls, each);
  return (done * 1000) / (performance.now() - began);
}

function quantiles(decide: (call: Call) => string, calls: readonly Call[]): { p50: number; p99: number } {
  const times: number[] = [];
  during(ROUND_MS, calls, (call) => {
    const began = process.hrtime.bigint();
    sink += decide(call).length;
    times.push(Number(process.hrtime.bigint() - began) / 1000);
  });
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

function speedRow(title: string, count: number, decide: (call: Call) => string, calls: readonly Call[]): string[] {
  const rate = Math.round(perSecond(decide, calls)).toLocaleString('en');
  const { p50, p99 } = quantiles(decide, calls);
  return [title, `${count}`, rate, `${p50.toFixed(2)} µs`, `${p99.toFixed(2)} µs`];
}

const decideWith =
  (policy: Policy) =>
  ({ tool, args }: Call): string =>
    policy.decideCall(tool, args, NO_FACTS).effect;

function speeds(): void {
  const rows: string[][] = [];
  for (const count of [1, 100, 1000]) {
    const tools = Math.max(1, count / 5);
    const same = Array.from({ length: count }, (_, n) => anyRule(n, 'files', tools));
    const calls = anyCalls(tools);
    const policy = compileRuleSet(same, []).ofConnector({ connector: 'files', default: 'deny' });
    rows.push(speedRow('ours, one connector', count, decideWith(policy), calls));
    const unseen = ({ tool, args }: Call): string => policy.decideCall({ ...tool }, args, NO_FACTS).effect;
    rows.push(speedRow('ours, tools never seen before', count, unseen, calls));
    const spread = same.map((rule, n) => ({ ...rule, connector: n === 0 ? 'files' : `connector-${n}` }));
    const one = compileRuleSet(spread, []).ofConnector({ connector: 'files', default: 'deny' });
    rows.push(speedRow('ours, a connector for each rule', count, decideWith(one), calls));
    const cedar = cedarPolicies(`same-${count}`, same);
    rows.push(
      speedRow('Cedar, one connector', count, ({ tool, args }) => cedar('files', tool.name, args).effect, calls),
    );
  }
  printTable(['', 'rules', 'decisions/s', 'p50', 'p99'], rows);
  const many = Array.from({ length: 10_000 }, (_, n) => anyRule(n, `connector-${n % 1000}`, 100));
  const began = performance.now();
  const set = compileRuleSet(many, []);
  for (let n = 0; n < 1000; n++) {
    const policy = set.ofConnector({ connector: `connector-${n}`, default: 'deny' });
    sink += policy.decideTool({ name: 'tool_1', claimsReadOnly: false, schemaWords: [] }).effect.length;
  }
  console.log(`\n10,000 rules compiled for 1,000 connectors: ${(performance.now() - began).toFixed(0)} ms`);
}

/** Why the two may differ; each is a choice of ours. */
function reasonOf(rules: readonly Rule[], { tool, args }: Call, ours: string, theirs: CedarAnswer): string | undefined {
  const { decision, considered } = explain(
    { connector: 'files', default: 'deny', rules, chains: [] },
    { kind: 'tool', tool, arguments: args },
    NO_FACTS,
  );
  if (ours === 'allow') {
    return theirs.skipped > 0
      ? 'one side of "or" or "and" is missing or of another type, the other decides: ours allows, Cedar skips the policy'
      : undefined;
  }
  const unsure = considered.filter(({ says }) => says === 'undecidable').map(({ because }) => because);
  const reason = decision.ruleId === undefined ? unsure.join(' ') : decision.reason;
  const who = decision.ruleId === undefined ? 'an allow' : 'a deny';
  const does = decision.ruleId === undefined ? 'ours does not count it' : 'ours denies';
  if (/is missing/.test(reason))
    return `${who} about a value that is missing: ${does}, Cedar skips the policy or takes "no" for its negation`;
  if (/ is .+, not /.test(reason)) {
    return `${who} about a value of another type: ${does}, Cedar skips the policy, or takes "==" of two types for no and its negation for yes`;
  }
  if (decision.code === 'rule_deny' || decision.code === 'argument_deny') {
    return 'a deny about a text that reads the same ("Main", "pr0d"): ours denies, Cedar compares letters';
  }
  const looksAlike = /[A-Z0]/.test(JSON.stringify([args, considered.map(({ rule }) => rule.when)]));
  const isNegated = considered.some(
    ({ rule }) => rule.effect === 'allow' && JSON.stringify(rule.when)?.includes('"not"'),
  );
  return looksAlike && isNegated
    ? 'an allow of what is not some text, about one that reads the same: ours does not count it, Cedar compares letters'
    : undefined;
}

function comparison(): boolean {
  const kinds = new Map<string, { count: number; example: string }>();
  let calls = 0;
  let isExplained = true;
  for (let n = 0; n < COMPARED_SETS; n++) {
    const rules = Array.from({ length: 1 + random.below(8) }, (_, at) => anyRule(at, 'files', 4));
    const policy = compileRuleSet(rules, []).ofConnector({ connector: 'files', default: 'deny' });
    const cedar = cedarPolicies(`compared-${n}`, rules);
    for (const call of anyCalls(4).slice(0, 200)) {
      calls++;
      const ours = decideWith(policy)(call);
      const theirs = cedar('files', call.tool.name, call.args);
      if (ours === theirs.effect) continue;
      const reason = reasonOf(rules, call, ours, theirs);
      isExplained &&= reason !== undefined;
      const kind = `ours ${ours}, Cedar ${theirs.effect}: ${reason ?? 'NOT EXPLAINED'}`;
      const known = kinds.get(kind);
      const about = rules.filter(({ tool }) => tool?.startsWith(call.tool.name.slice(0, 6)));
      const example =
        known?.example ??
        `${JSON.stringify(call.args)} under ${JSON.stringify(about.map(({ effect, when }) => [effect, when]))}`;
      kinds.set(kind, { count: (known?.count ?? 0) + 1, example });
    }
  }
  const differing = [...kinds.values()].reduce((sum, { count }) => sum + count, 0);
  console.log(`\n${calls} random calls decided by both: ${calls - differing} alike, ${differing} not`);
  for (const [kind, { count, example }] of kinds) console.log(`\n  ${count} × ${kind}\n      ${example.slice(0, 400)}`);
  return isExplained;
}

speeds();
process.exitCode = comparison() && sink > 0 ? 0 : 1;
