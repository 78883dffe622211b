import { beforeEach, describe, expect, it } from 'vitest';
import { createHeldQuestions, HELD_MS, type HeldQuestions } from '../../main/operations/held-questions.ts';
import type { CompanionEvent } from '../../preload/contract/index.ts';

let now: number;
let events: CompanionEvent[];
let timers: { ms: number; run: () => void; isOff: boolean }[];
let held: HeldQuestions;

const question = { operation: 'policy.add', title: 'Allow it?', detail: 'all of it' } as const;
const first = 'q1';
const page = { by: 'interface', isPerson: false };
const window = { by: 'approval window', isPerson: true };

beforeEach(() => {
  now = Date.parse('2026-11-21T10:00:00.000Z');
  events = [];
  timers = [];
  let ids = 0;
  held = createHeldQuestions({
    clock: () => new Date(now),
    newId: () => `q${(ids += 1)}`,
    schedule: (ms, run) => {
      const timer = { ms, run, isOff: false };
      timers.push(timer);
      return () => {
        timer.isOff = true;
      };
    },
    announce: (event) => events.push(event),
  });
});

const hashOf = (id: string): string => held.list().find((one) => one.id === id)?.hash ?? '';

describe('a held question', () => {
  it('is shown whole, and announced when it comes and when it ends', async () => {
    const answer = held.ask(question, { a: 1 }, 'interface');
    expect(held.list()).toEqual([
      {
        id: first,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        ...question,
        from: 'interface',
        createdAt: '2026-11-21T10:00:00.000Z',
        expiresAt: '2026-11-21T10:05:00.000Z',
      },
    ]);
    held.answer(first, hashOf(first), true);
    expect(await answer).toBe('allowed');
    expect(events.map(({ type }) => type)).toEqual(['held_waiting', 'held_ended']);
    expect(held.list()).toEqual([]);
    expect(timers).toMatchObject([{ ms: HELD_MS, isOff: true }]);
  });

  it.each<[string, () => void, string]>([
    ['a no in the window', () => held.answer(first, hashOf(first), false), 'refused'],
    ['a no from anywhere', () => held.refuse(first, page), 'refused'],
    ['nobody', () => timers[0]?.run(), 'timeout'],
    ['the end of the companion', () => held.close(), 'quit'],
  ])('%s is a no', async (_, does, expected) => {
    const answer = held.ask(question, {}, 'interface');
    does();
    expect(await answer).toBe(expected);
    expect(events.at(-1)).toEqual({ type: 'held_ended', id: first });
  });

  it('takes a yes only to what was shown, and only once', async () => {
    const answer = held.ask(question, {}, 'interface');
    const hash = hashOf(first);
    expect(() => held.answer(first, 'f00d', true)).toThrow('This question does not wait');
    expect(() => held.answer('q9', hash, true)).toThrow('This question does not wait');
    held.answer(first, hash, true);
    expect(() => held.answer(first, hash, true)).toThrow('This question does not wait');
    expect(() => held.refuse(first, page)).toThrow('This question does not wait');
    expect(await answer).toBe('allowed');
  });

  it('takes no yes after its time, even where the timer slept', async () => {
    const answer = held.ask(question, {}, 'interface');
    const hash = hashOf(first);
    now += HELD_MS;
    expect(() => held.answer(first, hash, true)).toThrow('This question does not wait');
    expect(await answer).toBe('timeout');
  });

  it('has another hash for another input, title or detail', () => {
    const hashes = [
      [question, {}],
      [question, { a: 1 }],
      [{ ...question, title: 'Allow that?' }, {}],
    ] as const;
    for (const [index, [asked, input]] of hashes.entries()) void held.ask(asked, input, `asker ${index}`);
    expect(new Set(held.list().map(({ hash }) => hash)).size).toBe(3);
  });

  it('is not put again and again to a person who refuses', async () => {
    for (let n = 0; n < 3; n += 1) {
      const answer = held.ask(question, {}, 'interface');
      held.refuse(`q${n + 1}`, window);
      expect(await answer).toBe('refused');
    }
    expect(() => held.ask(question, {}, 'interface')).toThrow('Several questions in a row were refused');
    now += 30_000;
    void held.ask(question, {}, 'interface');
    expect(held.list()).toHaveLength(1);
  });

  it('of a page is not put again and again where the page withdraws it, and nobody else waits for that', async () => {
    for (let n = 0; n < 3; n += 1) {
      const answer = held.ask(question, {}, 'interface');
      held.refuse(`q${n + 1}`, page);
      expect(await answer).toBe('refused');
    }
    expect(() => held.ask(question, {}, 'interface')).toThrow('Several questions in a row were refused');
    void held.ask(question, {}, 'command line, process 1');
    expect(held.list()).toHaveLength(1);
  });

  it('does not make its asker wait where a page refuses it', async () => {
    for (let n = 0; n < 4; n += 1) {
      const answer = held.ask(question, {}, 'command line, process 1');
      held.refuse(`q${n + 1}`, page);
      expect(await answer).toBe('refused');
    }
    void held.ask(question, {}, 'command line, process 1');
    expect(held.list()).toHaveLength(1);
  });

  it('waits beside few others of the same asker, and is refused when the companion stops', async () => {
    for (let n = 0; n < 3; n += 1) void held.ask(question, { n }, 'interface');
    expect(() => held.ask(question, { n: 3 }, 'interface')).toThrow('Too many questions wait for an answer.');
    expect(held.list()).toHaveLength(3);
    void held.ask(question, {}, 'command line, process 1');
    expect(held.list()).toHaveLength(4);
    held.close();
    expect(held.list()).toEqual([]);
    expect(await held.ask(question, {}, 'interface')).toBe('quit');
  });

  it('counts every process of a shell as one asker', () => {
    for (const from of ['command line, process 1', 'command line, process 2', 'command line, process 3'])
      void held.ask(question, {}, from);
    expect(() => held.ask(question, {}, 'command line, process 4')).toThrow('Too many questions wait for an answer.');
    void held.ask(question, {}, 'interface');
    expect(held.list()).toHaveLength(4);
  });
});
