import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowsTool, covers, inBoth, serviceOf, widens } from '../../main/hub/globs.ts';
import { globMatches } from '../../main/policy/glob.ts';
import { aConfig } from './samples.ts';

/** Slow and plain: a regular expression of the same meaning. */
function naive(glob: string, text: string): boolean {
  const pattern = Array.from(glob)
    .map((c) => (c === '*' ? '[^]*' : c === '?' ? '[^]' : c.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)))
    .join('');
  return new RegExp(`^${pattern}$`).test(text);
}

const glob = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), minLength: 1, maxLength: 7 });
const tool = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 7 });
const RUNS = { numRuns: 30_000 };

describe('what a config allows', () => {
  it.each([
    ['github-readonly', 'github'],
    ['github', 'github'],
    ['git-hub-x', 'git'],
    ['a_b-c', 'a_b'],
    ['x-', 'x'],
  ])('the service of %s is %s', (name, service) => {
    expect(serviceOf(name)).toBe(service);
  });

  it.each<[string, string[], string, boolean]>([
    ['github-readonly', ['*'], 'anything', true],
    ['github-readonly', ['get_*'], 'get_issue', true],
    ['github-readonly', ['get_*'], 'forget_issue', false],
    ['github-readonly', ['github.search_*'], 'search_code', true],
    ['github-readonly', ['github.search_*'], 'github.search_code', true],
    ['github-readonly', ['github-readonly.search_*'], 'search_code', false],
    ['github-readonly', ['slack.*'], 'post', false],
    ['github-readonly', ['slack.*'], 'slack.post', true],
    ['slack', ['slack.post_message'], 'post_message', true],
    ['slack', ['slack.post_message'], 'post_messages', false],
    ['slack', ['post_message?'], 'post_messages', true],
    ['slack', ['post'], 'POST', false],
    ['slack', ['post'], 'рost', false],
    ['slack', ['a', 'b', 'c'], 'c', true],
    ['slack', ['?'], '', false],
    ['slack', ['*'], '', true],
  ])('%s with %j: %s %s', (name, allowedTools, toolName, allowed) => {
    expect(allowsTool(aConfig(name, { allowedTools }), toolName)).toBe(allowed);
  });

  it('is what a naive reference says', () => {
    fc.assert(
      fc.property(fc.array(glob, { minLength: 1, maxLength: 3 }), tool, (allowedTools, name) => {
        const expected = allowedTools.some((one) => naive(one, name) || naive(one, `a.${name}`));
        return allowsTool(aConfig('a-b', { allowedTools }), name) === expected;
      }),
      RUNS,
    );
  });
});

describe('covering', () => {
  it.each([
    ['*', '*', true],
    ['*', 'a', true],
    ['*', '?', true],
    ['?', 'a', true],
    ['?', '*', false],
    ['?', '??', false],
    ['??', '?', false],
    ['?*', '*', false],
    ['*', '?*', true],
    ['?*', '*?', true],
    ['*?*', '?*', true],
    ['?*', '**?', true],
    ['**', '*', true],
    ['a*', 'ab*', true],
    ['ab*', 'a*', false],
    ['a*', 'a', true],
    ['a*c', 'abc', true],
    ['a*c', 'ab*bc', true],
    ['a*c', 'ab*', false],
    ['*b*', 'abc', true],
    ['*b*', 'a?c', false],
    ['get_*', 'get_issue', true],
    ['get_*', 'get-issue', false],
    ['github.*', 'github.search_*', true],
    ['search_*', 'github.search_*', false],
    ['a?b', 'a*b', false],
    ['a*b', 'a?b', true],
  ])('%s over %s: %s', (wide, narrow, expected) => {
    expect(covers(wide, narrow)).toBe(expected);
  });

  it('is never said of a glob that matches something else', () => {
    let said = 0;
    fc.assert(
      fc.property(glob, glob, tool, (wide, narrow, text) => {
        if (!covers(wide, narrow)) return true;
        said++;
        return !naive(narrow, text) || naive(wide, text);
      }),
      RUNS,
    );
    expect(said).toBeGreaterThan(1000);
  });

  it('holds of each glob and itself, and of "*" and each', () => {
    fc.assert(fc.property(glob, (one) => covers(one, one) && covers('*', one)));
  });

  it('is quick for the worst of globs', () => {
    const worst = `${'*a'.repeat(63)}*`;
    expect(covers(`${worst}b`, worst)).toBe(false);
    expect(covers(worst, `${'a'.repeat(127)}b`)).toBe(true);
  });
});

describe('two lists of globs', () => {
  const list = fc.array(glob, { minLength: 1, maxLength: 3 });
  const matches = (globs: readonly string[], text: string): boolean => globs.some((one) => globMatches(one, text));

  it('do not widen only where nothing more matches', () => {
    fc.assert(
      fc.property(list, list, tool, (after, before, text) => {
        return widens(after, before) || !matches(after, text) || matches(before, text);
      }),
      RUNS,
    );
  });

  it.each<[string[], string[], boolean]>([
    [['*'], ['*'], false],
    [['get_*'], ['*'], false],
    [['*'], ['get_*'], true],
    [['get_*', 'list_*'], ['get_*'], true],
    [['get_*'], ['list_*', 'get_*'], false],
    [['get_a', 'get_b'], ['get_?'], false],
    // Together they match no more than before; that is not seen, so a person is asked.
    [['a?'], ['a*', 'b'], false],
    [['*'], ['?*', ''], true],
  ])('%j after %j widens: %s', (after, before, expected) => {
    expect(widens(after, before)).toBe(expected);
  });

  it('have in common only what both match', () => {
    fc.assert(
      fc.property(list, list, tool, (a, b, text) => {
        const common = inBoth(a, b);
        return !matches(common, text) || (matches(a, text) && matches(b, text));
      }),
      RUNS,
    );
  });

  it('have everything in common with themselves, in their order', () => {
    fc.assert(
      fc.property(list, (globs) => {
        expect(inBoth(globs, globs)).toEqual([...new Set(globs)]);
      }),
    );
  });
});
