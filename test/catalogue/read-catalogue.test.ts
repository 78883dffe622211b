import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCatalogue } from '../../main/catalogue/read-catalogue.ts';
import { anEntry } from './entries.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rl-catalogue-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = async (text: string): Promise<string> => {
  const path = join(folder, 'catalogue.json');
  await writeFile(path, text);
  return path;
};

it('reads the file once and finds an entry', async () => {
  const path = await write(JSON.stringify({ version: 1, entries: [anEntry()] }));
  const catalogue = openCatalogue(path);
  expect(await catalogue.entries()).toEqual([anEntry()]);
  await writeFile(path, 'gone');
  expect((await catalogue.entry('files')).title).toBe('Files');
  await expect(catalogue.entry('nothing')).rejects.toMatchObject({ code: 'E_CATALOGUE_UNKNOWN' });
});

it.each([
  ['no file', undefined],
  ['no JSON', '{'],
  ['another version', '{"version":2,"entries":[]}'],
  [
    'one hostile entry among good ones',
    JSON.stringify({ version: 1, entries: [anEntry(), { ...anEntry(), id: 'x', title: '\u202e' }] }),
  ],
  ['a file without end', `{"version":1,"entries":[]}${' '.repeat(1024 * 1024)}`],
])('is no catalogue at all with %s, and tries again later', async (_what, text) => {
  const path = text === undefined ? join(folder, 'catalogue.json') : await write(text);
  const catalogue = openCatalogue(path);
  await expect(catalogue.entries()).rejects.toMatchObject({ code: 'E_CATALOGUE' });
  await write(JSON.stringify({ version: 1, entries: [] }));
  expect(await catalogue.entries()).toEqual([]);
});
