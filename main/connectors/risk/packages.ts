import {
  inlineCode,
  isRelativePath,
  programName,
  readOptions,
  relativePath,
  valuesOf,
  type Finding,
} from './arguments.ts';
import { RUNNERS, type Ecosystem, type Runner } from './package-runners.ts';

/** Package runners (npx, uvx, …): what they fetch, and whether it is always the same. */

export function isPackageRunner(name: string): boolean {
  return RUNNERS.some(([program]) => program === name);
}

export interface PackageReading {
  readonly findings: readonly Finding[];
  /** The program that is started, with its arguments: `tsx server.ts` behind npx. */
  readonly inner: readonly string[];
  /** With it, a relative path always means the same file. */
  readonly fixedCwd: boolean;
}

/** Undefined when the command line is not that of a package runner. */
export function readPackages(argv: readonly string[], fixedCwd: boolean): PackageReading | undefined {
  const name = programName(argv[0] ?? '').replace(/-cli\.js$/, '');
  if (name === 'deno') return readDeno(argv.slice(1), fixedCwd);
  for (const [program, subcommand, runner] of RUNNERS) {
    if (program !== name) continue;
    const found = afterSubcommand(argv.slice(1), subcommand, runner);
    if (found !== undefined) return findingsOf(runner, found.before, found.after, fixedCwd);
  }
  return undefined;
}

/** Options may stand before the subcommand: `npm --prefix /x exec pkg`, `uv --directory /x run …`. */
function afterSubcommand(
  args: readonly string[],
  subcommand: readonly string[],
  runner: Runner,
): { before: readonly string[]; after: readonly string[] } | undefined {
  if (subcommand.length === 0) return { before: [], after: args };
  const { rest } = readOptions(args, tableOf(runner));
  if (!subcommand.every((word, index) => rest[index] === word)) return undefined;
  return { before: args.slice(0, args.length - rest.length), after: rest.slice(subcommand.length) };
}

function tableOf(runner: Runner): { withValue: ReadonlySet<string> } {
  const { withValue, packages, extras = [], sources = [], code = [] } = runner;
  return { withValue: new Set([...withValue, ...packages, ...extras, ...sources, ...code]) };
}

function findingsOf(
  runner: Runner,
  before: readonly string[],
  after: readonly string[],
  fixedCwd: boolean,
): PackageReading {
  const later = readOptions(after, tableOf(runner));
  const read = { options: [...readOptions(before, tableOf(runner)).options, ...later.options], rest: later.rest };
  const directory = valuesOf(read, ...(runner.cwd ?? [])).at(-1)?.value;
  const fixed = fixedCwd || (directory !== undefined && !isRelativePath(directory));

  const code = valuesOf(read, ...(runner.code ?? [])).map((option) => inlineCode(option.evidence));
  const sources = valuesOf(read, ...(runner.sources ?? [])).map((option): Finding => ({
    code: 'remote_source',
    evidence: option.evidence,
    text: 'Packages come from this address instead of the public registry: whoever controls it decides what runs here.',
  }));
  const named = valuesOf(read, ...runner.packages);
  const operand = named.length === 0 && code.length === 0 ? read.rest[0] : undefined;
  const inner = operand === undefined ? read.rest : [packageName(operand), ...read.rest.slice(1)];
  const reading = { inner: runner.operandIsLocal === true ? read.rest : inner, fixedCwd: fixed };
  if (read.options.some((option) => runner.offline?.includes(option.name) === true)) {
    return { ...reading, findings: [...code, ...sources] };
  }

  const specs = [...named, ...valuesOf(read, ...(runner.extras ?? []))]
    .filter((option) => option.name !== '--with-requirements')
    .flatMap(({ value = '' }) => (runner.ecosystem === 'python' ? splitRequirements(value) : [value]));
  const first =
    operand === undefined
      ? []
      : runner.operandIsLocal === true
        ? localFindings(operand, fixed)
        : specFindings(runner.ecosystem, operand, fixed);
  return {
    ...reading,
    findings: [...code, ...sources, ...first, ...specs.flatMap((spec) => specFindings(runner.ecosystem, spec, fixed))],
  };
}

/** `@scope/tsx@4.0.0` is started as `tsx`. */
function packageName(spec: string): string {
  return (spec.split('/').at(-1) ?? spec).replace(/(?:@|==).*$/s, '');
}

