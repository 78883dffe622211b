import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnchorIndex } from '../../../main/guard/injection/anchor-index.ts';

const letters = fc.constantFrom('a', 'b', 'c', ' ', '忽', '略');
const word = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: letters, minLength, maxLength });

function naive(text: string, anchor: string): readonly number[] {
  return Array.from({ length: text.length }, (_, at) => at).filter((at) => text.startsWith(anchor, at));
}

describe('anchor index', () => {
  it('finds each anchor wherever it stands, as a naive search does', () => {
    fc.assert(
      fc.property(fc.uniqueArray(word(1, 6), { minLength: 1, maxLength: 20 }), word(0, 60), (anchors, text) => {
        const found = createAnchorIndex(anchors).find(text);
        for (const [number, anchor] of anchors.entries()) expect(found.get(number) ?? []).toEqual(naive(text, anchor));
      }),
    );
  });
});
