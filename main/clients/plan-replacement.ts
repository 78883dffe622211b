import { CompanionError } from '../../preload/contract/failure.ts';
import { serverEntry, type Dialect } from './adapters.ts';
import { encode, type ConfigDocument } from './document.ts';
import { replaceValue } from './edit-text.ts';
import { isManagedEntry } from './entries.ts';
import { propertyOf, valueOf } from './json-tokens.ts';
import { assertOwn, proved, type Edit, type Launcher } from './plan.ts';
import { printable } from './printable.ts';

// Owns: our entry in the place of somebody else's, under the same key, so that what the client remembers of that name
// stays. Nothing of the old entry is kept but whether it was switched off. Pure; the caller writes.

/**
 * The text with the server of this key started by `connector`.
 * @throws CompanionError E_CLIENT_ENTRY_UNKNOWN, E_CLIENT_ENTRY_OURS.
 */
export function planReplacement(
  document: ConfigDocument,
  dialect: Dialect,
  key: string,
  connector: string,
  launcher: Launcher,
): Edit {
  const property = propertyOf(document.servers, key);
  const value = property === undefined ? undefined : valueOf(property);
  if (property === undefined || value === undefined) throw entryUnknown(key);
  if (isManagedEntry(property, launcher)) throw entryIsOurs(key);
  const disabled = propertyOf(value, 'disabled');
  const keepsOff = disabled !== undefined && valueOf(disabled)?.value === true;
  const entry = { ...serverEntry(launcher.launcher, connector), ...(keepsOff ? { disabled: true } : {}) };
  const text = replaceValue(document.text, value, written(document.text, value.offset, entry));
  const after = proved(document, text, dialect, [key]);
  assertOwn(after, key, launcher);
  return { bytes: encode(text, document.bom), keys: [{ key, had: true }], createdServersKey: false };
}

/** In the layout of the line that the old value begins on. */
function written(text: string, offset: number, entry: object): string {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const indent = /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
  if (!/[\r\n]/.test(text)) return JSON.stringify(entry);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const unit = indent.startsWith('\t') ? '\t' : '  ';
  return JSON.stringify(entry, null, unit).replaceAll('\n', eol + indent);
}

export function entryUnknown(key: string): CompanionError {
  return new CompanionError(
    'E_CLIENT_ENTRY_UNKNOWN',
    `The file has no server named "${printable(key)}" any more. Nothing was written.`,
    'Look at the list of servers again.',
    { exitCode: 2 },
  );
}

export function entryIsOurs(key: string): CompanionError {
  return new CompanionError(
    'E_CLIENT_ENTRY_OURS',
    `"${printable(key)}" goes through Runlayer already. Nothing was written.`,
    'There is nothing left to do for it; look at the list of clients.',
    { exitCode: 2 },
  );
}

export function entryChanged(key: string): CompanionError {
  return new CompanionError(
    'E_CONSENT_CHANGED',
    `"${printable(key)}" in the client's file is not what you looked at any more. Nothing was changed.`,
    'Look at it again, then say yes.',
    { exitCode: 2 },
  );
}
