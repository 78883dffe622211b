import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseByParts } from '../../main/relay/parse-by-parts.ts';
import { dropMember, membersAt, setMember, spanAt, splice, trimmed } from '../../main/relay/splice-json.ts';

const whole = (bytes: Buffer) => ({ start: 0, end: bytes.length });
/** Own properties only: a key may be named as one that every object inherits. */
const entries = (value: Record<string, unknown>): [string, unknown][] => Object.entries(value);
const key = fc.oneof(fc.string(), fc.constantFrom('a', 'b', '"', '\\', '}', ',', '{"x":1}'));
const object = fc.dictionary(key, fc.jsonValue(), { noNullPrototype: true });
/** Not JSON.parse: it does not see every key as it is written. */
const read = (bytes: Buffer): Record<string, unknown> =>
  parseByParts(trimmed(bytes), whole(trimmed(bytes))) as Record<string, unknown>;
const spaced = fc.tuple(object, fc.constantFrom(undefined, 1, '\t')).map(([given, space]) => {
  const text = JSON.stringify(given, undefined, space);
  return { value: read(Buffer.from(text)), bytes: Buffer.from(text) };
});
const RUNS = { seed: 7, numRuns: 500 };

describe('a member that is set', () => {
  it('is there once, and every other keeps its text and its place', () => {
    fc.assert(
      fc.property(spaced, key, fc.jsonValue(), ({ value, bytes }, name, given) => {
        fc.pre(name !== '__proto__' && !Object.hasOwn(value, '__proto__'));
        const source = Buffer.from(JSON.stringify(given));
        const made = splice(bytes, [setMember(bytes, whole(bytes), name, source)]);
        const now = read(made);
        const others = (all: [string, unknown][]) => all.filter(([other]) => other !== name);
        expect(JSON.stringify(now[name])).toBe(source.toString());
        expect(new Map(others(entries(now)))).toEqual(new Map(others(entries(value))));
        expect(membersAt(made, whole(made)).filter((member) => member.key === name)).toHaveLength(1);
      }),
      RUNS,
    );
  });
});

describe('a member that is dropped', () => {
  it('is gone, and every other keeps its text and its place', () => {
    fc.assert(
      fc.property(spaced, fc.nat(), ({ value, bytes }, at) => {
        fc.pre(!Object.hasOwn(value, '__proto__'));
        const names = Object.keys(value);
        const name = names[at % Math.max(1, names.length)] ?? 'none';
        const edit = dropMember(bytes, whole(bytes), name);
        if (names.length === 0) {
          expect(edit).toBeUndefined();
          return;
        }
        if (edit === undefined) throw new Error('nothing was dropped');
        expect(entries(read(splice(bytes, [edit])))).toEqual(entries(value).filter(([other]) => other !== name));
      }),
      RUNS,
    );
  });

  it.each([
    ['{"a":1}', '{}'],
    ['{ "a" : 1 }', '{  }'],
    ['{"a":1, "b":2}', '{"b":2}'],
    ['{"b":2 , "a" : {"a":[1,"}"]} }', '{"b":2 }'],
    ['{"b":2,"\\u0061":1,"c":3}', '{"b":2,"c":3}'],
    ['{"b":{"a":1}}', undefined],
  ])('of %s leaves %s', (before, after) => {
    const bytes = Buffer.from(before);
    const edit = dropMember(bytes, whole(bytes), 'a');
    expect(edit === undefined ? undefined : splice(bytes, [edit]).toString()).toBe(after);
  });
});

describe('where something stands', () => {
  it.each([
    [['a', 'b'], '1'],
    [['a'], '{ "b" : 1 }'],
    [['a', 'c'], undefined],
    [['x', 'b'], undefined],
    [['a', 'b', 'c'], undefined],
  ])('%j', (path, text) => {
    const bytes = Buffer.from('{"a" : { "b" : 1 } , "c":2}');
    const span = spanAt(bytes, path);
    expect(span === undefined ? undefined : bytes.toString('utf8', span.start, span.end)).toBe(text);
  });

  it('is without white space around it', () => {
    expect(trimmed(Buffer.from(' \n{ } \r\n')).toString()).toBe('{ }');
    expect(trimmed(Buffer.from('  ')).toString()).toBe('');
  });
});
