import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SseParser } from '../../../main/transport/http-upstream/sse-parser.ts';

type Told = readonly ['event', string, string] | readonly ['retry', number] | readonly ['tooLarge'];

interface Parse {
  readonly told: Told[];
  readonly lastEventId: string | undefined;
}

function parse(chunks: readonly Buffer[], maxBytes = 1000): Parse {
  const told: Told[] = [];
  const parser = new SseParser(maxBytes, {
    event: (type, data) => told.push(['event', type, data.toString('utf8')]),
    retry: (ms) => told.push(['retry', ms]),
    skipped: () => told.push(['tooLarge']),
  });
  for (const chunk of chunks) parser.push(chunk);
  return { told, lastEventId: parser.lastEventId };
}

const text = (value: string): Buffer => Buffer.from(value);
const message = (data: string): Told => ['event', 'message', data];

describe('an event stream', () => {
  test.each<[string, string, Told[], (string | undefined)?]>([
    ['one line', 'data: a\n\n', [message('a\n')]],
    ['CR', 'data: a\r\rdata: b\r\r', [message('a\n'), message('b\n')]],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', [message('a\n'), message('b\n')]],
    ['mixed ends', 'data: a\r\n\ndata: b\n\rdata: c\r\r\n', [message('a\n'), message('b\n'), message('c\n')]],
    ['several lines', 'data: a\ndata:b\ndata:  c\n\n', [message('a\nb\n c\n')]],
    ['empty data', 'data:\n\ndata\n\ndata\ndata\n\n', [message('\n'), message('\n'), message('\n\n')]],
    ['nothing', '\n\n\r\r', []],
    ['comments', ': a\n:\ndata: a\n: b\n\n', [message('a\n')]],
    ['a mark at the start', '\ufeffdata: a\n\n', [message('a\n')]],
    ['a mark later', 'data: a\n\n\ufeffdata: b\n\n', [message('a\n')]],
    ['a colon in the data', 'data: {"a":1}\n\n', [message('{"a":1}\n')]],
    ['a type', 'event: endpoint\ndata: /x\n\ndata: y\n\n', [['event', 'endpoint', '/x\n'], message('y\n')]],
    ['a type without data', 'event: endpoint\n\ndata: y\n\n', [message('y\n')]],
    ['fields of nobody', 'datax: a\ndat: b\nDATA: c\ndata : d\nverylongname: e\nx\n\n', []],
    ['a pause', 'retry: 1500\nretry: -1\nretry: 1.5\nretry:\nretry: 9999999999\n\n', [['retry', 1500]]],
    ['ids', 'id: 1\ndata: a\n\ndata: b\n\n', [message('a\n'), message('b\n')], '1'],
    ['an id alone', 'id: 7\n\n', [], '7'],
    ['an id that is taken back', 'id: 7\n\nid\n\n', [], undefined],
    ['an id with NUL', 'id: 7\n\nid: a\0b\n\n', [], '7'],
    ['an id that no header can hold', 'id: 7\n\nid: a\u0007b\n\n', [], '7'],
    ['an id in UTF-8', 'id: é\n\n', [], 'Ã©'],
    ['an id that is too long', `id: 7\n\nid: ${'x'.repeat(1025)}\n\n`, [], '7'],
    ['an id of an unfinished event', 'id: 1\ndata: a\n\nid: 2\ndata: b\n', [message('a\n')], '1'],
    [
      'an event that is too large',
      `data: ${'x'.repeat(1001)}\nid: 3\n\ndata: b\n\n`,
      [['tooLarge'], message('b\n')],
      '3',
    ],
    ['one that is too large in lines', `${'data: xxxx\n'.repeat(300)}\n\ndata: b\n\n`, [['tooLarge'], message('b\n')]],
    ['one that is just not too large', `data: ${'x'.repeat(1000)}\n\n`, [message(`${'x'.repeat(1000)}\n`)]],
  ])('with %s', (_, stream, told, lastEventId) => {
    expect(parse([text(stream)])).toEqual({ told, lastEventId });
    expect(parse([...text(stream)].map((byte) => Buffer.from([byte])))).toEqual({ told, lastEventId });
  });

  test('says the same however it is cut', () => {
    const piece = fc.constantFrom(
      'data',
      'id',
      'event',
      'retry',
      ':',
      ': ',
      ' ',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      'x',
      '1',
      'é',
      '\ufeff',
      '\0',
      '{"a":1}',
      'longer-than-a-name',
    );
    const stream = fc.array(piece, { maxLength: 60 }).map((pieces) => text(pieces.join('')));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(200), { maxLength: 12 }), (bytes, cuts) => {
        const at = [...new Set(cuts.map((cut) => Math.min(cut, bytes.length)))].sort((a, b) => a - b);
        const chunks = [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
        expect(parse(chunks, 20)).toEqual(parse([bytes], 20));
      }),
      { numRuns: 2000, seed: 20261121 },
    );
  });

  test('is read in a time that grows with its size only', () => {
    const told = { events: 0, bytes: 0 };
    const size = 8 * 1024 * 1024;
    const parser = new SseParser(2 * size, {
      event: (_, data) => {
        told.events++;
        told.bytes += data.length;
      },
      retry: () => {},
      skipped: () => {},
    });
    // A line that grows by single bytes, then a chunk of empty lines: both are quadratic where it is done naively.
    parser.push(text('data: '));
    const byte = text('x');
    for (let i = 0; i < size / 8; i++) parser.push(byte);
    parser.push(text('\n\n'));
    parser.push(Buffer.alloc(size, '\n'));
    parser.push(Buffer.concat([text('data: '), Buffer.alloc(size, 'y'), text('\n\n')]));
    expect(told).toEqual({ events: 2, bytes: size / 8 + size + 2 });
  });

  test('that is stopped says nothing more of the same chunk', () => {
    const told: string[] = [];
    const parser = new SseParser(100, {
      event: (_, data) => {
        told.push(data.toString());
        parser.stop();
      },
      retry: () => {},
      skipped: () => {},
    });
    parser.push(text('data: a\n\ndata: b\n\n'));
    expect(told).toEqual(['a\n']);
  });
});
