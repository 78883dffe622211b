import { describe, expect, it } from 'vitest';
import { protectedPathIn, type ProtectedPaths } from '../../main/policy/protected-paths.ts';

function looked(args: unknown): { readonly asked: number; readonly found: string | undefined } {
  let asked = 0;
  const paths: ProtectedPaths = {
    roots: ['/home/me/.runlayer'],
    homes: ['/home/me'],
    separator: '/',
    foldsCase: false,
    resolve: (text) => {
      asked++;
      return [text];
    },
  };
  const found = protectedPathIn(args, paths);
  return { asked, found };
}

describe('paths that are looked for in the arguments of a call', () => {
  it('are followed once each', () => {
    const many = Array.from({ length: 5000 }, () => '/data/a');
    expect(looked({ many, more: [many], last: '/data/b' })).toEqual({ asked: 2, found: undefined });
    expect(looked([many, '/home/me/.runlayer/x']).found).toBe('/home/me/.runlayer');
  });

  it.each<[string, unknown]>([
    ['more than a thousand', Array.from({ length: 1001 }, (_, n) => `/${n}`)],
    ['long ones', Array.from({ length: 201 }, (_, n) => `/${n}`.padEnd(4000, 'a'))],
    ['escaped ones', Array.from({ length: 60 }, (_, n) => `${n}${'a%25'.repeat(1000)}`)],
  ])('are refused where there is too much to follow: %s', (_title, args) => {
    expect(() => looked(args)).toThrow('too many path-like arguments');
  });

  it.each([
    `${'%2F'.repeat(40_000)}home`,
    `${'x%2F..%2F'.repeat(10_000)}home`,
    `/home/me%00${'a%20'.repeat(20_000)}`,
    `file:///home/me?${'a%20'.repeat(20_000)}`,
    `${'%20'.repeat(20_000)}/home/me`,
  ])('are followed where a reader drops what makes them long: %#', (text) => {
    expect(looked(text).asked).toBe(1);
  });

  it('and content is none of that', () => {
    expect(looked({ text: 'a/b 100% '.repeat(200_000) }).found).toBeUndefined();
    expect(looked({ text: '%3Cp%3Ea%2Fb%3C%2Fp%3E'.repeat(17_000) })).toEqual({ asked: 0, found: undefined });
    expect(looked(Array.from({ length: 150 }, (_, n) => `a/${n}`.padEnd(4096, 'x'))).asked).toBe(150);
    expect(looked(Array.from({ length: 1000 }, (_, n) => `/data/${n}%20x`)).asked).toBe(1000);
  });
});
