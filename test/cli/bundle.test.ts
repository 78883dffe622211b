import { readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildOnce, root } from '../journeys/build-once.ts';

const MAX_BYTES = 40 * 1024;
const bundle = join(root, 'out', 'cli', 'runlayer.js');

describe('the built thin client', () => {
  beforeAll(buildOnce, 130_000);

  it(`is one file of less than ${MAX_BYTES / 1024} KiB: it is read at every start of every client`, () => {
    expect(statSync(bundle).size).toBeLessThan(MAX_BYTES);
  });

  it('imports node: modules at once, and the rest of the companion only when it is asked for', () => {
    const text = readFileSync(bundle, 'utf8');
    const atOnce = [...text.matchAll(/^import\b[^"']*["']([^"']+)["']/gm)].map(([, id]) => id ?? '');
    const later = [...text.matchAll(/\bimport\(\s*["'`]([^"'`]+)["'`]/g)].map(([, id]) => id ?? '');
    expect(atOnce.length).toBeGreaterThan(0);
    expect(atOnce.filter((id) => !id.startsWith('node:') || !isBuiltin(id))).toEqual([]);
    expect([...new Set(later)].sort()).toEqual(['../main/run-local.js', '../main/start-host.js']);
    expect(text).not.toMatch(/\brequire\(/);
    for (const id of later) expect(() => statSync(join(root, 'out', 'cli', id))).not.toThrow();
  });
});
