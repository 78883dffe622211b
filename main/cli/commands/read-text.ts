/** Reads what a command names: a file, from the folder that the command was started in, or standard input for `-`. */
import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { constants } from 'node:fs';
import { resolve } from 'node:path';
import { CompanionError } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { shown } from './render.ts';

const MAX_BYTES = 8 * 1024 * 1024;

function unreadable(name: string, problem: string): CompanionError {
  return new CompanionError(
    'E_FILE',
    `${name === '-' ? 'Standard input' : `The file "${shown(name)}"`} ${problem}.`,
    'Name a text file of at most 8 MiB, or "-" for standard input; nothing was changed.',
    { exitCode: 2 },
  );
}

async function fileText(path: string, name: string): Promise<string> {
  // Without O_NONBLOCK a pipe that nobody writes to would be waited for.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw unreadable(name, code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`);
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw unreadable(name, 'is no file');
    if (stat.size > MAX_BYTES) throw unreadable(name, 'is too large');
    const bytes = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, Math.min(65_536, bytes.length - length), null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > MAX_BYTES) throw unreadable(name, 'is too large');
    const read = bytes.subarray(0, length);
    if (!isUtf8(read)) throw unreadable(name, 'is not UTF-8 text');
    return read.toString('utf8');
  } finally {
    await file.close();
  }
}

/** Throws `E_FILE`. */
export async function readText(io: CommandIo, name: string): Promise<string> {
  if (name !== '-') return fileText(resolve(io.cwd, name), name);
  const text = await io.input();
  if (Buffer.byteLength(text) > MAX_BYTES) throw unreadable(name, 'is too large');
  return text;
}
