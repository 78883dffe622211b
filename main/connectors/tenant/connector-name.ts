/** The name that a tenant's connector gets here. */
import { ConnectorName } from '../../../preload/contract/index.ts';

const MAX_BASE = 56;

/** Lower case, white space as "-", everything else dropped; the server's id where nothing is left. */
export function nameFromTitle(title: string, server: string): string {
  const kept = title
    .slice(0, 256)
    .toLowerCase()
    .replaceAll(/\s/g, '-')
    .replaceAll(/[^a-z0-9-]/g, '')
    .replaceAll(/-{2,}/g, '-')
    .replace(/^-/, '')
    .slice(0, MAX_BASE)
    .replace(/-$/, '');
  return ConnectorName.safeParse(kept).success ? kept : `server-${server.slice(0, 8)}`;
}

/** The name itself, or with `-2`, `-3`… where it is taken. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let count = 2; ; count++) {
    const next = `${name}-${count}`;
    if (!isTaken(next)) return next;
  }
}
