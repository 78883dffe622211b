import { Option, type Command } from 'commander';
import { CompanionError, NewChain, TaintLabel } from '../../../preload/contract/index.ts';
import { inputProblem } from '../../operations/input-problem.ts';
import { chainSentence } from '../../policy/sentence.ts';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { wholeChain } from './policy-whole.ts';
import { hang, json, shown } from './render.ts';

interface ChainOptions {
  readonly after: readonly string[];
  readonly before: readonly string[];
  readonly holding: TaintLabel;
  readonly deny?: true;
  readonly note?: string;
  readonly json?: true;
}

const HOLDING =
  'anything: any result; secret: the guard found a secret, canary or personal number in it; injection: orders, hidden text, or what could not be looked at';

/** A connector and a tool of it, as two words. */
function place(words: readonly string[], option: string): { readonly connector: string; readonly tool: string } {
  const [connector, tool, ...more] = words;
  if (connector !== undefined && tool !== undefined && more.length === 0) return { connector, tool };
  throw new CompanionError(
    'E_USAGE',
    `${option} takes a connector and a tool.`,
    `Give them as two words, such as ${option} files 'read_*'; quote patterns.`,
    { exitCode: 2 },
  );
}

export function addPolicyChainCommands(policy: Command, io: CommandIo): void {
  const chain = policy.command('chain').description('what is asked about only after a certain result');

  chain
    .command('add')
    .description('after a result of one tool, ask before another one is called, or deny it')
    .requiredOption('--after <connector-and-tool...>', 'whose result, as two words; "*" and "?" match')
    .requiredOption('--before <connector-and-tool...>', 'which call, as two words')
    .addOption(new Option('--holding <what>', HOLDING).choices(TaintLabel.options).default('anything'))
    .option('--deny', 'deny instead of asking')
    .option('--note <text>', 'why, for people')
    .addOption(jsonOption())
    .action(async (options: ChainOptions) => {
      const { success, data, error } = NewChain.safeParse({
        effect: options.deny === true ? 'deny' : 'ask',
        after: { ...place(options.after, '--after'), holding: options.holding },
        before: place(options.before, '--before'),
        ...(options.note === undefined ? {} : { note: options.note }),
      });
      if (!success)
        throw new CompanionError('E_INPUT', `${inputProblem(error)}.`, 'See "runlayer policy chain add --help".', {
          exitCode: 2,
        });
      const added = await io.call('policy.addChain', data);
      io.out(options.json === true ? json(added) : hang('', `Chain ${added.id}: ${chainSentence(added)}`));
    });

  chain
    .command('list')
    .description('all chains, one sentence each')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const chains = await io.call('policy.chains', {});
      if (options.json === true) io.out(json(chains));
      else if (chains.length === 0) io.out('No chains: each call is decided by itself.\n');
      else io.out(chains.map((one) => hang(`${shown(one.id)}  `, chainSentence(one))).join(''));
    });

  chain
    .command('remove <id>')
    .description('remove a chain')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (id: string, options: { yes?: true; json?: true }) => {
      const found = (await io.call('policy.chains', {})).find((candidate) => candidate.id === id);
      if (found === undefined)
        throw new CompanionError(
          'E_CHAIN_UNKNOWN',
          `There is no chain "${shown(id.slice(0, 64))}".`,
          'See the chains with "runlayer policy chain list".',
          { exitCode: 2 },
        );
      const question = `Remove the chain: ${wholeChain(found)}`;
      const removed = await callAsking(
        io,
        { name: 'policy.removeChain', input: { id } },
        question,
        options.yes === true,
      );
      io.out(options.json === true ? json(removed) : `Removed chain ${removed.id}.\n`);
    });
}