function localFindings(operand: string, fixedCwd: boolean): Finding[] {
  if (/^https?:\/\//i.test(operand)) return [remote(operand)];
  return !fixedCwd && isRelativePath(operand) && /[/\\]|\.py$/.test(operand) ? [relativePath(operand)] : [];
}

/** `--with a==1,b==2` is two packages, `--with "a>=1,<2"` is one. */
function splitRequirements(value: string): string[] {
  return value.split(/,(?=\s*[A-Za-z])/).map((spec) => spec.trim());
}

function specFindings(ecosystem: Ecosystem, spec: string, fixedCwd: boolean): Finding[] {
  if (spec === '') return [];
  if (isRemote(ecosystem, spec)) return [remote(spec)];
  const file = spec.replace(/^file:(?:\/\/)?/, '');
  if (
    file !== spec ||
    /^(?:\.{1,2}(?:[/\\#]|$)|[/\\~]|[A-Za-z]:[/\\])/.test(spec) ||
    /\.(?:whl|tgz|tar\.gz|py|go)$/i.test(spec)
  ) {
    return !fixedCwd && isRelativePath(file) ? [relativePath(spec)] : [];
  }
  return isExact(ecosystem, spec) ? [] : [unpinned(spec)];
}

function isRemote(ecosystem: Ecosystem, spec: string): boolean {
  if (/^(?:git|git\+[a-z]+|https?|ssh|ftp|hg\+[a-z]+|svn\+[a-z]+|bzr\+[a-z]+):/i.test(spec) || /^git@/i.test(spec))
    return true;
  if (/^(?:github|gitlab|bitbucket|gist|sourcehut):/i.test(spec)) return true;
  if (ecosystem === 'python') return /^[\w.-]+(?:\[[^\]]*\])?\s*@\s*(?:git\+|https?:|ssh:)/i.test(spec);
  // `name@https://…`, and GitHub's short form `user/repository`.
  if (ecosystem === 'npm')
    return /@(?:https?:|git[+:]|github:)/i.test(spec) || /^[A-Za-z0-9_-][\w.-]*\/[\w.-]+(?:#.*)?$/.test(spec);
  return ecosystem === 'nix' && /^(?:tarball\+|path:https?|sourcehut:)/.test(spec);
}

/** `name==1.2.3`, `name[extra]==1.2rc1.post2.dev3`, `name@1.2`: one version, no wildcard, no range. */
const PEP_440 =
  /^[\w.-]+(?:\[[^\]]*\])?\s*(?:@|={2,3})\s*v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:alpha|beta|preview|pre|rc|a|b|c)[-_.]?\d*)?(?:[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?(?:\+[A-Za-z0-9.]+)?$/;

function isExact(ecosystem: Ecosystem, spec: string): boolean {
  switch (ecosystem) {
    case 'npm': {
      // The version is behind the last @ that is not the scope's; an alias (`a@npm:b@1.2.3`) carries its own.
      const at = spec.lastIndexOf('@');
      return at > 0 && /^[=v]?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.test(spec.slice(at + 1));
    }
    case 'python':
      return PEP_440.test(spec);
    case 'go':
      return /@v\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?$/.test(spec) || !/^[\w-]+\.[\w.-]+\//.test(spec);
    case 'nix':
      return false;
  }
}

/** `deno run npm:x@1`, `deno run jsr:@a/b`. */
function readDeno(args: readonly string[], fixedCwd: boolean): PackageReading | undefined {
  const spec = args.find((argument) => /^(?:npm|jsr):/.test(argument));
  if (spec === undefined) return undefined;
  const name = spec.replace(/^(?:npm|jsr):\/?/, '').replace(/(.@[^/]*)\/.*$/, '$1');
  return { findings: isExact('npm', name) ? [] : [unpinned(spec)], inner: [], fixedCwd };
}

function remote(spec: string): Finding {
  return {
    code: 'remote_source',
    evidence: spec,
    text: 'It is fetched from this place and not from a package registry: whoever controls it can change what runs here.',
  };
}

function unpinned(spec: string): Finding {
  return {
    code: 'unpinned_package',
    evidence: spec,
    text: 'No exact version is named, so each start may download and run something newer than what you agree to now. Name one, such as name@1.2.3.',
  };
}
