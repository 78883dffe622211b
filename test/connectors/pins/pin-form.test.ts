import { describe, expect, it } from 'vitest';
import { pinsDocument, pinsFileName, readPinsDocument } from '../../../main/connectors/pins/pin-form.ts';
import { sight } from '../../../main/pin/pins.ts';
import { tool } from './bench.ts';

const { pins } = sight(new Map(), 'tool', [tool('a'), tool('b')], { at: '2026-11-21T08:00:00.000Z', mode: 'pin' });
const document = pinsDocument('files', pins);
const [first, second] = document.items;

describe('a document of pins', () => {
  it('is read as it was written', () => {
    expect(readPinsDocument('files', JSON.parse(JSON.stringify(document)))).toEqual(pins);
  });

  it.each([
    ['of another connector', { ...document, connector: 'github' }],
    ['of another version', { ...document, version: 2 }],
    ['with more than we write', { ...document, note: 'x' }],
    ['with an item twice', { ...document, items: [first, first] }],
    [
      'with a hash that its text does not have',
      { ...document, items: [{ ...first, agreed: { ...first?.agreed, fingerprint: second?.agreed?.fingerprint } }] },
    ],
    [
      'with a text that its hash is not of',
      { ...document, items: [{ ...first, seen: { ...first?.agreed, text: '{}' } }] },
    ],
    ['of a kind that is none', { ...document, items: [{ ...first, kind: 'resource' }] }],
    ['that is no object', 'x'],
  ])('is refused %s', (_name, value) => {
    expect(readPinsDocument('files', value)).toBeUndefined();
  });

  it('lies under a name of its own, whatever the system makes of letters', () => {
    const names = ['files', 'Files', 'fıles', 'FILES ', 'files\u0000'].map(pinsFileName);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(5);
  });
});
