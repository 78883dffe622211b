import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLinkTokens, LINK_LIFE_MS, MAX_OPEN_LINKS, type LinkTokens } from '../../main/control/link-token.ts';

function tokens(): { links: LinkTokens; clock: { now: number } } {
  const clock = { now: 1000 };
  let minted = 0;
  return { clock, links: createLinkTokens({ now: () => clock.now, randomToken: () => `token-${(minted += 1)}` }) };
}

describe('link tokens', () => {
  it('are accepted once, then known as used', () => {
    const { links } = tokens();
    const token = links.mint();
    expect(links.redeem(token)).toEqual({ kind: 'accepted' });
    expect(links.redeem(token)).toEqual({ kind: 'used' });
  });

  it.each([
    ['just before the end of its life', LINK_LIFE_MS - 1, 'accepted'],
    ['at the end of its life', LINK_LIFE_MS, 'unknown'],
  ])('%s: %s ms', (_title, age, kind) => {
    const { links, clock } = tokens();
    const token = links.mint();
    clock.now += age;
    expect(links.redeem(token)).toEqual({ kind });
  });

  it.each(['', 'token', 'token-11', 'TOKEN-1', ' token-1', 'token-1\0'])('refuses %j', (guess) => {
    const { links } = tokens();
    const token = links.mint();
    expect(links.redeem(guess)).toEqual({ kind: 'unknown' });
    expect(links.redeem(token)).toEqual({ kind: 'accepted' });
  });

  it('lets the oldest give way when too many are open', () => {
    const { links } = tokens();
    const all = Array.from({ length: MAX_OPEN_LINKS + 1 }, () => links.mint());
    expect(links.redeem(all[0]!)).toEqual({ kind: 'unknown' });
    expect(links.redeem(all[1]!)).toEqual({ kind: 'accepted' });
  });

  it('never accepts a token twice, whatever the order of mints, redeems and time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('mint', 'redeem', 'wait'), fc.nat(20)), { maxLength: 60 }),
        (steps) => {
          const { links, clock } = tokens();
          const minted: string[] = [];
          const accepted: string[] = [];
          for (const [step, value] of steps) {
            if (step === 'mint') minted.push(links.mint());
            else if (step === 'wait') clock.now += value * 10_000;
            else {
              const token = minted[value] ?? 'never';
              if (links.redeem(token).kind === 'accepted') accepted.push(token);
            }
          }
          expect(new Set(accepted).size).toBe(accepted.length);
          expect(accepted).not.toContain('never');
        },
      ),
    );
  });
});
