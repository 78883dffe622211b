import type { ClientDrift } from '../../preload/contract/client.ts';
import { ConnectorName } from '../../preload/contract/connector.ts';
import type { ClientAdapter } from './adapters.ts';
import type { ChangeRecord } from './change-journal.ts';
import { ownEntries, readOwnEntry } from './entries.ts';
import { keyOf, propertyOf } from './json-tokens.ts';
import type { Launcher } from './plan.ts';
import { printable } from './printable.ts';
import type { Node } from 'jsonc-parser';

// Owns: what of our own work is not there any more as we left it. Clients rewrite their files and people edit them, so
// this is a notice with a way back, never a change by itself. Pure.

/** Our entries that should stand in the file, with the connector of each: written by a change that still stands and taken out by none after it. */
export function expectedEntries(live: readonly ChangeRecord[]): Map<string, string | null> {
  const entries = new Map<string, string | null>();
  for (const record of live) {
    const connectors = new Map(Object.entries(record.connectors ?? {}));
    for (const { key } of record.keys) {
      if (record.kind === 'install') entries.set(key, connectors.get(key) ?? nameLike(key));
      else entries.delete(key);
    }
  }
  return entries;
}

/** A change of before this was written down: our entries stood under the name of their connector. */
function nameLike(key: string): string | null {
  return ConnectorName.safeParse(key).success ? key : null;
}

/** `connectors`: names that there are; undefined where nobody can say. */
export function driftOf(
  adapter: ClientAdapter,
  servers: Node | undefined,
  live: readonly ChangeRecord[],
  launcher: Launcher,
  connectors: ReadonlySet<string> | undefined,
): ClientDrift[] {
  const { title } = adapter;
  const started = new Set(ownEntries(servers, launcher).map((own) => own.connector));
  const lost = [...expectedEntries(live)].flatMap(([key, expected]): ClientDrift[] => {
    const property = propertyOf(servers, key);
    const name = printable(key);
    // Its connector was removed: it should not be there.
    if (expected !== null && connectors?.has(expected) === false) return [];
    if (property === undefined) {
      // It stands under another name.
      if (expected !== null && started.has(expected)) return [];
      return [
        {
          entry: key,
          kind: 'removed',
          connector: expected,
          text: `"${name}" was taken out of the file of ${title} by something else.`,
          next: 'Put it back, or leave it out if you took it out yourself.',
        },
      ];
    }
    if (readOwnEntry(property, launcher) !== undefined) return [];
    return [
      {
        entry: key,
        kind: 'replaced',
        connector: expected,
        text: `"${name}" in the file of ${title} was changed and starts something else now, without the companion.`,
        next: 'Put ours back, or bring in what it starts now.',
      },
    ];
  });
  const stale = (servers?.children ?? []).flatMap((property): ClientDrift[] => {
    const own = readOwnEntry(property, launcher);
    if (own === undefined) return [];
    const entry = keyOf(property);
    const name = printable(entry);
    if (connectors !== undefined && !connectors.has(own.connector)) {
      return [
        {
          entry,
          kind: 'unknown',
          connector: own.connector,
          text: `"${name}" in the file of ${title} starts the connector "${own.connector}", which is not there.`,
          next: 'Take the entry out, or add a connector of that name.',
        },
      ];
    }
    if (own.current) return [];
    return [
      {
        entry,
        kind: 'launcher',
        connector: own.connector,
        text: `"${name}" in the file of ${title} starts a companion of another place: ${printable(String(own.command.value)).slice(0, 300)}.`,
        next: 'Write the place of this companion.',
      },
    ];
  });
  return [...lost, ...stale];
}
