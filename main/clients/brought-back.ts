import type { Dialect } from './adapters.ts';
import { parseConfig, type ConfigDocument } from './document.ts';
import { isManagedEntry } from './entries.ts';
import type { Launcher } from './plan.ts';
import { endOf, keyOf } from './json-tokens.ts';

/** A server that runs without the companion once a change is made, and did not before. */
export interface BroughtBack {
  readonly key: string;
  /** Its source text; values of others may be in it. */
  readonly source: string;
}

function foreign(document: ConfigDocument | undefined, launcher: Launcher): BroughtBack[] {
  return (document?.servers?.children ?? [])
    .filter((property) => !isManagedEntry(property, launcher))
    .map((property) => ({
      key: keyOf(property),
      source: document?.text.slice(property.offset, endOf(property)) ?? '',
    }));
}

/** What a client would start without the companion after a change, and does not start, or not so, before it. Pure. */
export function broughtBack(
  before: Buffer | null,
  after: Buffer | null,
  dialect: Dialect,
  launcher: Launcher,
): BroughtBack[] {
  const read = (bytes: Buffer | null): ConfigDocument | undefined => {
    const document = bytes === null ? undefined : parseConfig(bytes, dialect);
    return document?.kind === 'ok' ? document : undefined;
  };
  const there = new Set(foreign(read(before), launcher).map(({ key, source }) => `${key}\n${source}`));
  return foreign(read(after), launcher).filter(({ key, source }) => !there.has(`${key}\n${source}`));
}
