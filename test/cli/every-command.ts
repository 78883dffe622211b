import type { Command } from 'commander';

/** Every command without subcommands, as it is typed. */
export function leaves(program: Command): string[] {
  return every(program)
    .filter(([, command]) => command.commands.length === 0)
    .map(([name]) => name);
}

/** Every command below this one, groups too. */
export function every(command: Command, path: readonly string[] = []): (readonly [string, Command])[] {
  return command.commands.flatMap((child) => {
    const words = [...path, child.name()];
    return [[words.join(' '), child] as const, ...every(child, words)];
  });
}
