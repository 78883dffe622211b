import { CompanionError } from '../../preload/contract/failure.ts';
import { SERVERS_KEY, serverEntry, type Dialect } from './adapters.ts';
import { encode, outsideOf, parseConfigText, type ConfigDocument } from './document.ts';
import { insertProperty, isBare, removeProperty, replaceValue } from './edit-text.ts';
import { isManagedEntry, ownEntries, readOwnEntry } from './entries.ts';
import type { ClientEnvironment } from './environment.ts';
import { keyOf, propertyOf } from './json-tokens.ts';
import { printable } from './printable.ts';

// Owns: the new text of a configuration, computed and proved before anything is written. Pure. Whatever the edit did,
// the result is parsed again in the client's dialect and everything but our entries must be what it was.

export type Launcher = Pick<ClientEnvironment, 'launcher' | 'platform'>;

export interface Edit {
  readonly bytes: Buffer;
  readonly keys: readonly { readonly key: string; readonly had: boolean }[];
  readonly createdServersKey: boolean;
}

export type InstallPlan =
  { readonly kind: 'edit'; readonly edit: Edit } | { readonly kind: 'present'; readonly key: string };

/** Parses an edited text and checks that nothing but the named servers changed. */
export function proved(
  before: ConfigDocument,
  text: string,
  dialect: Dialect,
  keys: readonly string[],
): ConfigDocument {
  const after = parseConfigText(text, dialect, before.bom);
  const touched = new Set(keys);
  if (after.kind === 'invalid' || outsideOf(before, touched) !== outsideOf(after, touched)) {
    throw new CompanionError(
      'E_CLIENT_EDIT_UNSAFE',
      'The edit would have changed more of the file than our own entry. Nothing was written.',
      'Add or remove the entry by hand, and report this with the shape of the file.',
    );
  }
  return after;
}

export function reparsed(text: string, dialect: Dialect, bom: boolean): ConfigDocument {
  const parsed = parseConfigText(text, dialect, bom);
  if (parsed.kind === 'invalid') throw new Error(`an edit of ours does not parse: ${parsed.problem}`);
  return parsed;
}

export function insertServer(document: ConfigDocument, key: string, value: unknown): string {
  const { text, root, servers } = document;
  if (servers !== undefined) return insertProperty(text, root, servers, key, value);
  return insertProperty(text, root, root, SERVERS_KEY, { [key]: value });
}

/** Adds the connector's entry, or brings an older one of ours up to date. */
export function planInstall(
  document: ConfigDocument,
  dialect: Dialect,
  connector: string,
  launcher: Launcher,
): InstallPlan {
  const own = ownEntries(document.servers, launcher).filter((entry) => entry.connector === connector);
  const current = own.find((entry) => entry.current);
  if (current !== undefined) return { kind: 'present', key: current.key };

  const existing = propertyOf(document.servers, connector);
  const stale = own.find((entry) => entry.key === connector) ?? (existing === undefined ? own[0] : undefined);
  if (stale !== undefined) {
    // Only the path is ours to change: what the person or the client added to the entry stays.
    const text = replaceValue(document.text, stale.command, JSON.stringify(launcher.launcher));
    const after = proved(document, text, dialect, [stale.key]);
    assertOwn(after, stale.key, launcher);
    const keys = [{ key: stale.key, had: true }];
    return { kind: 'edit', edit: { bytes: encode(text, document.bom), keys, createdServersKey: false } };
  }
  if (existing !== undefined) {
    throw new CompanionError(
      'E_CLIENT_ENTRY_EXISTS',
      `The file already has a server named "${printable(connector)}" that does not start the companion. Nothing was written.`,
      'Remove or rename that entry in the file, or give the connector another name.',
    );
  }
  const text = insertServer(document, connector, serverEntry(launcher.launcher, connector));
  const after = proved(document, text, dialect, [connector]);
  assertOwn(after, connector, launcher);
  const keys = [{ key: connector, had: false }];
  return {
    kind: 'edit',
    edit: { bytes: encode(text, document.bom), keys, createdServersKey: document.servers === undefined },
  };
}

export function assertOwn(document: ConfigDocument, key: string, launcher: Launcher): void {
  const property = propertyOf(document.servers, key);
  const entry = property === undefined ? undefined : readOwnEntry(property, launcher);
  if (entry?.current !== true) throw new Error('the written entry does not read back as ours');
}

export function dropBareServers(document: ConfigDocument): string {
  const { text, root } = document;
  const property = propertyOf(root, SERVERS_KEY);
  return root === undefined || property === undefined || !isBare(text, property)
    ? text
    : removeProperty(text, root, property);
}

/**
 * Removes our entries (of one connector, or all); undefined when there is none.
 * @param createdServersKey we made the servers object, so it goes when it is left empty.
 */
export function planUninstall(
  document: ConfigDocument,
  dialect: Dialect,
  connector: string | undefined,
  createdServersKey: boolean,
  launcher: Launcher,
): Edit | undefined {
  const keys = ownEntries(document.servers, launcher)
    .filter((entry) => connector === undefined || entry.connector === connector)
    .map((entry) => entry.key);
  if (keys.length === 0) return undefined;
  let now = document;
  for (const key of keys) now = reparsed(withoutServer(now, key), dialect, document.bom);
  const text = createdServersKey ? dropBareServers(now) : now.text;
  proved(document, text, dialect, keys);
  return {
    bytes: encode(text, document.bom),
    keys: keys.map((key) => ({ key, had: true })),
    createdServersKey: false,
  };
}

export function withoutServer(document: ConfigDocument, key: string): string {
  const property = propertyOf(document.servers, key);
  if (document.servers === undefined || property === undefined) return document.text;
  return removeProperty(document.text, document.servers, property);
}

/** Names of the servers that nothing of Runlayer stands before. */
export function foreignNames(document: ConfigDocument, launcher: Launcher): string[] {
  return (document.servers?.children ?? []).filter((property) => !isManagedEntry(property, launcher)).map(keyOf);
}
