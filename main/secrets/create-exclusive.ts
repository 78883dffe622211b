import { randomUUID } from 'node:crypto';
import { link, open, unlink } from 'node:fs/promises';

/**
 * Creates `path` (0600) holding `text`; false when it is already there, which is then untouched. Whole or not at all: the text
 * is synced to a file of its own first and then linked into place, so that no reader ever sees an empty file, as it could
 * between an O_EXCL open and its write.
 */
export async function createExclusive(path: string, text: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}
