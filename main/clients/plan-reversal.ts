import type { Node } from 'jsonc-parser';
import type { Dialect } from './adapters.ts';
import { encode, parseConfigText, type ConfigDocument } from './document.ts';
import { replaceValue } from './edit-text.ts';
import { readOwnEntry } from './entries.ts';
import { endOf, propertyOf, valueOf } from './json-tokens.ts';
import { dropBareServers, insertServer, proved, reparsed, withoutServer, type Edit, type Launcher } from './plan.ts';

// Owns: taking one change back inside a file that somebody else has changed since. Touches only keys that the change
// touched, and of those only entries that are still ours. Pure; the caller writes.

export interface Reversal {
  readonly edit: Edit | undefined;
  /** Entries that somebody else has changed since; they are left as they are. */
  readonly left: string[];
}

function sourceOf(document: ConfigDocument, value: Node): string {
  return document.text.slice(value.offset, endOf(value));
}

/**
 * Takes a change back inside a file that has changed since: each touched key returns to what it was in `earlier`.
 * @param earlier the file before the change, where there was one and it can still be read.
 */
export function planReversal(
  document: ConfigDocument,
  dialect: Dialect,
  change: Pick<Edit, 'keys' | 'createdServersKey'>,
  earlier: ConfigDocument | undefined,
  launcher: Launcher,
): Reversal {
  const left: string[] = [];
  const touched: { key: string; had: boolean }[] = [];
  let now = document;
  for (const { key, had } of change.keys) {
    const property = propertyOf(now.servers, key);
    const formerProperty = had ? propertyOf(earlier?.servers, key) : undefined;
    const former = formerProperty === undefined ? undefined : valueOf(formerProperty);
    const text = revertKey(now, key, property, had, former, earlier, launcher);
    if (text === undefined) {
      if (property !== undefined && readOwnEntry(property, launcher) === undefined) left.push(key);
      continue;
    }
    touched.push({ key, had: property !== undefined });
    now = reparsed(text, dialect, document.bom);
  }
  if (touched.length === 0) return { edit: undefined, left };
  const text = change.createdServersKey ? dropBareServers(now) : now.text;
  proved(
    document,
    text,
    dialect,
    touched.map(({ key }) => key),
  );
  const createdServersKey = document.servers === undefined;
  return { edit: { bytes: encode(text, document.bom), keys: touched, createdServersKey }, left };
}

/** The text with one key as it was, or undefined when there is nothing to do, or nothing that may be done. */
function revertKey(
  now: ConfigDocument,
  key: string,
  property: Node | undefined,
  had: boolean,
  former: Node | undefined,
  earlier: ConfigDocument | undefined,
  launcher: Launcher,
): string | undefined {
  if (property === undefined) {
    if (former === undefined || earlier === undefined) return undefined;
    const text = insertServer(now, key, null);
    const inserted = parseConfigText(text, 'jsonc');
    const place = inserted.kind === 'ok' ? propertyOf(inserted.servers, key) : undefined;
    const value = place === undefined ? undefined : valueOf(place);
    return value === undefined ? undefined : replaceValue(text, value, sourceOf(earlier, former));
  }
  if (readOwnEntry(property, launcher) === undefined) return undefined;
  if (!had) return withoutServer(now, key);
  const value = valueOf(property);
  if (former === undefined || earlier === undefined || value === undefined) return undefined;
  const source = sourceOf(earlier, former);
  return source === sourceOf(now, value) ? undefined : replaceValue(now.text, value, source);
}
