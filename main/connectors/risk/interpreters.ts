import { inlineCode, isRelativePath, programName, readOptions, relativePath, type Finding } from './arguments.ts';
import { isShell, readShell, type InterpreterReading } from './shells.ts';

/** Interpreters: code in the command line, and scripts by relative path or from the network. */

interface Interpreter {
  /** Options whose value is code. */
  readonly code: readonly string[];
  readonly withValue: readonly string[];
  /** Options that name what is run instead of a script (`python -m`). */
  readonly module?: readonly string[];
  /** Options that load a file before the script. */
  readonly preload?: readonly string[];
  readonly clusters: boolean;
  /** Letters of a cluster that swallow the rest of it (`-i.bak`). */
  readonly attached?: readonly string[];
  /** Words before the script: `deno run`, `java -jar` has none. */
  readonly subcommands?: readonly string[];
}

const NODE: Interpreter = {
  code: ['-e', '--eval', '-p', '--print', '-pe'],
  withValue: [
    '-C',
    '--conditions',
    '--env-file',
    '--env-file-if-exists',
    '--title',
    '--icu-data-dir',
    '--inspect-port',
  ],
  preload: ['-r', '--require', '--import', '--loader', '--experimental-loader'],
  clusters: false,
};
const PYTHON: Interpreter = { code: ['-c'], withValue: ['-W', '-X'], module: ['-m'], clusters: true };

const INTERPRETERS: Readonly<Record<string, Interpreter>> = {
  node: NODE,
  nodejs: NODE,
  tsx: NODE,
  'ts-node': NODE,
  electron: NODE,
  bun: {
    ...NODE,
    withValue: [...NODE.withValue, '--cwd', '-c', '--config'],
    preload: ['-r', '--preload'],
    subcommands: ['run'],
  },
  deno: {
    code: [],
    withValue: ['-c', '--config', '--import-map', '--cert', '-L', '--log-level'],
    clusters: false,
    subcommands: ['run'],
  },
  python: PYTHON,
  pypy: PYTHON,
  pythonw: PYTHON,
  py: PYTHON,
  perl: {
    code: ['-e', '-E'],
    withValue: ['-I', '-M', '-m'],
    attached: ['-i', '-x', '-D', '-V', '-F', '-M', '-m'],
    clusters: true,
  },
  ruby: {
    code: ['-e'],
    withValue: ['-I', '-r', '-C', '-E'],
    attached: ['-i', '-x', '-K', '-T', '-W', '-F'],
    clusters: true,
  },
  php: {
    code: ['-r', '--run', '-R', '-B', '-E', '--process-code', '--process-begin', '--process-end'],
    withValue: ['-c', '-d', '-f', '-z', '-t', '-S'],
    clusters: true,
  },
  lua: { code: ['-e'], withValue: ['-l'], clusters: true },
  luajit: { code: ['-e'], withValue: ['-l', '-j', '-O'], clusters: true },
  rscript: { code: ['-e'], withValue: [], clusters: false },
  osascript: { code: ['-e'], withValue: ['-l', '-s'], clusters: true },
  elixir: { code: ['-e', '--eval', '--rpc-eval'], withValue: ['-r', '-pa', '-pz', '--erl'], clusters: false },
  groovy: { code: ['-e'], withValue: ['-cp', '--classpath'], clusters: false },
  julia: {
    code: ['-e', '-E', '--eval', '--print'],
    withValue: ['-J', '-C', '-t', '-p', '-L', '--project'],
    clusters: false,
  },
  java: {
    code: [],
    withValue: ['-cp', '-classpath', '--class-path', '-p', '--module-path', '--add-modules'],
    module: ['-m', '--module'],
    clusters: false,
  },
  dotnet: { code: [], withValue: ['--additionalprobingpath', '--fx-version'], clusters: false, subcommands: ['exec'] },
};

/** `python3.12` and `lua5.4` are python and lua. */
function interpreterOf(name: string): Interpreter | undefined {
  const plain = name.replace(/-?\d+(?:\.\d+)*t?$/, '');
  return Object.hasOwn(INTERPRETERS, name)
    ? INTERPRETERS[name]
    : Object.hasOwn(INTERPRETERS, plain)
      ? INTERPRETERS[plain]
      : undefined;
}

export function isInterpreter(name: string): boolean {
  return isShell(name) || interpreterOf(name) !== undefined;
}

/** Undefined when the program is no shell or interpreter. `fixedCwd`: a relative path always means the same file. */
export function readInterpreter(argv: readonly string[], fixedCwd: boolean): InterpreterReading | undefined {
  const name = programName(argv[0] ?? '');
  const args = argv.slice(1);
  const shell = readShell(name, args, fixedCwd);
  if (shell !== undefined) return shell;
  const interpreter = interpreterOf(name);
  if (interpreter === undefined) return undefined;
  if ((name === 'deno' && (args[0] === 'eval' || args[0] === 'repl')) || (name === 'php' && args[0] === '-a')) {
    return { findings: [inlineCode(args.slice(0, 2).join(' '))] };
  }
  // npm's own programs, as they are started where there is no npx: `node …/npx-cli.js pkg`.
  const cli = args.findIndex((argument) => /[/\\](?:npx|npm)-cli\.js$/.test(argument));
  return { findings: readScript(interpreter, args, fixedCwd), ...(cli < 0 ? {} : { argv: args.slice(cli) }) };
}

function readScript(interpreter: Interpreter, allArgs: readonly string[], fixedCwd: boolean): Finding[] {
  const findings: Finding[] = [];
  const values = [
    ...interpreter.code,
    ...interpreter.withValue,
    ...(interpreter.module ?? []),
    ...(interpreter.preload ?? []),
  ];
  const { clusters, attached = [] } = interpreter;
  const table = { withValue: new Set(values), clusters, attached: new Set(attached) };
  const isSubcommand = interpreter.subcommands?.includes(allArgs[0] ?? '') === true;
  const read = readOptions(isSubcommand ? allArgs.slice(1) : allArgs, table);
  let started = false;
  for (const option of read.options) {
    // Python stops reading its own options at -m and -c: what follows belongs to the module.
    if (started && interpreter === PYTHON) break;
    if (interpreter.code.includes(option.name)) findings.push(inlineCode(option.evidence));
    if (interpreter.code.includes(option.name) || interpreter.module?.includes(option.name) === true) started = true;
    const preloaded = interpreter.preload?.includes(option.name) === true ? option.value : undefined;
    if (preloaded !== undefined) findings.push(...readPreload(preloaded, option.evidence, fixedCwd));
  }
  const script = started ? undefined : read.rest[0];
  if (script === undefined || script === '-') return findings;
  if (/^(?:https?|ftp):\/\//i.test(script)) {
    findings.push({
      code: 'remote_source',
      evidence: script,
      text: 'The program is fetched from this address at each start: whoever controls it decides what runs here.',
    });
  } else if (!fixedCwd && isRelativePath(script) && looksLikeFile(script)) {
    findings.push(relativePath(script));
  }
  return findings;
}

function readPreload(value: string, evidence: string, fixedCwd: boolean): Finding[] {
  if (/^data:/i.test(value)) return [inlineCode(evidence)];
  return !fixedCwd && /^\.{1,2}[/\\]/.test(value) ? [relativePath(value)] : [];
}

/** `deno run npm:x` is a package, `bun run start` a script of package.json; both are told elsewhere or by their cwd. */
function looksLikeFile(script: string): boolean {
  return !/^(?:npm|jsr|node):/.test(script);
}
