import { describe, expect, it } from 'vitest';
import { phraseOf, quoted } from '../../../main/audit/story/verb.ts';

describe('the name of a tool in a sentence', () => {
  it.each([
    ['read_page', 'read page', 'read page'],
    ['sendFile', 'sent file', 'send file'],
    ['list-pull-requests', 'listed pull requests', 'list pull requests'],
    ['write', 'wrote', 'write'],
    ['fs.read_file', 'used "fs.read_file"', 'use "fs.read_file"'],
    ['frobnicate', 'used "frobnicate"', 'use "frobnicate"'],
    ['constructor', 'used "constructor"', 'use "constructor"'],
    ['read_page; rm', 'used "read_page; rm"', 'use "read_page; rm"'],
    ['read\u202epage', 'used "read\u202epage"', 'use "read\u202epage"'],
    ['', 'used ""', 'use ""'],
    [`read_${'x'.repeat(60)}`, `used "read_${'x'.repeat(60)}"`, `use "read_${'x'.repeat(60)}"`],
  ])('%j: %s', (name, past, bare) => {
    expect(phraseOf(name)).toEqual({ past, bare });
  });

  it('is cut where it is long, never within a sign', () => {
    expect(quoted('x'.repeat(121))).toBe(`"${'x'.repeat(120)}…"`);
    expect(quoted(`${'x'.repeat(119)}😀`)).toBe(`"${'x'.repeat(119)}…"`);
  });
});
