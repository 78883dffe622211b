/** The short form of `npm run soak`, and that its comparison sees what it is there for. */
import { describe, expect, it } from 'vitest';
import { describeJourney, openHome } from '../journeys/companion-home.ts';
import { violations, type Accounts, type TrailRecord } from './compare.ts';
import { killRounds } from './kill-rounds.ts';

const ROUNDS = 5;
const CALLS = 40;

describeJourney('a companion that is killed in the middle of calls', () => {
  it(`${ROUNDS} times: no acknowledged call is lost, none is executed without an intent record`, async () => {
    const home = await openHome();
    try {
      const figures = await killRounds(home, { rounds: ROUNDS, callsPerRound: CALLS, seed: 1 });
      expect(figures).toMatchObject({ rounds: ROUNDS, calls: ROUNDS * CALLS });
      expect(figures.acknowledged).toBeGreaterThan(0);
      expect(figures.executed).toBeGreaterThanOrEqual(figures.acknowledged);
    } finally {
      await home.close();
    }
  });
});

describe('the comparison', () => {
  const intent = (number: string): TrailRecord => ({ kind: 'intent', call: `c-${number}`, number, outcome: undefined });
  const outcome = (number: string, word = 'ok'): TrailRecord => ({
    kind: 'outcome',
    call: `c-${number}`,
    number: undefined,
    outcome: word,
  });
  const one: Accounts = { acknowledged: ['1'], executed: ['1'], trail: [intent('1'), outcome('1')] };

  it('finds nothing where the accounts agree', () => {
    expect(violations(one)).toEqual([]);
    // Cut between intent and call, and between call and answer.
    expect(violations({ acknowledged: [], executed: [], trail: [intent('1'), outcome('1', 'unknown')] })).toEqual([]);
    expect(violations({ acknowledged: [], executed: ['1'], trail: [intent('1'), outcome('1', 'unknown')] })).toEqual(
      [],
    );
  });

  it.each<[string, Partial<Accounts>]>([
    ['1 was executed without an intent record', { acknowledged: [], trail: [] }],
    ['1 was executed twice', { executed: ['1', '1'] }],
    ['1 was answered and never executed', { executed: [] }],
    ['1 was answered, and its outcome record is unknown', { trail: [intent('1'), outcome('1', 'unknown')] }],
    ['1 has 0 outcome records', { acknowledged: [], trail: [intent('1')] }],
    ['1 has 2 outcome records', { trail: [intent('1'), outcome('1'), outcome('1', 'unknown')] }],
    ['1 has two intent records', { trail: [intent('1'), intent('1'), outcome('1')] }],
  ])('finds: %s', (expected, change) => {
    expect(violations({ ...one, ...change })).toContain(expected);
  });

  it('finds a record that was lost', () => {
    expect(violations({ ...one, trail: [] })).toEqual([
      '1 was executed without an intent record',
      '1 was answered, and its outcome record is lost',
    ]);
  });
});
