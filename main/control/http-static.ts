/**
 * Owns the interface's files: reads every one at start and serves only those, from memory, so that no request ever
 * becomes a path on disk. A file of an unknown kind, a link or an oversized one stops the start rather than being served.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CompanionError } from '../../preload/contract/failure.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_FILES = 256;

export interface StaticFile {
  readonly body: Buffer<ArrayBuffer>;
  readonly type: string;
  readonly cacheControl: string;
}

/** Path as in a request (`/`, `/assets/index-x.js`) to file. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

function notBuilt(directory: string, cause?: unknown): CompanionError {
  return new CompanionError(
    'E_INTERFACE_MISSING',
    `The interface's files in ${directory} are missing or not as they were built.`,
    'Run "npm run build", or install the companion again.',
    cause === undefined ? {} : { cause },
  );
}

/** File names under `assets/` carry a hash of their content, everything else may change under the same name. */
function cacheControlOf(path: string): string {
  return path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store';
}

/**
 * @param directory absolute path of the built interface.
 * @throws CompanionError `E_INTERFACE_MISSING`
 */
export async function readStaticFiles(directory: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  const walk = async (folder: string, prefix: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory()) {
        await walk(join(folder, entry.name), `${path}/`);
        continue;
      }
      const type = TYPES[extname(entry.name)];
      if (!entry.isFile() || type === undefined || files.size >= MAX_FILES) throw notBuilt(directory);
      const body = await readFile(join(folder, entry.name));
      if (body.byteLength > MAX_FILE_BYTES) throw notBuilt(directory);
      files.set(path, { body, type, cacheControl: cacheControlOf(path) });
    }
  };
  try {
    await walk(directory, '/');
  } catch (cause) {
    throw cause instanceof CompanionError ? cause : notBuilt(directory, cause);
  }
  const index = files.get('/index.html');
  if (index === undefined) throw notBuilt(directory);
  files.set('/', index);
  return files;
}
