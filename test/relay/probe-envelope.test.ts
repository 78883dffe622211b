import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { EnvelopeProbe, probeEnvelope } from '../../main/relay/probe-envelope.ts';
import { objectText } from './json-texts.ts';

const probe = (text: string) => probeEnvelope(Buffer.from(text));

describe('the id of a message that is not forwarded', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":1,"method":"x"}', '1'],
    ['{"id":-5,"method":"x"}', '-5'],
    ['{"id":9007199254740993}', '9007199254740993'],
    ['{"id":"é"}', '"é"'],
    ['{"id":"\\u00e9"}', '"\\u00e9"'],
    ['{"id":""}', '""'],
    ['{"id":"a\\"b,}"}', '"a\\"b,}"'],
    ['{"\\u0069d":1}', '1'],
    ['  {  "id" \t:\r\n 1 , "x" : [ {"id":2} ] }  ', '1'],
    ['{"id":1,"params":{"id":2,"x":"\\"id\\":3"}}', '1'],
    ['{"id":1,"params":{bad json', '1'],
    ['{"id":1,"params":[[[[', '1'],
    [`{"id":${'9'.repeat(1000)}}`, '9'.repeat(1000)],
  ])('%s', (text, id) => {
    expect(probe(text).id).toBe(id);
  });

  it.each([
    ['none', '{"method":"x"}'],
    ['unfinished', '{"id":1'],
    ['unfinished string', '{"id":"a'],
    ['twice', '{"id":1,"id":1}'],
    ['twice, once escaped', '{"id":1,"\\u0069d":2}'],
    ['a key that folds to it', '{"id":1,"ID":2}'],
    ['a key that folds to it in another script', '{"ıd":1,"id":2,"I\u0044":3}'],
    ['a key that folds to "method"', '{"id":1,"Method":"x"}'],
    ['null', '{"id":null}'],
    ['minus zero', '{"id":-0}'],
    ['a fraction', '{"id":1.5}'],
    ['an exponent', '{"id":1e3}'],
    ['a leading zero', '{"id":01}'],
    ['true', '{"id":true}'],
    ['an object', '{"id":{}}'],
    ['an object before a number', '{"id":{}1}'],
    ['a number before an object', '{"id":1{}}'],
    ['two numbers', '{"id":1 2}'],
    ['two strings', '{"id":"a" "b"}'],
    ['two strings in one', '{"id":"a""b"}'],
    ['a second colon', '{"a":"id":5}'],
    ['text before it', 'x{"id":1}'],
    ['a string before it', '"x"{"id":1}'],
    ['a comma before it', ',{"id":1}'],
    ['text behind it', '{"id":1}x'],
    ['a string behind it', '{"id":1}"x"'],
    ['another message behind it', '{"id":1}{"id":2}'],
    ['an array', '[{"id":1}]'],
    ['brackets that do not match', '{"a":[},"id":1}'],
    ['a bracket too many', '{"id":1}}'],
    ['a bad escape', '{"id":"\\x"}'],
    ['a control character', '{"id":"a\u0001"}'],
    ['nothing', ''],
    ['too long', `{"id":"${'x'.repeat(2000)}"}`],
    ['much too long', `{"id":${'1'.repeat(100_000)}}`],
  ])('is not given: %s', (_title, text) => {
    expect(probe(text).id).toBeUndefined();
  });

  it('is not given when it is not UTF-8', () => {
    const line = Buffer.concat([Buffer.from('{"id":"a'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(probeEnvelope(line).id).toBeUndefined();
  });

  it('is the one that JSON.parse reads, and given only where a message has exactly one', () => {
    const member = fc.tuple(
      fc.constantFrom('"id"', '"\\u0069d"', '"Id"', '"ID"', '"method"', '"x"', '"jsonrpc"', '"ｉｄ"'),
      fc.oneof(
        fc.integer().map(String),
        fc.string().map((value) => JSON.stringify(value)),
        fc.constantFrom('null', '1.5', '{}', '[{"id":9}]', '{"id":8}', '1e2', '"\\ud800"'),
      ),
    );
    let given = 0;
    fc.assert(
      fc.property(fc.array(member, { maxLength: 5 }), fc.stringMatching(/^[ \t]{0,2}$/), (members, gap) => {
        const text = `{${members.map(([key, value]) => `${gap}${key}${gap}:${gap}${value}${gap}`).join(',')}}`;
        const names = members.map(([key]) => JSON.parse(key) as string);
        const like = members.filter((_, index) => names[index]?.normalize('NFKC').toLowerCase() === 'id');
        const value = (JSON.parse(text) as Record<string, unknown>)['id'];
        const clear =
          like.length === 1 &&
          names.includes('id') &&
          (typeof value === 'string' || /^-?\d+$/.test(like[0]?.[1] ?? ''));
        const { id } = probe(text);
        if (id === undefined) expect(clear).toBe(false);
        else {
          given++;
          expect(clear).toBe(true);
          expect(JSON.parse(id)).toEqual(value);
        }
      }),
      { numRuns: 3000 },
    );
    expect(given).toBeGreaterThan(100);
  });

  it('of a broken text is one that stands there as a whole', () => {
    fc.assert(
      fc.property(objectText, fc.nat(), fc.nat({ max: 255 }), (text, at, byte) => {
        const bytes = Buffer.from(text);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        const { id } = probeEnvelope(bytes);
        if (id === undefined) return;
        const source = bytes.toString('utf8');
        expect(source.replaceAll(/\s/g, '')).toContain(`:${id.replaceAll(/\s/g, '')}`);
        expect(['string', 'number']).toContain(typeof JSON.parse(id));
      }),
      { numRuns: 5000 },
    );
  });

  it('does not depend on how the bytes come', () => {
    fc.assert(
      fc.property(objectText, fc.integer({ min: 1, max: 7 }), (text, size) => {
        const bytes = Buffer.from(`{"id":5,"a":${text},"method":"x"}`);
        const streamed = new EnvelopeProbe();
        for (let at = 0; at < bytes.length; at += size) streamed.push(bytes.subarray(at, at + size));
        expect(streamed.result()).toEqual(probeEnvelope(bytes));
        expect(streamed.result()).toEqual({ id: '5', reading: 'request' });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what a message seems to be', () => {
  it.each([
    ['{"id":1,"method":"x"}', 'request'],
    ['{"id":null,"method":"x"}', 'request'],
    ['{"id":1,"method":"x","result":{}}', 'request'],
    ['{"method":"x"}', 'notification'],
    ['{"method":"x","params":{"id":1}}', 'notification'],
    ['{"method":"x","params":{', 'envelope'],
    ['{"id":1,"result":{}}', 'response'],
    ['{"id":1,"error":', 'response'],
    ['{"jsonrpc":"2.0","id":1,"resu', 'envelope'],
    ['{"level":30,"id":1,"msg":"listening"}', 'unknown'],
    ['{"method":"x","Id":1}', 'unknown'],
    ['[{"method":"x","id":1}]', 'unknown'],
    ['hello', 'unknown'],
    ['', 'unknown'],
  ])('%s: %s', (text, reading) => {
    expect(probe(text).reading).toBe(reading);
  });
});

describe('its cost', () => {
  it.each([
    ['short strings', '"a",'],
    ['strings full of escapes', `"${'\\\\'.repeat(500)}",`],
    ['a long string', `"${'x'.repeat(10_000)}",`],
  ])('is in proportion to the text: %s', (_title, unit) => {
    const line = Buffer.from(`{"id":1,"method":"x","params":[${unit.repeat(Math.ceil(200_000 / unit.length))}1]}`);
    let searched = 0;
    const original = line.indexOf.bind(line);
    vi.spyOn(line, 'indexOf').mockImplementation((value, from) => {
      const start = typeof from === 'number' ? from : 0;
      const found = original(value, start);
      searched += (found < 0 ? line.length : found) - start;
      return found;
    });
    expect(probeEnvelope(line)).toEqual({ id: '1', reading: 'request' });
    expect(searched).toBeLessThanOrEqual(2 * line.length);
  });
});
