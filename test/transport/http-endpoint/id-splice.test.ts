import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../main/relay/limits.ts';
import { parseMessage, type RequestMessage } from '../../../main/relay/parse-message.ts';
import type { Accepts } from '../../../main/transport/http-endpoint/accepts.ts';
import { idSpan, memberSpan, splice } from '../../../main/transport/http-endpoint/id-splice.ts';
import {
  beginExchange,
  restoreAnswer,
  restoreProgress,
  type BegunExchange,
} from '../../../main/transport/http-endpoint/modern-exchange.ts';
import { Reply } from '../../../main/transport/http-endpoint/reply.ts';

const BOTH: Accepts = { json: true, sse: true, ratherSse: false };
const reply = new Reply({} as never, BOTH, 0);

function request(text: string): { readonly line: Buffer; readonly message: RequestMessage } {
  const line = Buffer.from(`${text}\n`);
  const message = parseMessage(line, 'client', DEFAULT_LIMITS);
  if (message.kind !== 'request') throw new Error(`not a request: ${text}`);
  return { line, message };
}

function begin(text: string, number = 7): BegunExchange {
  const { line, message } = request(text);
  const begun = beginExchange(number, message, line, reply);
  if (begun === undefined) throw new Error('no id was found');
  return begun;
}

/** JSON white space, quoted strings in odd spellings, ids and tokens of every form. */
const space = fc.constantFrom('', ' ', '\t', '  ');
const key = (name: string): fc.Arbitrary<string> =>
  fc.constantFrom(JSON.stringify(name), `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}"`);
const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((value) => JSON.stringify(value));
const tricky = fc.constantFrom('"id"', '",\\"id\\":1}"', '"\\\\"', '"{\\"id\\":7"', '"progressToken"');
const id = fc.oneof(
  fc.bigInt().map(String),
  text,
  fc.constantFrom('"\\u0061"', '"\\/"', '0', '""', '-7', '123456789012345678901234567890'),
);
const value = fc.oneof(
  fc.json(),
  tricky,
  fc.constantFrom('1.0', '-0', '1e400', '[{"id":1}]', '{"id":2,"params":{"id":3}}'),
);

const requests = fc
  .record({
    id,
    token: fc.option(id),
    extra: fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 6 }), value), { maxLength: 3 }),
    keys: fc.tuple(key('id'), key('params'), key('_meta'), key('progressToken')),
    order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
    gap: space,
  })
  .map(({ id, token, extra, keys, order, gap }) => {
    const seen = new Set(['_meta', 'name', 'arguments', 'uri', 'cursor', 'task', 'inputresponses', 'requeststate']);
    const others = extra.flatMap(([name, member]) => {
      if (seen.has(name.toLowerCase()) || /^(__proto__|constructor|prototype)$/.test(name)) return [];
      seen.add(name.toLowerCase());
      return [`${JSON.stringify(name)}${gap}:${member}`];
    });
    const inMeta = token === null ? ['"x":1'] : [`"x":{"progressToken":9}`, `${keys[3]}:${gap}${token}`];
    const inParams = [...others, `${keys[2]}:{${inMeta.join(`${gap},`)}}`];
    const members = [
      `"jsonrpc"${gap}:"2.0"`,
      `${keys[0]}${gap}:${gap}${id}${gap}`,
      '"method":"x/y"',
      `${keys[1]}:{${inParams.join(',')}}`,
    ];
    return `{${gap}${order.map((index) => members[index]).join(`,${gap}`)}${gap}}`;
  });

function isRequest(candidate: string): boolean {
  const line = Buffer.from(`${candidate}\n`);
  return parseMessage(line, 'client', DEFAULT_LIMITS).kind === 'request';
}

