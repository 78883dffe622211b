import type { LicencedPackage } from '../../../preload/contract/about.ts';

export function matching(all: readonly LicencedPackage[], search: string): LicencedPackage[] {
  const wanted = search.trim().toLowerCase();
  return all.filter(({ name, licence }) => `${name}\n${licence}`.toLowerCase().includes(wanted));
}

/** `120 MIT, 3 ISC`: the most first. */
export function licenceCounts(all: readonly LicencedPackage[]): string {
  const counts = new Map<string, number>();
  for (const { licence } of all) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([licence, n]) => `${n} ${licence}`)
    .join(', ');
}
