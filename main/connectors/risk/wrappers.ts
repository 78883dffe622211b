import { inlineCode, programName, readOptions, type Finding } from './arguments.ts';

/** Programs that start another program which their own arguments name. */

export interface Unwrapped {
  /** What the wrapper starts; empty when it names nothing. */
  readonly argv: readonly string[];
  readonly findings: readonly Finding[];
}

interface Wrapper {
  readonly withValue: readonly string[];
  /** Arguments of its own before the program: `timeout 10 program`. */
  readonly operands?: number;
  readonly clusters?: boolean;
}

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  nohup: { withValue: [] },
  setsid: { withValue: [] },
  nice: { withValue: ['-n', '--adjustment'] },
  ionice: { withValue: ['-c', '-n', '--class', '--classdata'] },
  chrt: { withValue: ['-T', '-P', '-D'], operands: 1 },
  taskset: { withValue: [], operands: 1 },
  timeout: { withValue: ['-s', '-k', '--signal', '--kill-after'], operands: 1 },
  gtimeout: { withValue: ['-s', '-k', '--signal', '--kill-after'], operands: 1 },
  stdbuf: { withValue: ['-i', '-o', '-e', '--input', '--output', '--error'] },
  time: { withValue: ['-f', '-o', '--format', '--output'] },
  unbuffer: { withValue: [] },
  caffeinate: { withValue: ['-t', '-w'] },
  firejail: { withValue: [] },
  busybox: { withValue: [] },
  toybox: { withValue: [] },
  xargs: {
    withValue: [
      '-I',
      '-n',
      '-P',
      '-L',
      '-d',
      '-E',
      '-s',
      '-a',
      '--max-args',
      '--max-procs',
      '--delimiter',
      '--arg-file',
    ],
    clusters: true,
  },
  chroot: { withValue: [], operands: 1 },
  unshare: { withValue: [] },
  nsenter: { withValue: ['-t', '--target'] },
};

/** They hand over more rights than the person's own. */
const ELEVATORS: Readonly<Record<string, Wrapper>> = {
  sudo: {
    withValue: [
      '-u',
      '-g',
      '-h',
      '-p',
      '-C',
      '-T',
      '-R',
      '-D',
      '-r',
      '-t',
      '--user',
      '--group',
      '--host',
      '--prompt',
      '--chdir',
      '--chroot',
    ],
    clusters: true,
  },
  doas: { withValue: ['-u', '-C'], clusters: true },
  pkexec: { withValue: ['--user'] },
  gsudo: { withValue: ['-u', '--user', '-i', '--integrity'] },
  runas: { withValue: [] },
  su: { withValue: ['-c', '--command', '-s', '--shell', '-g', '-G', '-w'], clusters: true },
  runuser: { withValue: ['-c', '--command', '-s', '--shell', '-u', '--user', '-g', '-G', '-w'], clusters: true },
};

/** Looks through one wrapper; undefined when the program is none. */
export function unwrap(argv: readonly string[]): Unwrapped | undefined {
  const name = programName(argv[0] ?? '');
  const args = argv.slice(1);
  if (name === 'env' || name === 'genv' || name === 'cross-env') return unwrapEnv(args);
  const elevator = Object.hasOwn(ELEVATORS, name) ? ELEVATORS[name] : undefined;
  if (elevator !== undefined) return unwrapElevator(name, args, elevator);
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper === undefined) return undefined;
  return { argv: skip(args, wrapper).rest.slice(wrapper.operands ?? 0), findings: [] };
}

function skip(args: readonly string[], wrapper: Wrapper): ReturnType<typeof readOptions> {
  return readOptions(args, { withValue: new Set(wrapper.withValue), clusters: wrapper.clusters ?? false });
}

function unwrapElevator(name: string, args: readonly string[], wrapper: Wrapper): Unwrapped {
  const read = skip(args, wrapper);
  const elevated: Finding = {
    code: 'elevated',
    evidence: [name, ...args.slice(0, 3)].join(' '),
    text: 'It runs as another user, usually the administrator: it can change anything on this computer.',
  };
  // su reads its options behind the user's name too: `su - user -c code`.
  const takesCode = name === 'su' || name === 'runuser';
  const code = takesCode ? args.findIndex((argument) => /^(?:-[a-z]*c|--command(?:=.*)?)$/s.test(argument)) : -1;
  // su's operand is a user; sudo allows NAME=value before the program.
  const rest = name === 'su' ? [] : read.rest.slice(read.rest.findIndex((argument) => !isAssignment(argument)));
  return {
    argv: read.rest.every(isAssignment) ? [] : rest,
    findings: code < 0 ? [elevated] : [elevated, inlineCode(args.slice(code, code + 2).join(' '))],
  };
}

function isAssignment(argument: string): boolean {
  return /^[A-Za-z_]\w*=/.test(argument);
}

function unwrapEnv(args: readonly string[]): Unwrapped {
  const withValue = new Set(['-u', '-C', '-S', '-P', '--unset', '--chdir', '--split-string']);
  const read = readOptions(args, { withValue, clusters: true });
  const split = read.options.find((option) => option.name === '-S' || option.name === '--split-string');
  const words = [...(split?.value?.split(/\s+/).filter((word) => word !== '') ?? []), ...read.rest];
  const first = words.findIndex((word) => !isAssignment(word));
  return { argv: first < 0 ? [] : words.slice(first), findings: [] };
}
