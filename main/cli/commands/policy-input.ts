/** A set of rules from standard input: as large as a file of them may be, which is more than other values are. */
import { isUtf8 } from 'node:buffer';
import { CompanionError } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';

const MAX_BYTES = 8 * 1024 * 1024;

function unreadable(problem: string): CompanionError {
  return new CompanionError(
    'E_FILE',
    `Standard input ${problem}.`,
    'Give a text of at most 8 MiB; nothing was changed.',
    {
      exitCode: 2,
    },
  );
}

/** To its end. Throws `E_FILE`. */
export async function readPiped(io: Pick<CommandIo, 'pieces'>): Promise<string> {
  const held: Buffer[] = [];
  let size = 0;
  for await (const pieces of io.pieces()) {
    for (const piece of pieces) {
      held.push(piece);
      size += piece.length;
    }
    if (size > MAX_BYTES) throw unreadable('is too large');
  }
  const bytes = Buffer.concat(held);
  if (!isUtf8(bytes)) throw unreadable('is not UTF-8 text');
  return bytes.toString('utf8');
}
