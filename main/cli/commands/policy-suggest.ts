import type { Command } from 'commander';
import type { Chain, OperationOutput, Rule } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { collect, jsonOption, yesOption } from './option-values.ts';
import { lastWeek, sinceOption } from './period.ts';
import { many, suggestionText } from './policy-text.ts';
import { chainLines, lacking, ruleLines } from './policy-whole.ts';
import { hang, json, shown } from './render.ts';

interface SuggestOptions {
  readonly since?: string;
  readonly connector?: readonly string[];
  readonly apply?: true;
  readonly yes?: true;
  readonly json?: true;
}

type Connectors = OperationOutput<'connectors.list'>;

/** What undoing a suggestion may change. */
async function inForce(
  io: CommandIo,
): Promise<{ readonly rules: readonly Rule[]; readonly chains: readonly Chain[]; readonly connectors: Connectors }> {
  return {
    rules: await io.call('policy.list', {}),
    chains: await io.call('policy.chains', {}),
    connectors: await io.call('connectors.list', {}),
  };
}

type Undone = NonNullable<OperationOutput<'policy.undoes'>>;

/** What would come, go and be another default. */
function undoText(before: Awaited<ReturnType<typeof inForce>>, after: Undone): string {
  return [
    ...lacking(after.rules, before.rules).map((rule) => ruleLines(`+ ${shown(rule.id)} `, rule)),
    ...lacking(before.rules, after.rules).map((rule) => ruleLines(`- ${shown(rule.id)} `, rule)),
    ...lacking(after.chains, before.chains).map((chain) => chainLines(`+ ${shown(chain.id)} `, chain)),
    ...lacking(before.chains, after.chains).map((chain) => chainLines(`- ${shown(chain.id)} `, chain)),
    ...before.connectors.flatMap(({ name, default: was }) => {
      const mode = Object.hasOwn(after.defaults, name) ? after.defaults[name] : was;
      return mode === undefined || was === mode ? [] : [hang('  ', `default of "${name}": ${was} → ${mode}`)];
    }),
  ].join('');
}

export function addPolicySuggestCommands(policy: Command, io: CommandIo): void {
  policy
    .command('suggest')
    .description('the fewest rules that would have allowed what was used; everything else is asked about')
    .addOption(sinceOption())
    .option('--connector <name>', 'only this connector; may be given several times', collect)
    .option('--apply', 'put it in force; "runlayer policy undo" takes it back')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (options: SuggestOptions) => {
      const input = {
        since: options.since ?? lastWeek(),
        ...(options.connector === undefined ? {} : { connectors: [...options.connector] }),
      };
      const suggestion = await io.call('policy.suggest', input);
      const isJson = options.json === true;
      if (!isJson) io.out(suggestionText(suggestion));
      const isNothing = suggestion.rules.length === 0;
      if (options.apply !== true || isNothing) {
        if (isJson) io.out(json(suggestion));
        else if (!isNothing) io.out('\nNothing was changed. Add --apply to put it in force.\n');
        return;
      }
      if (isJson && io.tty) io.err(suggestionText(suggestion));
      const { rules } = await callAsking(
        io,
        { name: 'policy.apply', input: { id: suggestion.id, ...input } },
        'Put these rules in force?',
        options.yes === true,
      );
      if (isJson) io.out(json({ ...suggestion, applied: true }));
      else
        io.out(
          `\n${hang('', `${many(rules, 'rule')} ${rules === 1 ? 'is' : 'are'} in force. "runlayer policy undo" goes back to those of before.`)}`,
        );
    });

  policy
    .command('undo')
    .description('go back to the rules and defaults from before the last suggestion that was put in force')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (options: { yes?: true; json?: true }) => {
      const before = await inForce(io);
      const after = await io.call('policy.undoes', {});
      // Seen before it is agreed to; where there is nothing to undo, the companion says so.
      if (after !== null && options.json !== true) io.out(undoText(before, after));
      const done = await callAsking(
        io,
        { name: 'policy.undo', input: {} },
        'Go back to the rules and defaults from before the suggestion? Denials and questions added since stay.',
        options.yes === true,
      );
      if (options.json === true) {
        io.out(json(done));
        return;
      }
      io.out(
        hang(
          '',
          `As before the suggestion: ${many(done.rules, 'rule')} in force. Denials and questions added since stay.`,
        ),
      );
    });
}
