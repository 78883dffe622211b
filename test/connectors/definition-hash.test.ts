import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitionHash } from '../../main/connectors/definition-hash.ts';
import type { ConnectorDefinition } from '../../preload/contract/connector.ts';
import { CompanionError } from '../../preload/contract/failure.ts';

const definition: ConnectorDefinition = {
  command: 'npx',
  args: ['-y', '@scope/thing@1.2.3', 'Grüße 👋'],
  env: { B: '2', A: '1' },
  secrets: { TOKEN: 'keychain:github' },
  cwd: '/srv',
};
const resolved = { path: '/usr/bin/npx', realPath: '/usr/lib/node_modules/npm/bin/npx-cli.js' };

describe('definitionHash', () => {
  it('is this literal: a stored consent must stay valid across versions', () => {
    expect(definitionHash(definition, resolved)).toBe(
      '3207604aba53e391defc85a21332813ed051b90a6e48f396513d175a5a803876',
    );
    expect(definitionHash({ command: 'x', args: [], env: {}, secrets: {} }, { path: '/x', realPath: '/x' })).toBe(
      '4c953260ae63ac4503118188d0ab3244cedbfc419e0964567e883b355cdf3f7b',
    );
  });

  it('does not depend on the order of keys', () => {
    expect(definitionHash({ ...definition, env: { A: '1', B: '2' } }, resolved)).toBe(
      definitionHash(definition, resolved),
    );
  });

  it('tells no cwd from an empty one, and the order of arguments', () => {
    const { cwd: _cwd, ...rest } = definition;
    const hashes = [
      definition,
      rest,
      { ...rest, cwd: '' },
      { ...rest, cwd: 'null' },
      { ...definition, args: definition.args.toReversed() },
    ];
    expect(new Set(hashes.map((one) => definitionHash(one, resolved))).size).toBe(5);
  });

  it('moving text between neighbours is another hash', () => {
    const a = definitionHash({ ...definition, args: ['ab', 'c'] }, resolved);
    expect(definitionHash({ ...definition, args: ['a', 'bc'] }, resolved)).not.toBe(a);
    expect(definitionHash({ ...definition, args: ['ab","c'] }, resolved)).not.toBe(a);
  });

  it('covers a variable named __proto__', () => {
    const env = (value: string): Record<string, string> => Object.fromEntries([['__proto__', value]]);
    expect(definitionHash({ ...definition, env: env('a') }, resolved)).not.toBe(
      definitionHash({ ...definition, env: env('b') }, resolved),
    );
  });

  it('any one character changed in any place changes it', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
    const name = fc.stringMatching(/^[A-Z_]{1,6}$/);
    const subject = fc.record({
      command: text,
      args: fc.array(text, { minLength: 1, maxLength: 4 }),
      env: fc.dictionary(name, text, { minKeys: 1, maxKeys: 3 }),
      secrets: fc.dictionary(name, text, { minKeys: 1, maxKeys: 3 }),
      cwd: text,
      path: text,
      realPath: text,
    });
    const hash = ({ path, realPath, ...rest }: { path: string; realPath: string } & ConnectorDefinition): string =>
      definitionHash(rest, { path, realPath });
    fc.assert(
      fc.property(subject, fc.nat(), fc.nat(), (one, place, which) => {
        const strings = JSON.stringify(one).matchAll(/"((?:[^"\\]|\\.)*)"/g);
        const before = hash(one);
        // Change one character of one string of the document, keys of env and secrets included.
        const spots = [...strings].filter(([, inner]) => inner !== '' && !(inner ?? '').includes('\\'));
        const fixed = new Set(['command', 'args', 'env', 'secrets', 'cwd', 'path', 'realPath']);
        const open = spots.filter(([, inner]) => !fixed.has(inner ?? ''));
        fc.pre(open.length > 0);
        const spot = open[place % open.length];
        const inner = Array.from(spot?.[1] ?? '');
        const at = which % inner.length;
        inner[at] = inner[at] === 'Q' ? 'R' : 'Q';
        const json = JSON.stringify(one);
        const index = (spot?.index ?? 0) + 1;
        const changed: typeof one = JSON.parse(
          json.slice(0, index) + inner.join('') + json.slice(index + (spot?.[1]?.length ?? 0)),
        );
        fc.pre(JSON.stringify(changed) !== json);
        expect(hash(changed)).not.toBe(before);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['an argument', { ...definition, args: ['\ud800'] }],
    ['a value', { ...definition, env: { A: '\udfff' } }],
  ])('refuses half a surrogate pair in %s', (_where, broken) => {
    expect(() => definitionHash(broken, resolved)).toThrow(CompanionError);
    expect(() => definitionHash(broken, resolved)).toThrow(/not valid Unicode/);
  });
});
