/** The catalogue file that ships beside the companion: read once, strictly. What does not fit is no catalogue at all. */
import { open } from 'node:fs/promises';
import { Catalogue, CompanionError, type CatalogueEntry } from '../../preload/contract/index.ts';

const MAX_BYTES = 1024 * 1024;

export interface CatalogueFile {
  /** Throws E_CATALOGUE where it cannot be read; the next call tries again. */
  entries(): Promise<readonly CatalogueEntry[]>;
  /** Throws E_CATALOGUE_UNKNOWN. */
  entry(id: string): Promise<CatalogueEntry>;
}

function unreadable(cause: unknown): CompanionError {
  return new CompanionError(
    'E_CATALOGUE',
    'The catalogue that ships with the companion cannot be read.',
    'Install the companion again; a server can be added without the catalogue meanwhile.',
    { cause },
  );
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

export function openCatalogue(path: string): CatalogueFile {
  let read: Promise<readonly CatalogueEntry[]> | undefined;
  const entries = async (): Promise<readonly CatalogueEntry[]> => {
    read ??= readBounded(path).then((text) => Catalogue.parse(JSON.parse(text)).entries);
    try {
      return await read;
    } catch (error) {
      read = undefined;
      throw unreadable(error);
    }
  };
  return {
    entries,
    entry: async (id) => {
      const found = (await entries()).find((entry) => entry.id === id);
      if (found !== undefined) return found;
      throw new CompanionError(
        'E_CATALOGUE_UNKNOWN',
        `There is nothing named "${id.slice(0, 64)}" in the catalogue.`,
        'See what there is with "runlayer connectors catalogue".',
        { exitCode: 2 },
      );
    },
  };
}
