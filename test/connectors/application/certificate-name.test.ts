import { array, assert, constantFrom, property, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateName, isNamed } from '../../../main/connectors/application/certificate-name.ts';

describe('the name in a certificate', () => {
  it.each([
    'CN="Figma, Inc.", O="Figma, Inc.", L=San Francisco, S=California, C=US',
    'O="Figma, Inc.", CN="Figma, Inc."',
    'CN="Figma, Inc.", OID.1=x, O="Figma, Inc."'.replace('OID.1', '1.3.6.1.4.1'),
  ])('is Figma’s: %s', (subject) => {
    expect(isNamed(subject, 'Figma, Inc.')).toBe(true);
  });

  it.each([
    '',
    'CN="Figma, Inc."',
    'O="Figma, Inc."',
    'CN=Figma, O=Figma',
    'CN="Figma, Inc.", O=Evil Ltd',
    'CN=Evil Ltd, O="Figma, Inc."',
    'CN="Figma, Inc.", CN=Evil Ltd, O="Figma, Inc."',
    'CN="Figma, Inc.", O="Figma, Inc.", O=Evil Ltd',
    'CN="Evil"", CN=""Figma, Inc.", O="Figma, Inc."',
    'CN="x, CN=""Figma, Inc."", O=""Figma, Inc.""", O=Evil',
    'CN="Figma, Inc.", O="Figma, Inc.", junk',
    'CN="Figma, Inc.",O="Figma, Inc."',
    'CN="Figma, Inc.", O="Figma, Inc." + OU=x',
    'cn="Figma, Inc.", o="Figma, Inc."',
    'CN="FIGMA, INC.", O="FIGMA, INC."',
  ])('is not: %s', (subject) => {
    expect(isNamed(subject, 'Figma, Inc.')).toBe(false);
  });

  it('gives back every value, whatever is in it', () => {
    const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
    assert(
      property(array(tuple(constantFrom('CN', 'O', 'OU', 'C'), string()), { minLength: 1 }), (parts) => {
        expect(certificateName(parts.map(([name, value]) => `${name}=${quoted(value)}`).join(', '))).toEqual(parts);
      }),
    );
  });
});
