/**
 * `~/.runlayer/config.yaml` of the official command line, read for one thing: which tenant is meant where none is named. It is
 * never written, its keys are never read, and a file that is odd in any way names nothing.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { isScalar, parseDocument, type Document } from 'yaml';
import { hostOf } from './tenant-host.ts';

const MAX_BYTES = 64 * 1024;

/** A link is followed only where it is ours or root's, and so is what it leads to. */
function ownText(path: string, uid: number | undefined): string | undefined {
  const isOurs = (owner: number): boolean => uid === undefined || owner === uid || owner === 0;
  let file: number | undefined;
  try {
    if (!isOurs(lstatSync(path).uid)) return undefined;
    // A pipe in its place must not make anybody wait.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > MAX_BYTES || !isOurs(stat.uid)) return undefined;
    const bytes = readFileSync(file);
    return bytes.length <= MAX_BYTES && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A text that stands there as it is: no alias, no tag, nothing that is made of another place. */
function textAt(document: Document.Parsed, path: readonly string[]): string | undefined {
  const node: unknown = document.getIn(path, true);
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
}

/**
 * The origin that it names, or undefined.
 * @param uid of this user; undefined where files have no such owner (Windows).
 */
export function officialDefaultHost(home: string, uid: number | undefined = process.getuid?.()): string | undefined {
  const text = ownText(join(home, '.runlayer', 'config.yaml'), uid);
  if (text === undefined) return undefined;
  try {
    // Failsafe: every scalar is a text, and nothing is ever built from a tag.
    const document = parseDocument(text, { schema: 'failsafe', strict: true, uniqueKeys: true, logLevel: 'error' });
    if (document.errors.length > 0) return undefined;
    const name = textAt(document, ['default_host']);
    if (name === undefined) return undefined;
    return hostOf(textAt(document, ['hosts', name, 'url']) ?? name);
  } catch {
    return undefined;
  }
}
