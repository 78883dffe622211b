/** What a browser loads before the first page can be shown, and what it may load later. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface ScriptSizes {
  /** Gzipped bytes of the scripts that index.html loads at once: the entry and what it imports. */
  readonly initial: number;
  /** Gzipped bytes of all of them. */
  readonly all: number;
  readonly count: number;
}

export function scriptSizes(folder: string): ScriptSizes {
  const size = (path: string): number => gzipSync(readFileSync(join(folder, path))).byteLength;
  const sum = (paths: readonly string[]): number => paths.reduce((total, path) => total + size(path), 0);
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
  const every = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'));
  return { initial: sum(named), all: sum(every.map((name) => join('assets', name))), count: every.length };
}
