import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectorName } from '../../../preload/contract/index.ts';
import { freeName, nameFromTitle } from '../../../main/connectors/tenant/connector-name.ts';
import { ID } from './fakes.ts';

describe('the name of a connector here', () => {
  it.each([
    ['Acme Files', 'acme-files'],
    ['  GitHub (read only)  ', 'github-read-only'],
    ['Ünï cödé', 'n-cd'],
    ['../../etc', 'etc'],
    ['—', 'server-1b4e28ba'],
    ['', 'server-1b4e28ba'],
  ])('of %j is %s', (title, name) => expect(nameFromTitle(title, ID)).toBe(name));

  it('is always one, and free', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(5), (title, taken) => {
        const base = nameFromTitle(title, ID);
        const names = new Set<string>();
        for (let count = 0; count <= taken; count += 1) {
          const next = freeName(base, (name) => names.has(name));
          expect(ConnectorName.safeParse(next).success).toBe(true);
          expect(names.has(next)).toBe(false);
          names.add(next);
        }
        expect([...names][0]).toBe(base);
      }),
    );
  });
});
