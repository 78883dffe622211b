import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createToken, findByToken, hashToken } from '../../main/hub/tokens.ts';
import { aBinding } from './samples.ts';

const token = createToken((bytes) => Buffer.alloc(bytes, 7));

describe('a hub token', () => {
  it('is 256 random bits behind a prefix that scanners can tell', () => {
    const asked: number[] = [];
    const made = createToken((bytes) => {
      asked.push(bytes);
      return Buffer.from(Array.from({ length: bytes }, (_none, at) => 255 - at));
    });
    expect(asked).toEqual([32]);
    expect(made).toBe('rlh___79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA');
    expect(made).toHaveLength(47);
    expect(createToken()).not.toBe(createToken());
  });

  it('is kept as its SHA-256', () => {
    expect(hashToken(token)).toBe(createHash('sha256').update(token).digest('hex'));
  });

  it('finds its binding, and no other', () => {
    const others = Array.from({ length: 50 }, (_none, at) =>
      aBinding(`b${String(at).padStart(8, '0')}`, { tokenHash: hashToken(createToken()) }),
    );
    const mine = aBinding('bffffffff', { tokenHash: hashToken(token) });
    for (const bindings of [[mine], [...others, mine], [mine, ...others]]) {
      expect(findByToken(bindings, token)).toBe(mine);
    }
    expect(findByToken(others, token)).toBeUndefined();
    expect(findByToken([], token)).toBeUndefined();
  });

  it('of two bindings is of neither', () => {
    const tokenHash = hashToken(token);
    expect(
      findByToken([aBinding('b00000001', { tokenHash }), aBinding('b00000002', { tokenHash })], token),
    ).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['the hash itself', hashToken(token)],
    ['one letter less', token.slice(0, -1)],
    ['one letter more', `${token}A`],
    ['a space before it', ` ${token}`],
    ['a line end behind it', `${token}\n`],
    ['another case', token.toUpperCase()],
    ['no prefix', token.slice(4)],
    ['a megabyte', `rlh_${'A'.repeat(1 << 20)}`],
  ])('is not %s', (_title, presented) => {
    const bindings = [aBinding('b00000001', { tokenHash: hashToken(token) })];
    expect(findByToken(bindings, presented)).toBeUndefined();
    // Not even where somebody wrote its hash into the settings.
    expect(findByToken([aBinding('b00000001', { tokenHash: hashToken(presented) })], presented)).toBeUndefined();
  });

  it('is not anything that differs in one letter', () => {
    const bindings = [aBinding('b00000001', { tokenHash: hashToken(token) })];
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '0', '-', '_'), (at, letter) => {
        const other = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`;
        return (findByToken(bindings, other) !== undefined) === (other === token);
      }),
    );
  });
});
