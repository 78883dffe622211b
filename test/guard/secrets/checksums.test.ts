import { crc32 as nodeCrc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { base62Checksum, hasBase62Checksum } from '../../../main/guard/secrets/checksums.ts';
import { crc32 } from '../../../main/guard/secrets/crc32.ts';
import { CODE_FORMATS } from '../../../main/guard/secrets/formats-code.ts';
import { tokenDetector } from '../../../main/guard/secrets/token-format.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'f', 'X', 'Z', '0', '1', '9'), minLength: 30, maxLength: 30 });

it('is the CRC-32 that everybody has', () => {
  expect(crc32('123456789')).toBe(0xcbf43926);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
      expect(crc32(text)).toBe(nodeCrc32(text));
    }),
    { seed: 3 },
  );
});

it('tells a token with its checksum from any other', () => {
  fc.assert(
    fc.property(word, fc.nat(29), (body, at) => {
      const token = `ghp_${body}${base62Checksum(body)}`;
      expect(hasBase62Checksum(token)).toBe(true);
      const changed = `${token.slice(0, 4 + at)}-${token.slice(5 + at)}`;
      expect(hasBase62Checksum(changed)).toBe(false);
    }),
    { seed: 4 },
  );
  expect(hasBase62Checksum('ghp_short')).toBe(false);
});

it('is above the look for placeholders', () => {
  const body = 'x'.repeat(30);
  const detect = tokenDetector(CODE_FORMATS);
  expect(detect(`ghp_${body}${base62Checksum(body)}`)).toHaveLength(1);
  expect(detect(`ghp_${body}000000`)).toEqual([]);
});
