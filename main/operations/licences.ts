/** The list that the build made of whose work is shipped. Read when somebody looks; nothing else depends on it. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CompanionError, LicencedPackage } from '../../preload/contract/index.ts';

const Entry = LicencedPackage.extend({ text: z.string() });
export type LicenceEntry = z.infer<typeof Entry>;

/** Rejects with E_LICENCES_MISSING where there is no list, or none that can be read. */
export async function readLicences(path: string): Promise<LicenceEntry[]> {
  try {
    return z.array(Entry).parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new CompanionError(
      'E_LICENCES_MISSING',
      'The list of licences is not part of this copy.',
      'Build it with "npm run build", or install the companion again.',
      { cause: error },
    );
  }
}
