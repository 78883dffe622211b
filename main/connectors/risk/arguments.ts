/** Reading of command lines of other programs: enough of each one's options to know which argument means what. */

export interface OptionTable {
  /** Options that take the next argument as their value (`-p`, `--package`). */
  readonly withValue: ReadonlySet<string>;
  /** Whether one dash starts a cluster of one-letter options (`-itv`); programs with `-long` options say no. */
  readonly clusters?: boolean;
  /** Letters of a cluster whose value, if any, is the rest of it and never the next argument (`perl -i.bak`). */
  readonly attached?: ReadonlySet<string>;
}

export interface ReadOption {
  /** As written, without a value: `--package`, `-p`. */
  readonly name: string;
  /** After `=`, in the rest of a cluster, or the next argument; undefined for a flag. */
  readonly value: string | undefined;
  /** The arguments as they stand, to show. */
  readonly evidence: string;
}

export interface ReadArguments {
  readonly options: readonly ReadOption[];
  /** What is left from the first argument that is not an option. */
  readonly rest: readonly string[];
}

/** Reads options up to the first argument that is none, or to `--`, which is passed over. */
export function readOptions(args: readonly string[], table: OptionTable): ReadArguments {
  const options: ReadOption[] = [];
  let at = 0;
  while (at < args.length) {
    const argument = args[at] ?? '';
    if (argument === '--') return { options, rest: args.slice(at + 1) };
    if (!argument.startsWith('-') || argument === '-') break;
    at += 1;
    const equals = argument.indexOf('=');
    if (argument.startsWith('--') && equals > 0) {
      options.push({ name: argument.slice(0, equals), value: argument.slice(equals + 1), evidence: argument });
    } else if (table.clusters === true && /^-[^-]./.test(argument)) {
      at += readCluster(argument, args[at], table, options);
    } else if (table.withValue.has(argument)) {
      const value = args[at];
      at += 1;
      options.push({ name: argument, value, evidence: value === undefined ? argument : `${argument} ${value}` });
    } else {
      options.push({ name: argument, value: undefined, evidence: argument });
    }
  }
  return { options, rest: args.slice(at) };
}

/** `-itv /a:/b`, `-v/a:/b`, `-e=X`: returns how many further arguments it took. */
function readCluster(argument: string, next: string | undefined, table: OptionTable, into: ReadOption[]): number {
  for (let index = 1; index < argument.length; index += 1) {
    const name = `-${argument.charAt(index)}`;
    if (table.attached?.has(name) === true) {
      into.push({ name, value: argument.slice(index + 1), evidence: argument });
      return 0;
    }
    if (!table.withValue.has(name)) {
      into.push({ name, value: undefined, evidence: argument });
      continue;
    }
    const attached = argument.slice(index + 1).replace(/^=/, '');
    if (attached !== '') {
      into.push({ name, value: attached, evidence: argument });
      return 0;
    }
    into.push({ name, value: next, evidence: next === undefined ? argument : `${argument} ${next}` });
    return 1;
  }
  return 0;
}

/** Values of every option with one of these names. */
export function valuesOf(read: ReadArguments, ...names: readonly string[]): ReadOption[] {
  return read.options.filter((option) => names.includes(option.name) && option.value !== undefined);
}

/** `/usr/bin/Python3.12` → `python3.12`, `C:\x\npx.CMD` → `npx`: the name by which a program is known. */
export function programName(path: string): string {
  const last = path.split(/[/\\]/).at(-1) ?? path;
  return last.toLowerCase().replace(/\.(?:exe|cmd|bat|com|ps1)$/, '');
}

/** Whether a path depends on where the program happens to be started. A bare name does, as a script's argument. */
export function isRelativePath(path: string): boolean {
  return !/^(?:[/\\]|[A-Za-z]:[/\\]|[a-z][a-z0-9+.-]*:\/\/)/i.test(path);
}

/** The sort of finding that the readers in this folder make; `risks.ts` turns it into a Risk. */
export interface Finding {
  readonly code:
    | 'elevated'
    | 'inline_code'
    | 'shell'
    | 'unpinned_package'
    | 'remote_source'
    | 'container_mount'
    | 'container_privileged'
    | 'relative_path';
  readonly evidence: string;
  readonly text: string;
}

export function relativePath(path: string): Finding {
  return {
    code: 'relative_path',
    evidence: path,
    text: 'This path is relative: which file it means depends on the directory that the client starts in, so a repository could put its own there.',
  };
}

export function inlineCode(evidence: string): Finding {
  return {
    code: 'inline_code',
    evidence,
    text: 'Program code stands in the command line itself and is run as it is. Read all of it.',
  };
}
