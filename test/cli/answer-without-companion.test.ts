import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerWithoutCompanion } from '../../main/cli/thin/answer-without-companion.ts';

const FAILURE = { code: 'E_X', message: 'No companion.', next: 'Do \u001b[31m this.' };
const ERROR = String.raw`{"code":-31004,"message":"No companion. Do \u001b[31m this.","data":{"code":"E_X"}}`;
const answerTo = (id: string): string => `{"jsonrpc":"2.0","id":${id},"error":${ERROR}}\n`;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function converse(
  chunks: readonly (string | Buffer)[],
  options: { said?: readonly Buffer[]; stayMs?: number; leaveOpen?: boolean } = {},
): Promise<Ended> {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const { said, stayMs = 60_000 } = options;
  const [out, err] = [text(output), text(errors)];
  const done = answerWithoutCompanion(FAILURE, {
    input,
    output,
    errors,
    stayMs,
    ...(said === undefined ? {} : { said }),
  });
  for (const chunk of chunks) input.write(chunk);
  if (options.leaveOpen !== true) input.end();
  const code = await done;
  output.end();
  errors.end();
  return { code, out: await out, err: await err };
}

describe('answerWithoutCompanion', () => {
  it('tells the person on stderr, with nothing unseen, and exits 3', async () => {
    expect(await converse([])).toEqual({ code: 3, out: '', err: 'runlayer: No companion.\n  Do \\u{1b}[31m this.\n' });
  });

  it.each([
    ['1', '1'],
    ['-1', '-1'],
    ['0', '0'],
    ['9007199254740993', '9007199254740993'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['1.0', '1.0'],
    ['1e400', '1e400'],
    ['"a"', '"a"'],
    ['""', '""'],
    [String.raw`"A\"\n"`, String.raw`"A\"\n"`],
    ['"9007199254740993"', '"9007199254740993"'],
  ])('answers the id %s as it came', async (id, back) => {
    const { out } = await converse([`{"jsonrpc":"2.0","id":${id},"method":"initialize","params":{"id":7}}\n`]);
    expect(out).toBe(answerTo(back));
  });

  it('takes the id of the message, wherever it stands, and no other', async () => {
    const { out } = await converse([
      '{"method":"m","params":{"id":1,"deep":[{"id":2}]},"id":3}\n',
      '{"id":4,"params":{"id":5},"method":"m"}\r\n',
      '{"id":6,"id":7,"method":"m"}\n',
    ]);
    expect(out).toBe(answerTo('3') + answerTo('4') + answerTo('7'));
  });

  it.each([
    ['a notification', '{"jsonrpc":"2.0","method":"notifications/initialized"}'],
    ['an answer', '{"jsonrpc":"2.0","id":1,"result":{}}'],
    ['a null id', '{"jsonrpc":"2.0","id":null,"method":"m"}'],
    ['an id that is none', '{"jsonrpc":"2.0","id":{"id":1},"method":"m"}'],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"m"}]'],
    ['a scalar', '1'],
    ['nothing', ''],
    ['no JSON', 'GET / HTTP/1.1'],
    ['half a message', '{"jsonrpc":"2.0","id":1,"method":'],
  ])('says nothing to %s, and goes on', async (_title, line) => {
    const { out } = await converse([`${line}\n{"id":2,"method":"m"}\n`]);
    expect(out).toBe(answerTo('2'));
  });

  it('answers what was said before, and lines in pieces', async () => {
    const { out } = await converse(['":"m"}\n', '{"id":2,"met', 'hod":"m"}\n'], {
      said: [Buffer.from('{"id":0,"method":"m"}\n{"id":1'), Buffer.from(',"method')],
    });
    expect(out).toBe(answerTo('0') + answerTo('1') + answerTo('2'));
  });

  it('cuts only at newlines', async () => {
    const { out } = await converse(['{"id":"a\u2028b","method":"m"}\n{"id":2,"method":"m"}']);
    expect(out).toBe(answerTo('"a\u2028b"') + answerTo('2'));
  });

  it('forgets a line without end, and goes on behind it', async () => {
    const { out } = await converse([
      '{"id":1,"method":"m","params":"',
      ...Array.from({ length: 17 }, () => Buffer.alloc(1024 * 1024, 'x')),
      '"}\n{"id":2,"method":"m"}\n',
    ]);
    expect(out).toBe(answerTo('2'));
  });

  it('leaves when its time is over, though the client stays', async () => {
    const { code, out } = await converse(['{"id":1,"method":"m"}\n'], { stayMs: 30, leaveOpen: true });
    expect([code, out]).toEqual([3, answerTo('1')]);
  });

  it('answers every request of any conversation once, and in order', async () => {
    const id = fc.oneof(fc.integer(), fc.string());
    await fc.assert(
      fc.asyncProperty(fc.array(id, { maxLength: 8 }), fc.integer({ min: 1, max: 64 }), async (ids, size) => {
        const sent = Buffer.from(ids.map((one) => `${JSON.stringify({ id: one, method: 'm' })}\n`).join(''));
        const chunks: Buffer[] = [];
        for (let at = 0; at < sent.length; at += size) chunks.push(sent.subarray(at, at + size));
        const { out } = await converse(chunks);
        const back = out.split('\n').slice(0, -1);
        expect(back.map((line) => (JSON.parse(line) as { id: unknown }).id)).toEqual(ids);
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});
