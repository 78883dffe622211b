/**
 * Tells when somebody writes a client's file. Looks at its time and size every few seconds rather than asking the system for
 * each event: a client that writes a hundred times a second is told of once, and a file that comes, goes or is renamed over
 * needs no care of its own.
 */
import { unwatchFile, watchFile, type Stats } from 'node:fs';

const EVERY_MS = 2000;

/** Answers what ends it. */
export function watchClientFiles(paths: readonly string[], changed: () => void, everyMs = EVERY_MS): () => void {
  const listener = (now: Stats, before: Stats): void => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) changed();
  };
  for (const path of paths) watchFile(path, { interval: everyMs, persistent: false }, listener);
  return () => {
    for (const path of paths) unwatchFile(path, listener);
  };
}
