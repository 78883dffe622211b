import type { Dialect } from './adapters.ts';
import { unifiedDiff } from './diff.ts';
import { parseConfig } from './document.ts';
import type { ClientEnvironment } from './environment.ts';
import { maskedText } from './mask.ts';

type Launcher = Pick<ClientEnvironment, 'launcher' | 'platform'>;

function shown(bytes: Buffer | null, dialect: Dialect, launcher: Launcher): string | null | undefined {
  if (bytes === null) return null;
  const document = parseConfig(bytes, dialect);
  return document.kind === 'invalid' ? undefined : maskedText(document.text, dialect, launcher);
}

/** A unified diff that a person may see: secrets of other entries hidden, invisible characters made visible. */
export function shownDiff(
  path: string,
  before: Buffer | null,
  after: Buffer | null,
  dialect: Dialect,
  launcher: Launcher,
): string {
  const old = shown(before, dialect, launcher);
  const now = shown(after, dialect, launcher);
  // Not readable means not maskable, and then it is not shown.
  return old === undefined || now === undefined ? '' : unifiedDiff(path, old, now);
}
