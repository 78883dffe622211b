import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../preload/contract/index.ts';
import { MAX_DEFINITION_BYTES } from '../../main/pin/fingerprint.ts';
import { OwnListing, verdictHere } from '../../main/pin/own-listing.ts';
import {
  accept,
  forget,
  PIN_LIMITS,
  pinKey,
  pinState,
  pinView,
  sight,
  verdictOf,
  type ConnectorPins,
  type Sight,
} from '../../main/pin/pins.ts';

const T1 = '2026-11-21T08:00:00.000Z';
const T2 = '2026-11-21T09:00:00.000Z';
const NONE: ConnectorPins = new Map();
const tool = (name: string, description = 'first'): { name: string; definition: JsonObject } => ({
  name,
  definition: { name, description },
});
const look = (
  pins: ConnectorPins,
  items: readonly { name: string; definition: JsonObject }[],
  mode: 'pin' | 'ask' = 'pin',
  at = T1,
): Sight => sight(pins, 'tool', items, { at, mode });
const at = (pins: ConnectorPins, name: string): NonNullable<ReturnType<ConnectorPins['get']>> => {
  const pin = pins.get(pinKey('tool', name));
  if (pin === undefined) throw new Error(`no pin of ${name}`);
  return pin;
};

describe('what a listing makes of pins', () => {
  /** Descriptions that a server lists of one tool, one after the other; what is said of each, and how it stands in the end. */
  it.each([
    { mode: 'pin', listed: ['a'], verdicts: ['open'], state: 'pinned' },
    { mode: 'pin', listed: ['a', 'a'], verdicts: ['open', 'open'], state: 'pinned' },
    { mode: 'pin', listed: ['a', 'b'], verdicts: ['open', 'changed'], state: 'changed' },
    { mode: 'pin', listed: ['a', 'b', 'b'], verdicts: ['open', 'changed', 'changed'], state: 'changed' },
    { mode: 'pin', listed: ['a', 'b', 'a'], verdicts: ['open', 'changed', 'open'], state: 'pinned' },
    {
      mode: 'pin',
      listed: ['a', 'b', 'c', 'a', 'c'],
      verdicts: ['open', 'changed', 'changed', 'open', 'changed'],
      state: 'changed',
    },
    { mode: 'ask', listed: ['a'], verdicts: ['new'], state: 'new' },
    { mode: 'ask', listed: ['a', 'b', 'a'], verdicts: ['new', 'new', 'new'], state: 'new' },
  ] as const)('$mode: $listed → $verdicts', ({ mode, listed, verdicts, state }) => {
    let pins = NONE;
    const found = listed.map((description) => {
      const seen = look(pins, [tool('t', description)], mode);
      ({ pins } = seen);
      return seen.verdicts[0];
    });
    expect(found).toEqual(verdicts);
    expect(pinState(at(pins, 't'))).toBe(state);
  });

  it('holds back what changed and lets the others go on', () => {
    const first = look(NONE, [tool('a'), tool('b'), tool('c')]);
    expect(first.added.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    const second = look(first.pins, [tool('a'), tool('b', 'second'), tool('c')], 'pin', T2);
    expect(second.verdicts).toEqual(['open', 'changed', 'open']);
    expect(second.changed.map(({ name, changedAt }) => [name, changedAt])).toEqual([['b', T2]]);
    expect(second.added).toEqual([]);
  });

  it('tells of a change once', () => {
    const { pins } = look(look(NONE, [tool('a')]).pins, [tool('a', 'x')]);
    const again = look(pins, [tool('a', 'x')]);
    expect(again.changed).toEqual([]);
    expect(again.pins).toBe(pins);
    expect(look(pins, [tool('a', 'y')]).changed).toHaveLength(1);
  });

  it('has nothing to write where nothing is new', () => {
    const { pins } = look(NONE, [tool('a'), tool('b')]);
    expect(look(pins, [tool('b'), tool('a')]).pins).toBe(pins);
  });

  it('takes absence for no drift', () => {
    const { pins } = look(NONE, [tool('a'), tool('b')]);
    expect(look(pins, [tool('a')]).pins).toBe(pins);
    expect(look(pins, []).pins).toBe(pins);
  });

  it('adds what is new beside what is known', () => {
    const { pins } = look(NONE, [tool('a')]);
    expect(look(pins, [tool('a'), tool('b')], 'pin')).toMatchObject({ verdicts: ['open', 'open'], changed: [] });
    expect(look(pins, [tool('a'), tool('b')], 'ask')).toMatchObject({ verdicts: ['open', 'new'], changed: [] });
  });

  it('keeps a new item waiting when the setting is another one by then', () => {
    const { pins } = look(NONE, [tool('a')], 'ask');
    expect(look(pins, [tool('a')], 'pin').verdicts).toEqual(['new']);
  });

  it('judges the second of one name by the first', () => {
    expect(look(NONE, [tool('a', 'x'), tool('a', 'y')]).verdicts).toEqual(['open', 'changed']);
  });

  it('tells kinds apart', () => {
    const { pins } = look(NONE, [tool('a')]);
    const prompt = sight(pins, 'prompt', [tool('a', 'other')], { at: T1, mode: 'pin' });
    expect(prompt.verdicts).toEqual(['open']);
    expect(prompt.pins.size).toBe(2);
  });

  it.each(['__proto__', 'constructor', 'toString', '', 'a\nb', '\ud800', 'х'.repeat(8192), 'tool\nname'])(
    'keeps the name %j apart from all others',
    (name) => {
      const { pins } = look(NONE, [tool(name), tool('other')]);
      expect(pins.size).toBe(2);
      expect(look(pins, [tool(name, 'second'), tool('other')]).verdicts).toEqual(['changed', 'open']);
    },
  );
});

describe('what does not fit', () => {
  const large = 'x'.repeat(MAX_DEFINITION_BYTES);

  it('is held back, and not agreed to', () => {
    const seen = look(NONE, [tool('a', large), tool('b')]);
    expect(seen).toMatchObject({ verdicts: ['new', 'open'], unkept: 1 });
    expect([...seen.pins.values()].map(({ name }) => name)).toEqual(['b']);
  });

  it('is no way past what is agreed to', () => {
    const { pins } = look(NONE, [tool('a')]);
    const seen = look(pins, [tool('a', large)]);
    expect(seen).toMatchObject({ verdicts: ['changed'], unkept: 1, fingerprints: [undefined] });
    expect(seen.pins).toBe(pins);
  });

  it('counts as held back for a name that is too long, and for what has no canonical text', () => {
    expect(look(NONE, [tool('x'.repeat(8193))]).verdicts).toEqual(['new']);
    const odd = { name: 'a', definition: { name: 'a', inputSchema: { maximum: Number.POSITIVE_INFINITY } } };
    expect(look(NONE, [odd]).verdicts).toEqual(['new']);
  });

  it('is the item after the two thousandth, of one kind', () => {
    const many = Array.from({ length: PIN_LIMITS.maxItems + 5 }, (_, index) => tool(`t${index}`));
    const seen = look(NONE, many);
    expect(seen.unkept).toBe(5);
    expect(seen.verdicts.slice(-6)).toEqual(['open', 'new', 'new', 'new', 'new', 'new']);
    // What is known is still compared, and other kinds have their own room.
    expect(look(seen.pins, [tool('t0', 'second')]).verdicts).toEqual(['changed']);
    expect(sight(seen.pins, 'prompt', [tool('p')], { at: T1, mode: 'pin' }).verdicts).toEqual(['open']);
  });

  it('is what goes over the bytes of a connector, held back definitions included', () => {
    const limits = { maxItems: 10, maxBytes: 1000 };
    const options = { at: T1, mode: 'pin', limits } as const;
    const first = sight(NONE, 'tool', [tool('a', 'x'.repeat(400)), tool('b', 'y'.repeat(400))], options);
    expect(first.unkept).toBe(0);
    const second = sight(first.pins, 'tool', [tool('c', 'z'.repeat(400)), tool('a', 'w'.repeat(400))], options);
    expect(second).toMatchObject({ verdicts: ['new', 'changed'], unkept: 2, added: [], changed: [] });
    expect(second.pins).toBe(first.pins);
    // What takes less room than before always fits.
    expect(sight(first.pins, 'tool', [tool('c', 'z')], options)).toMatchObject({ verdicts: ['open'], unkept: 0 });
  });
});

describe('a person', () => {
  const changed = look(look(NONE, [tool('a'), tool('b')]).pins, [tool('a', 'x'), tool('b', 'y')], 'pin', T2).pins;
  const seenOf = (pins: ConnectorPins, name: string): string => at(pins, name).seen?.fingerprint ?? '';

  it('agrees to exactly what was shown', () => {
    const accepted = accept(changed, [{ kind: 'tool', name: 'a', seen: seenOf(changed, 'a') }]);
    if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
    expect(look(accepted.pins, [tool('a', 'x'), tool('b', 'y')]).verdicts).toEqual(['open', 'changed']);
    // What was agreed to before is a change now.
    expect(look(accepted.pins, [tool('a')]).verdicts).toEqual(['changed']);
    expect(pinView('c', at(accepted.pins, 'a'))).toEqual({
      connector: 'c',
      kind: 'tool',
      name: 'a',
      state: 'pinned',
      fingerprint: seenOf(changed, 'a'),
      firstSeenAt: T1,
    });
  });

  it('agrees to nothing where one of it changed again', () => {
    const again = look(changed, [tool('b', 'z')]).pins;
    const choices = ['a', 'b'].map((name) => ({ kind: 'tool', name, seen: seenOf(changed, name) }) as const);
    expect(accept(again, choices)).toEqual({ kind: 'changed_again', choice: choices[1] });
  });

  it.each(['gone', 'a'])('cannot agree to what does not wait: %s', (name) => {
    const { pins } = look(NONE, [tool('a')]);
    expect(accept(pins, [{ kind: 'tool', name, seen: 'f' }]).kind).toBe('not_held');
  });

  it('agrees to what is new', () => {
    const { pins } = look(NONE, [tool('a')], 'ask');
    expect(pinView('c', at(pins, 'a'))).toMatchObject({ state: 'new', seen: seenOf(pins, 'a') });
    const accepted = accept(pins, [{ kind: 'tool', name: 'a', seen: seenOf(pins, 'a') }]);
    if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
    expect(look(accepted.pins, [tool('a')], 'ask').verdicts).toEqual(['open']);
  });

  it.each([
    { which: {}, left: 0 },
    { which: { kind: 'tool' }, left: 1 },
    { which: { kind: 'tool', name: 'a' }, left: 2 },
    { which: { name: 'a' }, left: 1 },
    { which: { name: 'none' }, left: 3 },
  ] as const)('forgets $which', ({ which, left }) => {
    const { pins } = sight(changed, 'prompt', [tool('a')], { at: T1, mode: 'pin' });
    const found = forget(pins, which);
    expect([found.pins.size, found.forgotten]).toEqual([left, 3 - left]);
  });
});

describe('two sessions with servers of one connector', () => {
  const { pins } = look(NONE, [tool('a')]);
  const drifted = look(pins, [tool('a', 'x')]);
  const fingerprint = drifted.fingerprints[0] ?? '';
  const good = at(pins, 'a').agreed?.fingerprint ?? '';

  it('are each judged by what their own server listed', () => {
    expect(verdictHere(at(drifted.pins, 'a'), good)).toBe('open');
    expect(verdictHere(at(pins, 'a'), fingerprint)).toBe('changed');
    expect(verdictOf(undefined, good)).toBe('new');
  });

  it('are judged by what was seen last, where theirs listed nothing', () => {
    expect(verdictHere(at(drifted.pins, 'a'), undefined)).toBe('changed');
    expect(verdictHere(at(pins, 'a'), undefined)).toBe('open');
    expect(verdictHere(undefined, undefined)).toBe('new');
  });

  it('know what is held back of their own', () => {
    const own = new OwnListing();
    expect(own.heldBack('tool', pins)).toEqual([]);
    expect(own.heldBack('tool', drifted.pins)).toEqual(['a']);
    expect(own.heldBack('tool', pins)).toEqual([]);
    own.saw(pinKey('tool', 'a'), fingerprint);
    expect(own.heldBack('tool', pins)).toEqual(['a']);
    expect(own.heldBack('prompt', pins)).toEqual([]);
    own.saw(pinKey('tool', 'a'), good);
    expect(own.heldBack('tool', drifted.pins)).toEqual([]);
    own.forget(pinKey('tool', 'a'));
    expect(own.heldBack('tool', drifted.pins)).toEqual(['a']);
    // What cannot be pinned is held back.
    own.saw(pinKey('tool', 'a'), undefined);
    expect(own.heldBack('tool', pins)).toEqual(['a']);
  });
});
