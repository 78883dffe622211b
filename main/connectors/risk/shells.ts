import { inlineCode, isRelativePath, readOptions, relativePath, type Finding } from './arguments.ts';

/** Command shells: code in the command line, and scripts. */

export interface InterpreterReading {
  readonly findings: readonly Finding[];
  /** Code for a POSIX-like shell, to be looked into. */
  readonly script?: string;
  /** A program that the shell is told to start (`cmd /c npx …`). */
  readonly argv?: readonly string[];
}

const SHELLS = new Set(['sh', 'bash', 'zsh', 'dash', 'ash', 'ksh', 'mksh', 'fish', 'csh', 'tcsh', 'nu', 'xonsh']);
const POWERSHELLS = new Set(['powershell', 'pwsh', 'powershell_ise']);

export function isShell(name: string): boolean {
  return SHELLS.has(name) || POWERSHELLS.has(name) || name === 'cmd';
}

/** Undefined when the program is no shell. */
export function readShell(name: string, args: readonly string[], fixedCwd: boolean): InterpreterReading | undefined {
  if (SHELLS.has(name)) return readPosix(name, args, fixedCwd);
  if (POWERSHELLS.has(name)) return readPowershell(name, args);
  return name === 'cmd' ? readCmd(args) : undefined;
}

function readPosix(name: string, args: readonly string[], fixedCwd: boolean): InterpreterReading {
  const withValue = new Set([
    '-c',
    '-o',
    '-O',
    '+o',
    '+O',
    '--command',
    '--init-command',
    '-C',
    '--rcfile',
    '--init-file',
    '--commands',
  ]);
  // In a cluster of a POSIX shell `c` may stand anywhere (`-ec`, `-cl`); the code is the first argument after it.
  const flags = args.findIndex((argument) => !/^[-+]/.test(argument) || argument === '--');
  const limit = flags < 0 ? args.length : flags;
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    const attached = /^--(?:command|commands|init-command)=(.*)$/s.exec(argument)?.[1];
    if (attached !== undefined) return { findings: [inlineCode(argument)], script: attached };
    if (/^-[A-Za-z]*c[A-Za-z]*$/.test(argument) || /^--(?:command|commands|init-command)$/.test(argument)) {
      const code = args.slice(at + 1).find((next) => !/^[-+][A-Za-z]+$/.test(next));
      return {
        findings: [inlineCode(code === undefined ? argument : `${argument} ${code}`)],
        ...(code === undefined ? {} : { script: code }),
      };
    }
    if (at >= limit && !withValue.has(args[at - 1] ?? '')) break;
  }
  const read = readOptions(args, { withValue });
  const script = read.rest[0];
  const findings: Finding[] = [
    {
      code: 'shell',
      evidence: [name, ...args.slice(0, 2)].join(' '),
      text:
        script === undefined
          ? 'This is a command shell: it runs whatever it is sent.'
          : 'This is a shell script: what it starts is written in that file and not covered by your consent.',
    },
  ];
  if (script !== undefined && !fixedCwd && isRelativePath(script)) findings.push(relativePath(script));
  return { findings };
}

function readPowershell(name: string, args: readonly string[]): InterpreterReading {
  const valued = /^[-/](?:ex|ep|w|wo|v|if|of|o|i|config|psc|settings|custompipename|inputformat|outputformat|version)/i;
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    const option = /^(?:--?|\/)([A-Za-z]+)/.exec(argument)?.[1]?.toLowerCase();
    if (option === undefined) {
      // A bare argument is code for Windows PowerShell and a file for pwsh.
      if (name === 'pwsh' || /\.ps1$/i.test(argument)) break;
      return { findings: [inlineCode(argument)] };
    }
    const isCode = 'command'.startsWith(option) || option === 'cwa' || 'commandwithargs'.startsWith(option);
    const isEncoded = option === 'ec' || (option !== 'ex' && 'encodedcommand'.startsWith(option));
    if (isCode || isEncoded) return { findings: [inlineCode(args.slice(at).join(' '))] };
    if ('file'.startsWith(option)) break;
    if (valued.test(argument)) at += 1;
  }
  return {
    findings: [
      {
        code: 'shell',
        evidence: [name, ...args.slice(0, 2)].join(' '),
        text: 'This is a command shell: what it starts is not covered by your consent.',
      },
    ],
  };
}

function readCmd(args: readonly string[]): InterpreterReading {
  const at = args.findIndex((argument) => /^\/[ckr]/i.test(argument));
  if (at < 0) {
    return {
      findings: [{ code: 'shell', evidence: 'cmd', text: 'This is a command shell: it runs whatever it is sent.' }],
    };
  }
  const inner = args.slice(at + 1);
  const code = [args[at]?.slice(2) ?? '', ...inner].filter((word) => word !== '');
  return {
    findings: [inlineCode(`${(args[at] ?? '').slice(0, 2)} ${code.join(' ')}`)],
    script: code.join(' '),
    argv: inner,
  };
}
