import { describe, expect, it } from 'vitest';
import { MAX_ALL_CHARACTERS, MAX_PART_CHARACTERS, MAX_PARTS, readAnswer } from '../../main/by-hand/read-answer.ts';

const asIs = (text: string): string => text;

describe('readAnswer', () => {
  it('gives texts whole, and of data its kind and size', () => {
    const { parts, isCut, isError } = readAnswer(
      {
        content: [
          { type: 'text', text: 'née' },
          { type: 'image', mimeType: 'image/png', data: 'AAAA' },
          { type: 'resource', resource: { uri: 'file:///x', mimeType: 'text/plain', text: 'inside' } },
          { type: 'resource', resource: { uri: 'file:///y', blob: 'AAAA' } },
          { type: 'resource_link', uri: 'file:///z' },
          'no part at all',
        ],
        structuredContent: { a: 1 },
      },
      asIs,
    );
    expect(parts.map(({ type, mimeType, text, bytes }) => [type, mimeType, text, bytes])).toEqual([
      ['text', null, 'née', 4],
      ['image', 'image/png', '', 53],
      ['resource', 'text/plain', 'inside', 6],
      ['resource', null, '', 33],
      ['resource_link', null, '{"type":"resource_link","uri":"file:///z"}', 42],
      ['unknown', null, '', 16],
      ['structured', 'application/json', '{\n  "a": 1\n}', 7],
    ]);
    expect([isCut, isError]).toEqual([false, false]);
  });

  it('is bounded in each part, in all, and in their number', () => {
    const long = 'x'.repeat(MAX_PART_CHARACTERS + 1);
    const many = readAnswer(
      { content: Array.from({ length: MAX_PARTS + 10 }, () => ({ type: 'text', text: long })) },
      asIs,
    );
    expect(many.parts).toHaveLength(MAX_PARTS);
    expect(many.parts.reduce((sum, { text }) => sum + text.length, 0)).toBe(MAX_ALL_CHARACTERS);
    expect(many.parts[0]).toMatchObject({ isCut: true, bytes: long.length });
    expect(many.isCut).toBe(true);
  });

  it.each([[{}], [{ content: 'text' }], [{ content: [null, 1, []] }], [{ isError: 'yes' }]])(
    'survives %j',
    (result) => {
      expect(readAnswer(result, asIs).isError).toBe(false);
    },
  );

  it('takes out what nothing may show', () => {
    const redact = (text: string): string => text.replaceAll('hush', '***');
    const { parts } = readAnswer({ content: [{ type: 'text', text: 'a hush b' }], structuredContent: 'hush' }, redact);
    expect(parts.map(({ text }) => text)).toEqual(['a *** b', '"***"']);
  });
});
