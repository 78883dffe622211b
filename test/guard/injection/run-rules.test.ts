import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOUNDARY } from '../../../main/guard/injection/boundary.ts';
import { prepareRules } from '../../../main/guard/injection/run-rules.ts';
import { Literals } from '../../../main/guard/literals.ts';

const letters = fc.constantFrom('a', 'b', 'c', ' ', '忽', '略');
const word = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: letters, minLength, maxLength });

describe('anchors', () => {
  it('are found wherever they stand, as a naive search does', () => {
    fc.assert(
      fc.property(fc.uniqueArray(word(1, 6), { minLength: 1, maxLength: 20 }), word(0, 60), (anchors, text) => {
        const found = new Literals(anchors).places(text);
        for (const [number, anchor] of anchors.entries()) {
          const naive = Array.from({ length: text.length }, (_, at) => at).filter((at) => text.startsWith(anchor, at));
          expect(found?.get(number) ?? []).toEqual(naive);
        }
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('decide the order of what is found: as they stand, single characters last', () => {
    const rule = (name: string, anchor: string): Parameters<typeof prepareRules>[0][number] => ({
      rule: name,
      weight: 1,
      anchors: [anchor],
      pattern: new RegExp(anchor, 'gu'),
    });
    const run = prepareRules([rule('one', '@'), rule('two', '忽略'), rule('four', 'four'), rule('five', 'fives')]);
    expect(run('@ fives 忽略 four').map((match) => match.rule)).toEqual(['five', 'two', 'four', 'one']);
  });
});

/** The same phrases as they read most plainly, at a cost of thousands of steps for each beginning. */
const PLAINLY =
  /(?:\b(?:human|user)\s?:[^\n]{1,160}\n{0,3}[^\n]{0,40}\b(?:assistant|ai|chatgpt|bot)\s?:\s{0,3}(?:sure|of course|certainly|yes|okay|ok|absolutely|understood|i will|i'll)\b)|\b(?:assistant|chatgpt|ai)\s?:\s{0,3}(?:sure|of course|certainly|absolutely|understood)[,.!]|\b(?:a|answer|assistant|ai|output|response|bot)\s?:\s[^\n]{3,300}?\s(?:q|question|user|human|input|prompt)\s?:\s[^\n?]{5,200}\??['"]?\s{0,3}$/gu;
const LENGTHS = [37, 39, 151, 158, 190, 294];
const PIECES = [
  ['human:', 'user:', 'user :', 'assistant:', 'ai:', 'ai :', 'bot: ', 'q:', 'q :', 'question: ', 'input: ', 'a: '],
  ['a:\n', 'answer: ', 'output :\t', 'sure', 'yes', 'ok!', "i'll", 'sure,', '\n', '\n\n', '?', '?"', "'", ' ', '  '],
  ['word', 'abcd', 'abcde', 'longer words here '],
  LENGTHS.map((length) => 'z'.repeat(length)),
].flat();

describe('a staged dialogue', () => {
  const pattern = BOUNDARY.find(({ rule }) => rule === 'staged-dialogue')?.pattern ?? /(?!)/gu;
  const found = (by: RegExp, text: string): readonly (readonly [number, number])[] =>
    Array.from(text.matchAll(by), (match) => [match.index, match[0].length]);

  it.each(['', '\n', '\n\n\n', '\n\n\n\n'])('ends at the same distance, with %j after its question', (between) => {
    const far = (length: number): string => 'z'.repeat(length);
    const texts = Array.from({ length: 330 }, (_, length) => [
      `human:${far(length)}${between} ai: sure`,
      `user:${far(150)}${between}${far(length)} bot: yes`,
      `a: ${far(length)}${between} q: what now`,
      `a: what q: ${far(length)}?"${between}`,
    ]).flat();
    for (const text of texts) expect(found(pattern, text), text).toEqual(found(PLAINLY, text));
  });

  it('is found exactly as its plainest pattern finds it', () => {
    let hits = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { minLength: 3, maxLength: 24 }), (pieces) => {
        const text = pieces.join('');
        const plainly = found(PLAINLY, text);
        hits += plainly.length;
        expect(found(pattern, text)).toEqual(plainly);
      }),
      { seed: 11, numRuns: 4000 },
    );
    expect(hits).toBeGreaterThan(100);
  });
});
