import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CompanionError, RuleSet } from '../../../preload/contract/index.ts';
import { isJsonObject } from '../../../preload/contract/json.ts';
import { inputProblem } from '../../operations/input-problem.ts';
import { importChanges, type Import } from '../../operations/policy-rules.ts';
import { strictJson } from '../../operations/strict-json.ts';
import { refuseUnusable } from '../../operations/unusable-condition.ts';
import type { CommandIo } from '../command-io.ts';
import { unknownTest } from './condition-text.ts';
import { callAsking } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { readPiped } from './policy-input.ts';
import { lintText, many, safeJson } from './policy-text.ts';
import { chainLines, ruleLines } from './policy-whole.ts';
import { readText } from './read-text.ts';
import { json, shown } from './render.ts';

/** Of the first rule whose condition has a word that is no test. */
function unknownWord(given: unknown): string | undefined {
  const rules: unknown = isJsonObject(given) ? given['rules'] : undefined;
  if (!Array.isArray(rules)) return undefined;
  for (const [at, rule] of rules.entries()) {
    const problem = isJsonObject(rule) ? unknownTest(rule['when']) : undefined;
    if (problem !== undefined) return `in "rules.${at}.when", ${problem}`;
  }
  return undefined;
}

/** A set of rules from a file or standard input, whole and strict. Throws with the place of what does not fit. */
export async function readRuleSet(io: CommandIo, name: string): Promise<RuleSet> {
  const what = name === '-' ? 'Standard input' : `The file "${shown(name)}"`;
  const given = strictJson(await (name === '-' ? readPiped(io) : readText(io, name)), what);
  const { success, data, error } = RuleSet.safeParse(given);
  if (!success) {
    throw new CompanionError(
      'E_INPUT',
      `${what} is no set of rules: ${unknownWord(given) ?? `${inputProblem(error)}.`}`,
      'Correct it; "runlayer policy export" shows how one looks. Nothing was changed.',
      { exitCode: 2 },
    );
  }
  refuseUnusable(data.rules);
  return data;
}

function changesText({ addedRules, addedChains, removedRules, removedChains }: Import): string {
  const lines = [
    ...addedRules.map((rule) => ruleLines('+ ', rule)),
    ...addedChains.map((chain) => chainLines('+ ', chain)),
    ...removedRules.map((rule) => ruleLines(`- ${shown(rule.id)} `, rule)),
    ...removedChains.map((chain) => chainLines(`- ${shown(chain.id)} `, chain)),
  ];
  return lines.length === 0 ? 'It changes nothing: all of it is there already.\n' : lines.join('');
}

interface ImportOptions {
  readonly replace?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

export function addPolicyFileCommands(policy: Command, io: CommandIo): void {
  policy
    .command('export [file]')
    .description('all rules and chains as JSON, to a new file or to the screen')
    .addOption(jsonOption())
    .action(async (file: string | undefined, options: { json?: true }) => {
      const set = await io.call('policy.export', {});
      const text = safeJson(set);
      if (file === undefined || file === '-') {
        io.out(text);
        return;
      }
      await writeFile(resolve(io.cwd, file), text, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
        throw new CompanionError(
          'E_FILE',
          code === 'EEXIST'
            ? `The file "${shown(file)}" exists already; it was not touched.`
            : `The file "${shown(file)}" cannot be written (${code}).`,
          'Name a new file in a folder that you can write to.',
          { exitCode: 2 },
        );
      });
      const summary = { rules: set.rules.length, chains: set.chains.length };
      io.out(
        options.json === true
          ? json({ file: resolve(io.cwd, file), ...summary })
          : `Wrote ${many(summary.rules, 'rule')} and ${many(summary.chains, 'chain')} to "${shown(file)}".\n`,
      );
    });

  policy
    .command('import <file>')
    .description('take in rules and chains from a file ("-": standard input), all of them or none')
    .option('--replace', 'what is there now and not in the file goes')
    .option('--dry-run', 'only say what would change')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (file: string, options: ImportOptions) => {
      const set = await readRuleSet(io, file);
      const replace = options.replace === true;
      const present = { rules: await io.call('policy.list', {}), chains: await io.call('policy.chains', {}) };
      const changes = importChanges(present, { set, replace });
      if (options.dryRun === true) {
        io.out(options.json === true ? json(changes) : changesText(changes));
        return;
      }
      if (options.json !== true) io.out(changesText(changes));
      else if (io.tty) io.err(changesText(changes));
      const question = replace ? 'Replace the rules like that?' : 'Take these in?';
      const done = await callAsking(
        io,
        { name: 'policy.import', input: { set, replace } },
        question,
        options.yes === true,
      );
      if (options.json === true) {
        io.out(json(done));
        return;
      }
      io.out(
        `Added ${many(done.rules.length, 'rule')} and ${many(done.chains.length, 'chain')}, removed ${done.removed}.\n`,
      );
      const added = new Set(done.rules.map(({ id }) => id));
      const findings = await io.call('policy.lint', {});
      io.out(lintText(findings.filter(({ rules }) => rules.some((id) => added.has(id)))));
    });

  policy
    .command('lint [file]')
    .description('rules that never match, are covered by others, or reach further than they look')
    .addOption(jsonOption())
    .action(async (file: string | undefined, options: { json?: true }) => {
      const input = file === undefined ? {} : { set: await readRuleSet(io, file) };
      const findings = await io.call('policy.lint', input);
      if (options.json === true) io.out(json(findings));
      else io.out(findings.length === 0 ? 'Nothing stands out.\n' : lintText(findings));
    });
}
