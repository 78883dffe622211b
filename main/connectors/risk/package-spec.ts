/** Which package a package runner is told to run, and which version of it is asked for. */
import { programName, readOptions, valuesOf } from './arguments.ts';
import { RUNNERS, type Ecosystem, type Runner } from './package-runners.ts';

export interface PackageSpec {
  /** The runner's program: `npx`, also where npm is told to do the same. */
  readonly runner: string;
  readonly ecosystem: Ecosystem;
  readonly name: string;
  /** One exact version that is asked for, or null. */
  readonly version: string | null;
  /** Everything that is to be fetched, as it is written. */
  readonly all: readonly string[];
}

const NPM = /^((?:@[\w.~-]+\/)?[\w.~-]+)(?:@(.*))?$/s;
const PYTHON = /^([\w.-]+)(?:\[[^\]]{0,200}\])?(?:(?:@|={2,3})(.*))?$/s;
const EXACT = /^v?\d+(?:\.\d+)*[0-9A-Za-z.+-]*$/;

/** Undefined where it is no package runner, or what it runs is no package of a registry by its name. */
export function readPackageSpec(argv: readonly string[]): PackageSpec | undefined {
  const program = programName(argv[0] ?? '').replace(/-cli\.js$/, '');
  for (const [name, subcommand, runner] of RUNNERS) {
    if (name !== program || runner.operandIsLocal === true) continue;
    const pattern = runner.ecosystem === 'npm' ? NPM : runner.ecosystem === 'python' ? PYTHON : undefined;
    const all = pattern === undefined ? [] : specsOf(argv.slice(1), subcommand, runner);
    const [, packageName, version] = pattern?.exec(all[0] ?? '') ?? [];
    if (packageName === undefined) continue;
    return {
      runner: name === 'npm' ? 'npx' : name,
      ecosystem: runner.ecosystem,
      name: packageName,
      version: version !== undefined && EXACT.test(version.trim()) ? version.trim() : null,
      all,
    };
  }
  return undefined;
}

function specsOf(args: readonly string[], subcommand: readonly string[], runner: Runner): string[] {
  const { withValue, packages, extras = [], sources = [], code = [] } = runner;
  const table = { withValue: new Set([...withValue, ...packages, ...extras, ...sources, ...code]) };
  const before = subcommand.length === 0 ? { options: [], rest: args } : readOptions(args, table);
  if (!subcommand.every((word, index) => before.rest[index] === word)) return [];
  const after = readOptions(before.rest.slice(subcommand.length), table);
  const read = { options: [...before.options, ...after.options], rest: after.rest };
  const named = valuesOf(read, ...packages).map(({ value = '' }) => value);
  return named.length > 0 ? named : after.rest.slice(0, 1);
}
