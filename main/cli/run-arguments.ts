import { CompanionError } from '../../preload/contract/index.ts';

/** The connector that `runlayer run [--client <id>] <connector>` names. @throws CompanionError E_USAGE where it names none. */
export function connectorArgument(argv: readonly string[]): string {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--client') at += 1;
    else if (!word.startsWith('--client=') && word !== '--') return word;
  }
  throw new CompanionError(
    'E_USAGE',
    'No connector is named.',
    'Write "runlayer run <connector>"; "runlayer connectors list" shows which there are.',
    { exitCode: 2 },
  );
}
