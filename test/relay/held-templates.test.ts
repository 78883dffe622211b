import { describe, expect, it } from 'vitest';
import { HeldTemplates } from '../../main/relay/held-templates.ts';

function isHeld(templates: readonly string[], uri: string): boolean {
  return new HeldTemplates().check(templates)(uri);
}

describe('an address of a template that is held back', () => {
  it.each([
    ['test://{id}/data', 'test://7/data', true],
    ['test://{id}/data', 'test:///data', true],
    ['test://{id}/data', 'test://7/other', false],
    ['test://{a}/{b}', 'test://1/2', true],
    ['test://{a}/x/{b}', 'test://1/2', false],
    ['test://{a}-{b}-end', 'test://-end', false],
    ['test://{?query*}', 'test://?a=1', true],
    ['test://plain', 'test://plain', true],
    ['test://plain', 'test://plain2', false],
    ['{+all}', 'anything', true],
    ['a?b{x}', 'a?b1', true],
    ['a?b{x}', 'azb1', false],
  ])('%s of %s: %s', (template, uri, held) => {
    expect(isHeld([template], uri)).toBe(held);
  });

  it('is not, where nothing is held back', () => {
    expect(isHeld([], 'x'.repeat(100_000))).toBe(false);
  });

  it('is, where a server made it too much to compare', () => {
    expect(isHeld([`{x}${'a'.repeat(3000)}`], 'test://x')).toBe(true);
    expect(isHeld(['test://y'], 'x'.repeat(10_000))).toBe(true);
    const many = Array.from({ length: 2000 }, (_, index) => `test://${index}/{x}`);
    const check = new HeldTemplates().check(many);
    const answers = Array.from({ length: 30 }, (_, index) => check(`other://${index}`));
    expect(answers[0]).toBe(false);
    expect(answers.at(-1)).toBe(true);
  });

  it('is looked up anew once others are held back', () => {
    const templates = new HeldTemplates();
    expect(templates.check(['a{x}'])('ab')).toBe(true);
    expect(templates.check(['b{x}'])('ab')).toBe(false);
  });
});
