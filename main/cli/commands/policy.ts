import type { Command } from 'commander';
import { CompanionError, NewRule, type Effect, type Rule } from '../../../preload/contract/index.ts';
import { inputProblem } from '../../operations/input-problem.ts';
import { strictJson } from '../../operations/strict-json.ts';
import { globMatches } from '../../policy/glob.ts';
import { ruleSentence } from '../../policy/sentence.ts';
import type { CommandIo } from '../command-io.ts';
import { CONDITION_HELP, unknownTest } from './condition-text.ts';
import { callAsking } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { addPolicyChainCommands } from './policy-chain.ts';
import { addPolicyDefaultCommand } from './policy-default.ts';
import { addPolicyExplainCommands } from './policy-explain.ts';
import { addPolicyFileCommands } from './policy-files.ts';
import { addPolicySuggestCommands } from './policy-suggest.ts';
import { lintText } from './policy-text.ts';
import { readText } from './read-text.ts';
import { restOf, wholeRule } from './policy-whole.ts';
import { hang, json, shown } from './render.ts';

/** An ask rule weakens where a connector denies by default. */
const QUESTION: Readonly<Record<Effect, string>> = {
  allow: 'Let it through without asking',
  ask: 'Ask instead of denying',
  deny: 'Deny it',
};

interface RuleOptions {
  readonly resource?: string;
  readonly prompt?: string;
  readonly client?: string;
  readonly when?: string;
  readonly whenFile?: string;
  readonly note?: string;
  readonly yes?: true;
  readonly json?: true;
}

function misuse(message: string, next: string): CompanionError {
  return new CompanionError('E_USAGE', message, next, { exitCode: 2 });
}

async function whenOf(io: CommandIo, { when, whenFile }: RuleOptions): Promise<unknown> {
  if (when !== undefined && whenFile !== undefined)
    throw misuse('--when and --when-file were given together.', 'Give one of them.');
  const text = when ?? (whenFile === undefined ? undefined : await readText(io, whenFile));
  return text === undefined ? undefined : strictJson(text, 'The condition');
}

async function ruleOf(
  io: CommandIo,
  effect: Effect,
  { connector, tool }: { readonly connector: string; readonly tool: string | undefined },
  options: RuleOptions,
): Promise<NewRule> {
  const { resource, prompt, client, note } = options;
  if ([tool, resource, prompt].filter((one) => one !== undefined).length !== 1)
    throw misuse('A rule is about one thing.', 'Name a tool, or give --resource <address> or --prompt <name>.');
  const when = await whenOf(io, options);
  const given = { effect, connector, tool, resource, prompt, client, when, note };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { success, data, error } = NewRule.safeParse(present);
  if (success) return data;
  const problem = unknownTest(when) ?? `${inputProblem(error)}.`;
  throw new CompanionError('E_INPUT', problem, `See "runlayer policy ${effect} --help".`, {
    exitCode: 2,
  });
}

function ruleText(rule: Rule): string {
  return [
    hang('', `Rule ${rule.id}: ${ruleSentence(rule)}`),
    ...(rule.note === undefined ? [] : [hang('Note: ', rule.note)]),
    ...(rule.when === undefined
      ? [restOf('', ruleSentence(rule), rule)]
      : [`Condition: ${shown(JSON.stringify(rule.when))}\n`]),
    `Since: ${rule.createdAt.slice(0, 19).replace('T', ' ')}Z\n`,
  ].join('');
}

async function find(io: CommandIo, id: string): Promise<Rule> {
  const rule = (await io.call('policy.list', {})).find((candidate) => candidate.id === id);
  if (rule !== undefined) return rule;
  throw new CompanionError(
    'E_RULE_UNKNOWN',
    `There is no rule "${shown(id.slice(0, 64))}".`,
    'See the rules with "runlayer policy list".',
    { exitCode: 2 },
  );
}

function addRuleCommand(policy: Command, io: CommandIo, effect: Effect, text: string): void {
  policy
    .command(`${effect} <connector> [tool]`)
    .usage(`<connector> '<tool>' [options]`)
    .description(text)
    .option('--resource <address>', 'instead of a tool: the address of a resource')
    .option('--prompt <name>', 'instead of a tool: a prompt')
    .option('--client <name>', 'only calls of this client; an allow holds only for a hub token made for it')
    .option('--when <json>', 'only with these arguments, as a condition in JSON')
    .option('--when-file <file>', 'the same from a file, or "-" for standard input')
    .option('--note <text>', 'why, for people')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText('after', CONDITION_HELP)
    .action(async (connector: string, tool: string | undefined, options: RuleOptions) => {
      const given = await ruleOf(io, effect, { connector, tool }, options);
      const question = `${QUESTION[effect]}: ${wholeRule(given)}`;
      const rule = await callAsking(io, { name: 'policy.add', input: given }, question, options.yes === true);
      if (options.json === true) {
        io.out(json(rule));
        return;
      }
      io.out(hang('', `Rule ${rule.id}: ${ruleSentence(rule)}`));
      const findings = await io.call('policy.lint', {});
      io.out(lintText(findings.filter(({ kind, rules }) => kind !== 'unknown_name' && rules.includes(rule.id))));
      const connectors = await io.call('connectors.list', {});
      if (!connectors.some((one) => globMatches(rule.connector, one.name)))
        io.out('No connector has such a name yet; see "runlayer connectors list".\n');
    });
}

export function addPolicyCommands(program: Command, io: CommandIo): void {
  const policy = program.command('policy').description('rules about tools; deny wins over ask, ask over allow');
  addRuleCommand(policy, io, 'allow', 'let a tool be called without asking ("*" and "?" match; quote them)');
  addRuleCommand(policy, io, 'ask', 'make each call of a tool wait for a person');
  addRuleCommand(policy, io, 'deny', 'hide a tool and refuse every call of it');

  policy
    .command('list')
    .description('all rules, one sentence each')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const rules = await io.call('policy.list', {});
      if (options.json === true) {
        io.out(json(rules));
        return;
      }
      if (rules.length === 0) io.out('No rules: each connector does what its default says.\n');
      else io.out(rules.map((rule) => hang(`${shown(rule.id)}  `, ruleSentence(rule))).join(''));
    });

  policy
    .command('show <id>')
    .description('one rule, whole')
    .addOption(jsonOption())
    .action(async (id: string, options: { json?: true }) => {
      const rule = await find(io, id);
      io.out(options.json === true ? json(rule) : ruleText(rule));
    });

  policy
    .command('remove <id>')
    .description('remove a rule')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (id: string, options: { yes?: true; json?: true }) => {
      const rule = await find(io, id);
      const removed = await callAsking(
        io,
        { name: 'policy.remove', input: { id } },
        `Remove the rule: ${wholeRule(rule)}`,
        options.yes === true,
      );
      io.out(options.json === true ? json(removed) : `Removed rule ${removed.id}.\n`);
    });

  addPolicyDefaultCommand(policy, io);
  addPolicyChainCommands(policy, io);
  addPolicyFileCommands(policy, io);
  addPolicyExplainCommands(policy, io);
  addPolicySuggestCommands(policy, io);
}
