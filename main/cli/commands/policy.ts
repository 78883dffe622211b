import type { Command } from 'commander';
import type { Effect } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { confirm } from './confirm.ts';
import { json, table } from './render.ts';

export function addPolicyCommands(program: Command, io: CommandIo): void {
  const policy = program.command('policy').description('rules about tools; deny wins over ask, ask over allow');
  const add = (effect: Effect, text: string): void => {
    policy
      .command(`${effect} <connector> <tool>`)
      .usage(`<connector> '<tool>' [options]`)
      .description(text)
      .option('-y, --yes', 'answer the question with yes')
      .option('--json', 'print one JSON document')
      .action(async (connector: string, tool: string, options: { yes?: true; json?: true }) => {
        if (effect === 'allow')
          await confirm(io, `Allow every call of "${tool}" on "${connector}"?`, options.yes === true);
        const call = effect === 'allow' || options.yes === true ? io.callConfirmed : io.call;
        const rule = await call('policy.add', { effect, connector, tool });
        io.out(
          options.json === true
            ? json(rule)
            : `Rule ${rule.id}: ${rule.effect} "${rule.tool}" on "${rule.connector}".\n`,
        );
      });
  };
  add('allow', 'let a tool be called without asking ("*" and "?" match; quote them)');
  add('ask', 'make each call of a tool wait for a person');
  add('deny', 'hide a tool and refuse every call of it');

  policy
    .command('list')
    .description('all rules')
    .option('--json', 'print one JSON document')
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
    .option('-y, --yes', 'answer the question with yes')
    .action(async (id: string, options: { yes?: true }) => {
      const rule = (await io.call('policy.list', {})).find((candidate) => candidate.id === id);
      const weakens = rule !== undefined && rule.effect !== 'allow';
      if (weakens)
        await confirm(io, `Remove the rule "${rule.effect} ${rule.tool} on ${rule.connector}"?`, options.yes === true);
      const removed = await (weakens ? io.callConfirmed : io.call)('policy.remove', { id });
      io.out(`Removed rule ${removed.id}.\n`);
    });
}
