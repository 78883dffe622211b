import type { Command } from 'commander';
import type { Effect } from '../../../preload/contract/index.ts';
import { globMatches } from '../../policy/glob.ts';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { json, shown, table } from './render.ts';

/** An ask rule weakens where a connector denies by default. */
const QUESTION: Readonly<Record<Effect, string>> = {
  allow: 'Allow every call of',
  ask: 'Ask instead of denying each call of',
  deny: 'Deny every call of',
};

export function addPolicyCommands(program: Command, io: CommandIo): void {
  const policy = program.command('policy').description('rules about tools; deny wins over ask, ask over allow');
  const add = (effect: Effect, text: string): void => {
    policy
      .command(`${effect} <connector> <tool>`)
      .usage(`<connector> '<tool>' [options]`)
      .description(text)
      .addOption(yesOption())
      .addOption(jsonOption())
      .action(async (connector: string, tool: string, options: { yes?: true; json?: true }) => {
        const rule = await callAsking(
          io,
          { name: 'policy.add', input: { effect, connector, tool } },
          `${QUESTION[effect]} "${tool}" on "${connector}"?`,
          options.yes === true,
        );
        if (options.json === true) {
          io.out(json(rule));
          return;
        }
        io.out(`Rule ${rule.id}: ${rule.effect} "${shown(rule.tool)}" on "${shown(rule.connector)}".\n`);
        const connectors = await io.call('connectors.list', {});
        if (!connectors.some((one) => globMatches(rule.connector, one.name)))
          io.out('No connector has such a name yet; see "runlayer connectors list".\n');
      });
  };
  add('allow', 'let a tool be called without asking ("*" and "?" match; quote them)');
  add('ask', 'make each call of a tool wait for a person');
  add('deny', 'hide a tool and refuse every call of it');

  policy
    .command('list')
    .description('all rules')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const rules = await io.call('policy.list', {});
      if (options.json === true) io.out(json(rules));
      else if (rules.length === 0) io.out('No rules: each connector does what its default says.\n');
      else
        io.out(
          table(
            ['ID', 'EFFECT', 'CONNECTOR', 'TOOL'],
            rules.map((rule) => [rule.id, rule.effect, rule.connector, rule.tool]),
          ),
        );
    });

  policy
    .command('remove <id>')
    .description('remove a rule')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (id: string, options: { yes?: true; json?: true }) => {
      const rule = (await io.call('policy.list', {})).find((candidate) => candidate.id === id);
      const removed = await callAsking(
        io,
        { name: 'policy.remove', input: { id } },
        `Remove the rule "${rule?.effect ?? ''} ${rule?.tool ?? ''} on ${rule?.connector ?? ''}"?`,
        options.yes === true,
      );
      io.out(options.json === true ? json(removed) : `Removed rule ${removed.id}.\n`);
    });
}
