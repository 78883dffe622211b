import { describe, expect, it } from 'vitest';
import { compareSegments, corruptChain, parseSegmentName, segmentName } from '../../main/audit/segment-name.ts';

describe('segment names', () => {
  it('are <chain>-<first seq, 12 digits>.jsonl', () => {
    expect(segmentName('c0ffee', 1234)).toBe('c0ffee-000000001234.jsonl');
    expect(parseSegmentName('c0ffee-000000001234.jsonl')).toMatchObject({ chainId: 'c0ffee', firstSeq: 1234 });
    expect(parseSegmentName('c0ffee-2-000000000000.jsonl')).toMatchObject({ chainId: 'c0ffee-2', firstSeq: 0 });
  });

  it.each([
    '',
    'c0ffee.jsonl',
    'c0ffee-1.jsonl',
    'C0FFEE-000000000000.jsonl',
    '../c0ffee-000000000000.jsonl',
    'c0ffee-000000000000.jsonl.corrupt',
    'c0ffee-000000000000.jsonl\n',
    '-000000000000.jsonl',
  ])('refuse %j', (file) => {
    expect(parseSegmentName(file)).toBeUndefined();
  });

  it.each([
    ['c0ffee-000000000000.jsonl.corrupt', 'c0ffee'],
    ['c0ffee-000000000000.jsonl.2.corrupt', 'c0ffee'],
    ['c0ffee-000000000000.jsonl', undefined],
    ['companion.db.corrupt', undefined],
  ])('tell the chain of %j', (file, chain) => {
    expect(corruptChain(file)).toBe(chain);
  });

  it('sort by chain and sequence', () => {
    const names = ['b-000000000000.jsonl', 'a-000000000010.jsonl', 'a-000000000009.jsonl', 'a-2-000000000001.jsonl'];
    const sorted = names.map((name) => parseSegmentName(name)!).sort(compareSegments);
    expect(sorted.map(({ file }) => file)).toEqual([names[2], names[1], names[3], names[0]]);
  });
});
