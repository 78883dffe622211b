import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aboutOf } from '../../main/audit/about.ts';

describe('what a call was about', () => {
  it.each([
    [undefined, undefined],
    [null, undefined],
    ['text', undefined],
    [{}, undefined],
    [{ limit: 5 }, undefined],
    [{ path: '~/x' }, '~/x'],
    [{ body: 'hello', Path: '~/x' }, '~/x'],
    [{ paths: ['/a', '/b'] }, '/a'],
    [{ id: 7 }, '7'],
    [{ path: { $bytes: 900 }, query: 'cats' }, 'cats'],
    [{ path: '', other: 'y' }, 'y'],
    [{ $more: 3 }, undefined],
    [{ content: { $bytes: 900 } }, undefined],
    [{ url: `https://example.com/${'x'.repeat(300)}` }, `https://example.com/${'x'.repeat(180)}…`],
    [{ url: `${'x'.repeat(199)}😀` }, `${'x'.repeat(199)}…`],
  ])('%j: %j', (shape, about) => {
    expect(aboutOf(shape)).toBe(about);
  });

  it('is short, whatever the arguments', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => (aboutOf(value)?.length ?? 0) <= 201));
  });
});
