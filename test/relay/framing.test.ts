import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LineFramer } from '../../main/relay/framing.ts';
import type { Probed } from '../../main/relay/probe-envelope.ts';

interface Seen {
  readonly lines: string[];
  readonly discarded: { readonly why: string; readonly probed: Probed; readonly before: number }[];
}

function framer(maxBytes: number): { readonly framer: LineFramer; readonly seen: Seen } {
  const seen: Seen = { lines: [], discarded: [] };
  return {
    seen,
    framer: new LineFramer(maxBytes, {
      line: (line) => seen.lines.push(line.toString('utf8')),
      discarded: (why, probed) => seen.discarded.push({ why, probed, before: seen.lines.length }),
    }),
  };
}

const CORPUS = Buffer.from(
  '\ufeff{"a":1}\r\n\n\r\n  \n{"é":"\u{1f469}\u200d\u{1f4bb} 日本"}\n{"a":"\\n"}\n\u{10ffff}\nno final newline',
);

function linesOf(text: string): string[] {
  const parts = text.split('\n');
  const last = parts.pop() ?? '';
  return [...parts.map((part) => `${part}\n`), ...(last === '' ? [] : [`${last}\n`])];
}

afterEach(() => vi.restoreAllMocks());

describe('LineFramer', () => {
  it('gives the same lines wherever the stream is cut', () => {
    const expected = linesOf(CORPUS.toString('utf8'));
    for (let cut = 0; cut <= CORPUS.length; cut++) {
      const { framer: f, seen } = framer(1000);
      f.push(CORPUS.subarray(0, cut));
      f.push(CORPUS.subarray(cut));
      f.end();
      expect(seen).toEqual({ lines: expected, discarded: [] });
    }
  });

  it('gives the same lines byte by byte, multi-byte characters and all', () => {
    const { framer: f, seen } = framer(1000);
    for (let i = 0; i < CORPUS.length; i++) f.push(CORPUS.subarray(i, i + 1));
    f.end();
    expect(seen.lines).toEqual(linesOf(CORPUS.toString('utf8')));
  });

  it('loses and invents no byte, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0x0a), fc.integer({ min: 0, max: 255 })), { maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 50 }),
        (bytes, cuts) => {
          const stream = Buffer.from(bytes);
          const lines: Buffer[] = [];
          const f = new LineFramer(1000, { line: (line) => lines.push(Buffer.from(line)), discarded: () => {} });
          let at = 0;
          for (let i = 0; at < stream.length; i++) {
            const next = Math.min(stream.length, at + (cuts[i % cuts.length] ?? 1));
            f.push(stream.subarray(at, next));
            at = next;
          }
          f.end();
          const missing = stream.length > 0 && stream.at(-1) !== 0x0a ? '\n' : '';
          expect(Buffer.concat(lines)).toEqual(Buffer.concat([stream, Buffer.from(missing)]));
          for (const line of lines) expect(line.indexOf(0x0a)).toBe(line.length - 1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('hands a line that lies in one chunk on without copying it', () => {
    const chunk = Buffer.from('{"a":1}\n{"b":2}\n');
    const lines: Buffer[] = [];
    new LineFramer(100, { line: (line) => lines.push(line), discarded: () => {} }).push(chunk);
    expect(lines.map((line) => [line.buffer === chunk.buffer, line.byteOffset - chunk.byteOffset])).toEqual([
      [true, 0],
      [true, 8],
    ]);
  });

  it.each([
    ['4 KiB', 4096, 10 * 1024 * 1024],
    ['512 bytes', 512, 4 * 1024 * 1024],
    ['1 byte', 1, 300_000],
  ])('joins a long line in %s chunks at a cost in proportion to its length', (_title, size, total) => {
    const concat = vi.spyOn(Buffer, 'concat');
    const { framer: f, seen } = framer(16 * 1024 * 1024);
    const piece = Buffer.alloc(size, 'x');
    for (let sent = 0; sent < total; sent += size) f.push(Buffer.from(piece));
    f.push(Buffer.from('\n'));
    const copied = concat.mock.calls.reduce((sum, [, length], index) => {
      const result = concat.mock.results[index]?.value as Buffer;
      return sum + (length ?? result.length);
    }, 0);
    expect(seen.lines[0]?.length).toBe(Math.ceil(total / size) * size + 1);
    // Each byte is joined into a block once, and into its line once.
    expect(copied).toBeLessThanOrEqual(2 * (total + size) + 10);
    expect(concat.mock.calls.length).toBeLessThanOrEqual(total / size / 1000 + 2);
  });

  it('never holds many loose chunks, so that single bytes cost no multiple of themselves', () => {
    const { framer: f } = framer(16 * 1024 * 1024);
    for (let i = 0; i < 50_000; i++) f.push(Buffer.from('x'));
    const held = (f as unknown as { chunks: Buffer[] }).chunks.length;
    expect(held).toBeLessThan(1024 + 50);
    expect(f.partialBytes).toBe(50_000);
  });
});

describe('a line over the cap', () => {
  const cases = ['one chunk', 'byte by byte'] as const;
  function send(f: LineFramer, text: string, how: (typeof cases)[number]): void {
    const bytes = Buffer.from(text);
    if (how === 'one chunk') f.push(bytes);
    else for (let i = 0; i < bytes.length; i++) f.push(bytes.subarray(i, i + 1));
  }

  it.each(cases)('is discarded up to its newline, in its place, and the stream goes on (%s)', (how) => {
    const { framer: f, seen } = framer(20);
    send(f, `{"before":1}\n{"jsonrpc":"2.0","id":7,"method":"x"}\n{"after":1}\n`, how);
    expect(seen.lines).toEqual(['{"before":1}\n', '{"after":1}\n']);
    expect(seen.discarded).toEqual([{ why: 'too_large', probed: { id: '7', reading: 'request' }, before: 1 }]);
    expect(f.partialBytes).toBe(0);
  });

  it.each(cases)('the newline does not count against the cap (%s)', (how) => {
    const { framer: f, seen } = framer(10);
    send(f, `${'x'.repeat(10)}\n${'y'.repeat(11)}\n`, how);
    expect(seen.lines).toEqual([`${'x'.repeat(10)}\n`]);
    expect(seen.discarded.map((entry) => entry.why)).toEqual(['too_large']);
  });

  it.each([
    ['at the start', `{"jsonrpc":"2.0","id":"a1","result":{"t":"${'x'.repeat(100)}"}}`],
    ['at the end, as the TypeScript SDK writes it', `{"result":{"t":"${'x'.repeat(100)}"},"jsonrpc":"2.0","id":"a1"}`],
    ['behind braces in strings', `{"result":{"t":"}\\"]{[\\\\","u":[{}]},"jsonrpc":"2.0","id":"a1"}`],
  ])('gives the id of an answer: %s', (_title, line) => {
    for (const how of cases) {
      const { framer: f, seen } = framer(30);
      send(f, `${line}\n`, how);
      expect(seen.discarded[0]?.probed).toEqual({ id: '"a1"', reading: 'response' });
    }
  });

  it('keeps nothing of what it discards', () => {
    const { framer: f } = framer(100);
    for (let i = 0; i < 10_000; i++) f.push(Buffer.alloc(1000, 'x'));
    expect(f.partialBytes).toBe(10_000_000);
    expect((f as unknown as { chunks: Buffer[] }).chunks).toEqual([]);
  });

  it('is told when the stream ends in it', () => {
    const { framer: f, seen } = framer(5);
    f.push(Buffer.from('{"id":3,"method":"x"'));
    f.end();
    expect(seen.discarded).toEqual([{ why: 'too_large', probed: { id: '3', reading: 'request' }, before: 0 }]);
    f.end();
    expect(seen.discarded).toHaveLength(1);
  });
});

describe('a line that was given up', () => {
  it('is discarded up to its newline', () => {
    const { framer: f, seen } = framer(1000);
    f.push(Buffer.from('{"jsonrpc":"2.0","id":5,'));
    f.giveUp();
    expect(f.isDiscarding).toBe(true);
    f.push(Buffer.from('"method":"x"}\n{"next":1}\n'));
    expect(seen).toEqual({
      lines: ['{"next":1}\n'],
      discarded: [{ why: 'too_slow', probed: { id: '5', reading: 'request' }, before: 0 }],
    });
  });

  it('nothing to give up is no line', () => {
    const { framer: f, seen } = framer(1000);
    f.giveUp();
    f.push(Buffer.from('a\n'));
    f.giveUp();
    expect(seen).toEqual({ lines: ['a\n'], discarded: [] });
  });
});
