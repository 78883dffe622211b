import type { ProgramDefinition, Risk } from '../../preload/contract/connector.ts';
import { inlineCode, isRelativePath, programName, relativePath, type Finding } from './risk/arguments.ts';
import { isContainerEngine, readContainer } from './risk/containers.ts';
import { createFindings } from './risk/findings.ts';
import { isInterpreter, readInterpreter } from './risk/interpreters.ts';
import { isPackageRunner, readPackages } from './risk/packages.ts';
import { scriptCommands } from './risk/script-words.ts';
import { secretLiterals } from './risk/secret-literals.ts';
import { unwrap } from './risk/wrappers.ts';

/**
 * Says in plain words what a person should weigh before a program may start (threats: consent before a first start);
 * http-risks.ts does it for addresses. Pure: it reads the definition and never the disk. It is advice for a yes or no,
 * not a wall: no finding never means safe, and everything is shown in full beside it.
 */

export interface RiskContext {
  /** The file that the command resolves to, symbolic links resolved. */
  readonly realPath: string;
  /** See writable-by-others.ts. */
  readonly writableByOthers: boolean;
}

/** Wrappers around wrappers, shells in shells: deeper than this is its own kind of warning. */
const MAX_DEPTH = 8;

/** Findings in the order in which they stand in the command line, each once; evidence is escaped for display. */
export function assessRisks(definition: ProgramDefinition, context: RiskContext): Risk[] {
  const fixedCwd = definition.cwd !== undefined && !isRelativePath(definition.cwd);
  const argv = [nameToRead(definition.command, context.realPath), ...definition.args];
  const { risks, add } = createFindings();

  if (/[/\\]/.test(definition.command) && isRelativePath(definition.command) && !fixedCwd) {
    const { code, evidence, text } = relativePath(definition.command);
    add(code, evidence, text);
  }
  if (definition.cwd !== undefined && !fixedCwd) {
    const { code, evidence, text } = relativePath(definition.cwd);
    add(code, evidence, text);
  }
  for (const { code, evidence, text } of assessArgv(argv, fixedCwd, 0)) add(code, evidence, text);
  for (const evidence of loadingVariables(definition.env)) {
    add('inline_code', evidence, 'This variable makes the program load other code before its own. Read what it names.');
  }
  for (const evidence of secretLiterals(definition.env, definition.args)) {
    add(
      'secret_literal',
      evidence,
      'This looks like a secret written out: it would be kept in a plain file. Store it with "runlayer secrets set" and pass it with --secret.',
    );
  }
  if (context.writableByOthers) {
    add(
      'writable_by_others',
      context.realPath,
      'Other users of this computer may replace this program, or a directory that it lies in.',
    );
  }
  return risks;
}

function isKnown(name: string): boolean {
  return unwrap([name]) !== undefined || isInterpreter(name) || isPackageRunner(name) || isContainerEngine(name);
}

/** A harmless name may be a link to something that is not: `my-server` → `/usr/bin/sudo`. */
function nameToRead(command: string, realPath: string): string {
  return !isKnown(programName(command)) && isKnown(programName(realPath)) ? realPath : command;
}

function assessArgv(argv: readonly string[], fixedCwd: boolean, depth: number): Finding[] {
  if (argv.length === 0) return [];
  if (depth >= MAX_DEPTH) return [inlineCode(argv.join(' '))];

  const unwrapped = unwrap(argv);
  if (unwrapped !== undefined) return [...unwrapped.findings, ...assessArgv(unwrapped.argv, fixedCwd, depth + 1)];

  const packages = readPackages(argv, fixedCwd);
  if (packages !== undefined) {
    return [...packages.findings, ...assessArgv(packages.inner, packages.fixedCwd, depth + 1)];
  }

  const container = readContainer(argv);
  if (container !== undefined) {
    // Inside, paths are the image's own; code in the command line is still code.
    const inner = assessArgv(container.inner, true, depth + 1).filter(
      ({ code }) => code === 'inline_code' || code === 'remote_source',
    );
    return [...container.findings, ...inner];
  }

  const interpreter = readInterpreter(argv, fixedCwd);
  if (interpreter !== undefined) {
    const commands =
      interpreter.argv !== undefined && interpreter.argv.length > 0
        ? [[...interpreter.argv]]
        : scriptCommands(interpreter.script ?? '');
    const inside = commands.flatMap((command) => assessArgv(command, fixedCwd, depth + 1));
    return [...interpreter.findings, ...inside];
  }
  return depth > 0 && /[/\\]/.test(argv[0] ?? '') && isRelativePath(argv[0] ?? '') && !fixedCwd
    ? [relativePath(argv[0] ?? '')]
    : [];
}

const ALWAYS_LOADS = new Set([
  'LD_PRELOAD',
  'LD_AUDIT',
  'DYLD_INSERT_LIBRARIES',
  'BASH_ENV',
  'DOTNET_STARTUP_HOOKS',
  'PYTHONSTARTUP',
]);
const LOADS_WITH: Readonly<Record<string, RegExp>> = {
  NODE_OPTIONS: /(?:^|\s)(?:-r|--require|--import|--loader|--experimental-loader|--inspect\S*)\b/,
  PERL5OPT: /-[Mm]/,
  RUBYOPT: /-r/,
  JAVA_TOOL_OPTIONS: /-(?:javaagent|agentlib|agentpath)/,
  _JAVA_OPTIONS: /-(?:javaagent|agentlib|agentpath)/,
  JDK_JAVA_OPTIONS: /-(?:javaagent|agentlib|agentpath)/,
};

/** Variables of the definition that load code. Memory limits in NODE_OPTIONS and the like are everyday and pass. */
function loadingVariables(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env)
    .filter(([name, value]) => {
      const pattern = Object.hasOwn(LOADS_WITH, name) ? LOADS_WITH[name] : undefined;
      return value !== '' && (ALWAYS_LOADS.has(name) || pattern?.test(value) === true);
    })
    .map(([name, value]) => `${name}=${value}`);
}
