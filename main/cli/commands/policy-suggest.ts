import type { Command } from 'commander';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { collect, jsonOption, yesOption } from './option-values.ts';
import { lastWeek, sinceOption } from './period.ts';
import { many, suggestionText } from './policy-text.ts';
import { hang, json } from './render.ts';

interface SuggestOptions {
  readonly since?: string;
  readonly connector?: readonly string[];
  readonly apply?: true;
  readonly yes?: true;
  readonly json?: true;
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
      const before = await io.call('policy.list', {});
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
      const after = await io.call('policy.list', {});
      const had = new Set(before.map(({ id }) => id));
      const has = new Set(after.map(({ id }) => id));
      const gone = before.filter(({ id }) => !has.has(id)).length;
      const back = after.filter(({ id }) => !had.has(id)).length;
      io.out(
        hang(
          '',
          `As before the suggestion: ${many(gone, 'rule')} went, ${back} came back, ${done.rules} are in force. Denials and questions added since stay.`,
        ),
      );
    });
}
