import type { Command } from 'commander';
import { CompanionError, type OperationInput } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { jsonOption } from './option-values.ts';
import { lastWeek, sinceOption } from './period.ts';
import { readRuleSet } from './policy-files.ts';
import { explanationText, replayText } from './policy-text.ts';
import { readText } from './read-text.ts';
import { json } from './render.ts';

type Subject = OperationInput<'policy.explain'>['subject'];

interface ExplainOptions {
  readonly arguments?: string;
  readonly resource?: string;
  readonly prompt?: string;
  readonly client?: string;
  readonly json?: true;
}

function subjectOf(tool: string | undefined, args: string, { resource, prompt }: ExplainOptions): Subject {
  if (tool !== undefined && resource === undefined && prompt === undefined) return { tool, arguments: args };
  if (tool === undefined && resource !== undefined && prompt === undefined) return { resource };
  if (tool === undefined && resource === undefined && prompt !== undefined) return { prompt, arguments: args };
  throw new CompanionError(
    'E_USAGE',
    'One thing at a time is explained.',
    'Name a tool, or give --resource <address> or --prompt <name>.',
    { exitCode: 2 },
  );
}

export function addPolicyExplainCommands(policy: Command, io: CommandIo): void {
  policy
    .command('explain <connector> [tool]')
    .usage('<connector> <tool> [options]')
    .description('what would be decided about a call, by which rule, and what every other rule says of it')
    .option('--arguments <json>', 'what it is called with, as JSON, or "-" for standard input')
    .option('--resource <address>', 'instead of a tool: a resource that is read')
    .option('--prompt <name>', 'instead of a tool: a prompt')
    .option('--client <name>', 'who calls')
    .addOption(jsonOption())
    .action(async (connector: string, tool: string | undefined, options: ExplainOptions) => {
      const given = options.arguments === '-' ? await readText(io, '-') : options.arguments;
      const explanation = await io.call('policy.explain', {
        connector,
        subject: subjectOf(tool, given ?? '{}', options),
        ...(options.client === undefined ? {} : { client: options.client }),
      });
      io.out(options.json === true ? json(explanation) : explanationText(explanation));
    });

  policy
    .command('replay <file>')
    .description('which recorded calls would be decided otherwise under the rules of a file, call by call')
    .addOption(sinceOption())
    .addOption(jsonOption())
    .action(async (file: string, options: { since?: string; json?: true }) => {
      const set = await readRuleSet(io, file);
      const report = await io.call('policy.replay', { set, since: options.since ?? lastWeek() });
      io.out(options.json === true ? json(report) : replayText(report));
    });
}
