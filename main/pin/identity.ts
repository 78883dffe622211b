/** What a connector is, and whether it still is that. Pure: where the parts come from is not known here. */

/** Null: not known, or there is none (a program that is no package, a server that is no program). */
export interface Identity {
  readonly command: string | null;
  /** The file that the command means, links resolved. */
  readonly path: string | null;
  /** Of that file, where this user could replace it. */
  readonly sha256: string | null;
  readonly ecosystem: string | null;
  readonly package: string | null;
  readonly version: string | null;
  /** As the package manager's own lock has it; never what was only asked for. */
  readonly integrity: string | null;
  readonly url: string | null;
}

export const NO_IDENTITY: Identity = {
  command: null,
  path: null,
  sha256: null,
  ecosystem: null,
  package: null,
  version: null,
  integrity: null,
  url: null,
};

const PARTS = ['command', 'path', 'sha256', 'ecosystem', 'package', 'version', 'integrity', 'url'] as const;

/**
 * `same`: nothing that is known differs; `update`: another version of the same package, vouched for by the package
 * manager's lock, and nothing else; `other`: anything else.
 */
export type IdentityChange = 'same' | 'update' | 'other';

/** What is not known, before or now, is no difference: a package that was not fetched yet has no integrity. */
export function compareIdentities(agreed: Identity, seen: Identity): IdentityChange {
  const differing = PARTS.filter((part) => agreed[part] !== null && seen[part] !== null && agreed[part] !== seen[part]);
  if (differing.length === 0) return 'same';
  const isUpdate =
    differing.includes('version') &&
    differing.every((part) => part === 'version' || part === 'integrity') &&
    agreed.package !== null &&
    seen.package === agreed.package &&
    seen.integrity !== null;
  return isUpdate ? 'update' : 'other';
}

/** Everything that is known of what is the same thing: what was unknown is learned, and nothing is forgotten. */
export function learned(agreed: Identity, seen: Identity): Identity {
  const joined: Record<keyof Identity, string | null> = { ...agreed };
  for (const part of PARTS) joined[part] = agreed[part] ?? seen[part];
  return joined;
}

/** An update that is agreed to. */
export function updated(agreed: Identity, seen: Identity): Identity {
  return { ...learned(agreed, seen), version: seen.version, integrity: seen.integrity };
}