describe('ids in source text', () => {
  it('are replaced and put back in any valid request, and no other byte changes', () => {
    fc.assert(
      fc.property(requests.filter(isRequest), (candidate) => {
        const { line, message } = request(candidate);
        const { exchange, parsed, line: sent } = begin(candidate, 4711);
        const replaced = parseMessage(sent, 'client', DEFAULT_LIMITS);
        if (replaced.kind !== 'request') throw new Error('broken');
        expect([replaced.id, replaced.idKey]).toEqual(['4711', 'n4711']);
        // What is decided on is what is sent.
        expect(parsed).toEqual(replaced);
        const edits = [{ path: ['id'], text: message.id }];
        if (exchange.token !== undefined)
          edits.push({ path: ['params', '_meta', 'progressToken'], text: exchange.token });
        const back = splice(
          sent,
          edits.map(({ path, text }) => {
            const span = memberSpan(sent, path);
            if (span === undefined) throw new Error('lost');
            return { span, text };
          }),
        );
        expect(back.toString()).toBe(line.toString());
      }),
      { numRuns: 3000 },
    );
  });

  it('are found where a full look finds them', () => {
    fc.assert(
      fc.property(requests.filter(isRequest), (candidate) => {
        const { line, message } = request(candidate);
        expect(idSpan(line, message.id)).toEqual(memberSpan(line, ['id']));
      }),
      { numRuns: 3000 },
    );
  });

  it('are put back in any valid answer', () => {
    fc.assert(
      fc.property(
        id,
        fc.oneof(fc.json(), tricky),
        key('id'),
        space,
        fc.boolean(),
        (own, result, idName, gap, idFirst) => {
          const { exchange } = begin(`{"jsonrpc":"2.0","id":${own},"method":"a/b"}`, 17);
          const parts = [`${idName}:${gap}17${gap}`, `"result":${gap}${result}`];
          if (!idFirst) parts.reverse();
          const around = (id: string): string =>
            `{"jsonrpc":"2.0",${parts.join(',')}}\n`.replace(`:${gap}17${gap}`, () => `:${gap}${id}${gap}`);
          // A result that holds the very text of the id member cannot tell them apart in this test.
          fc.pre(!result.includes(`:${gap}17${gap}`));
          expect(restoreAnswer(exchange, Buffer.from(around('17')))?.toString()).toBe(around(own));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['{"jsonrpc":"2.0","id":7,"result":{"id":7}}', '{"jsonrpc":"2.0","id":"x","result":{"id":7}}'],
    ['{"result":{"id":7},"jsonrpc":"2.0","id":7}', '{"result":{"id":7},"jsonrpc":"2.0","id":"x"}'],
    ['{"id":7,"jsonrpc":"2.0","result":"\\",\\"id\\":7}"}', '{"id":"x","jsonrpc":"2.0","result":"\\",\\"id\\":7}"}'],
    ['{"result":{"a":{"b":1,"id":7}},"id" : 7}', '{"result":{"a":{"b":1,"id":7}},"id" : "x"}'],
    ['{"i\\u0064":7,"result":[{"x":1,"id":7}]}', '{"i\\u0064":"x","result":[{"x":1,"id":7}]}'],
  ])('in %s are those of the message itself', (answer, expected) => {
    const { exchange } = begin('{"jsonrpc":"2.0","id":"x","method":"a/b"}');
    expect(restoreAnswer(exchange, Buffer.from(`${answer}\n`))?.toString()).toBe(`${expected}\n`);
  });

  it('with two readings are not put back', () => {
    const { exchange } = begin('{"jsonrpc":"2.0","id":1,"method":"a/b","params":{"_meta":{"progressToken":"t"}}}');
    const twice = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progressToken":7}}';
    expect(restoreProgress(exchange, Buffer.from(twice))).toBeUndefined();
    expect(restoreAnswer(exchange, Buffer.from('{"id" : 7,"result":1,"id" : 8}'))).toBeUndefined();
  });

  it.each(['null', '{}', '[1]', 'true'])('a progress token %s is left to the server', (token) => {
    const { exchange, line } = begin(
      `{"jsonrpc":"2.0","id":1,"method":"a/b","params":{"_meta":{"progressToken":${token}}}}`,
    );
    expect(exchange.token).toBeUndefined();
    expect(line.toString()).toContain(`"progressToken":${token}`);
  });
});
