/** Third-party test data that lies beside the checkout; tests that need it are skipped by name where it is not there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = join(import.meta.dirname, '..', '..', '..', 'shared', 'corpus');

export function corpus(name: string): { readonly missing: boolean; text(): string } {
  const path = join(directory, name);
  return { missing: !existsSync(path), text: () => readFileSync(path, 'utf8') };
}
