import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import { parseByParts } from '../../main/relay/parse-by-parts.ts';
import { idKeyOf, parseMessage, type Parsed, type Sender } from '../../main/relay/parse-message.ts';
import { corpus } from './corpus.ts';
import { objectText } from './json-texts.ts';

const parse = (text: string | Buffer, sender: Sender = 'client'): Parsed =>
  parseMessage(Buffer.from(text as string), sender, DEFAULT_LIMITS);
const request = (rest: string): string => `{"jsonrpc":"2.0","id":1,"method":"tools/call",${rest}}`;

describe('what is a message', () => {
  it.each<[string, object]>([
    ['{"jsonrpc":"2.0","id":1,"method":"x"}', { kind: 'request', id: '1', idKey: 'n1', method: 'x', params: {} }],
    [
      '{"jsonrpc":"2.0","id":"é","method":"tools\\/call","params":{"name":"a"}}\r\n',
      { kind: 'request', id: '"é"', idKey: 'sé', method: 'tools/call', params: { name: 'a' } },
    ],
    ['{"jsonrpc":"2.0","method":"x","params":{}}', { kind: 'notification', method: 'x', params: {} }],
    [
      '{"jsonrpc":"2.0","id":1,"result":null}',
      { kind: 'response', id: '1', idKey: 'n1', result: null, error: undefined },
    ],
    [
      '{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"x"}}',
      { kind: 'response', id: '1', idKey: 'n1', result: undefined, error: { code: -1, message: 'x' } },
    ],
    [
      '{"jsonrpc":"2.0","id":1,"result":{},"vendor":1}',
      { kind: 'response', id: '1', idKey: 'n1', result: {}, error: undefined },
    ],
  ])('%s', (text, expected) => {
    expect(parse(text)).toEqual(expected);
    expect(parse(text, 'server')).toEqual(expected);
  });

  it.each<[string, string, number, string | undefined]>([
    ['nothing', '', -32700, undefined],
    ['text', 'Server listening on stdio', -32700, undefined],
    ['broken', '{"jsonrpc":"2.0","id":1,"method":"x",}', -32700, '1'],
    ['two messages on a line', '{"jsonrpc":"2.0","id":1,"method":"x"}{}', -32700, undefined],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"x"}]', -32600, undefined],
    ['an empty batch', '[]', -32600, undefined],
    ['a number', '1', -32600, undefined],
    ['null', 'null', -32600, undefined],
    ['no version', '{"id":1,"method":"x"}', -32600, '1'],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"x"}', -32600, '1'],
    ['a version that is a number', '{"jsonrpc":2.0,"id":1,"method":"x"}', -32600, '1'],
    ['a method that is no string', '{"jsonrpc":"2.0","id":1,"method":1}', -32600, '1'],
    ['a method that is null', '{"jsonrpc":"2.0","id":1,"method":null}', -32600, '1'],
    ['method and result', '{"jsonrpc":"2.0","id":1,"method":"x","result":{}}', -32600, '1'],
    ['method and error', '{"jsonrpc":"2.0","id":1,"method":"x","error":{}}', -32600, '1'],
    ['params that are an array', '{"jsonrpc":"2.0","id":1,"method":"x","params":[]}', -32600, '1'],
    ['params that are null', '{"jsonrpc":"2.0","id":1,"method":"x","params":null}', -32600, '1'],
    ['neither method nor result', '{"jsonrpc":"2.0","id":1}', -32600, '1'],
    ['a null id', '{"jsonrpc":"2.0","id":null,"method":"x"}', -32600, undefined],
    ['a fraction as id', '{"jsonrpc":"2.0","id":1.5,"method":"x"}', -32600, undefined],
    ['1.0 as id', '{"jsonrpc":"2.0","id":1.0,"method":"x"}', -32600, undefined],
    ['1e3 as id', '{"jsonrpc":"2.0","id":1e3,"method":"x"}', -32600, undefined],
    ['-0 as id, which most servers answer as 0', '{"jsonrpc":"2.0","id":-0,"method":"x"}', -32600, undefined],
    ['true as id', '{"jsonrpc":"2.0","id":true,"method":"x"}', -32600, undefined],
    ['an array as id', '{"jsonrpc":"2.0","id":[1],"method":"x"}', -32600, undefined],
    ['an id of 2,000 characters', `{"jsonrpc":"2.0","id":"${'x'.repeat(2000)}","method":"x"}`, -32600, undefined],
  ])('is refused and answered: %s', (_title, text, code, id) => {
    expect(parse(text)).toMatchObject({ kind: 'invalid', code, id, unanswerable: false });
  });

  it.each([
    ['a result with a null id', '{"jsonrpc":"2.0","id":null,"result":{}}'],
    ['result and error', '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}'],
    ['an error that is no object', '{"jsonrpc":"2.0","id":1,"error":"x"}'],
    ['a broken response', '{"jsonrpc":"2.0","id":1,"result":{bad}}'],
    ['a response that is nested too deeply', `{"jsonrpc":"2.0","id":1,"result":${'['.repeat(70)}${']'.repeat(70)}}`],
    ['a response with a key twice', '{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2}}'],
    ['a notification with a method that is no string', '{"jsonrpc":"2.0","method":1}'],
    ['a notification with a key twice', '{"jsonrpc":"2.0","method":"x","params":{"a":1,"a":2}}'],
    ['a notification without a version', '{"method":"x"}'],
    [
      'a notification that is nested too deeply',
      `{"jsonrpc":"2.0","method":"x","params":{"a":${'['.repeat(70)}${']'.repeat(70)}}}`,
    ],
  ])('is refused and not answered: %s', (_title, text) => {
    expect(parse(text)).toMatchObject({ kind: 'invalid', unanswerable: true });
  });

  it('is never one that is not UTF-8', () => {
    for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
      const line = Buffer.concat([
        Buffer.from('{"jsonrpc":"2.0","id":1,"method":"'),
        Buffer.from(bad),
        Buffer.from('"}'),
      ]);
      expect(parse(line)).toMatchObject({ kind: 'invalid', code: -32700, id: '1' });
    }
  });

  it('is stray only where it is nothing of the protocol', () => {
    const stray = (text: string): boolean => {
      const parsed = parse(text, 'server');
      return parsed.kind === 'invalid' && parsed.stray;
    };
    expect(['hello', '42', '"x"', '{"level":30,"msg":"up"}', '{broken'].map(stray)).toEqual(Array(5).fill(true));
    expect(['{"jsonrpc":"2.0"}', '[]', '{"jsonrpc":"1.0","id":1}'].map(stray)).toEqual(Array(3).fill(false));
  });
});

describe('nesting and size', () => {
  it.each([
    [62, 'request'],
    [63, 'invalid'],
    [1_000_000, 'invalid'],
  ])('%i arrays inside params: %s', (arrays, kind) => {
    expect(parse(request(`"params":{"a":${'['.repeat(arrays)}${']'.repeat(arrays)}}`))).toMatchObject({ kind });
  });

  it('answers a request that is nested too deeply by its id', () => {
    expect(parse(request(`"params":{"a":${'['.repeat(100)}${']'.repeat(100)}}`))).toMatchObject({
      code: -32600,
      id: '1',
      unanswerable: false,
    });
  });

  it('refuses more than 200,000 values', () => {
    expect(parse(request(`"params":{"a":[${'1,'.repeat(199_000)}1]}`)).kind).toBe('request');
    expect(parse(request(`"params":{"a":[${'1,'.repeat(201_000)}1]}`))).toMatchObject({ code: -32600, id: '1' });
  });
});

describe('keys', () => {
  const PLACES = {
    'the envelope': '{"jsonrpc":"2.0","id":1,"method":"x","a":1,"a":2}',
    'the envelope, once escaped': '{"jsonrpc":"2.0","id":1,"method":"x","\\u006dethod":"y"}',
    params: request('"params":{"name":"a","name":"b"}'),
    arguments: request('"params":{"name":"a","arguments":{"x":1,"x":2}}'),
    'an object in an array in arguments': request('"params":{"name":"a","arguments":{"l":[0,{"x":1,"\\u0078":2}]}}'),
    _meta: request('"params":{"_meta":{"a":1,"a":1}}'),
    'the empty key': request('"params":{"":1,"":1}'),
  };
  it.each(Object.entries(PLACES))('twice is refused: in %s', (_place, text) => {
    expect(parse(text)).toMatchObject({ kind: 'invalid', code: -32600, reason: 'a key occurs twice' });
    // A question of the server is held to the same.
    expect(parse(text, 'server').kind).toBe('invalid');
  });

  it('twice passes in what a server answers or notifies, below the envelope', () => {
    expect(parse('{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2}}', 'server').kind).toBe('response');
    expect(parse('{"jsonrpc":"2.0","method":"n","params":{"a":1,"a":2}}', 'server').kind).toBe('notification');
    expect(parse('{"jsonrpc":"2.0","id":1,"result":1,"result":2}', 'server').kind).toBe('invalid');
  });

  it.each([
    'Method',
    'METHOD',
    'param\u017f',
    '\u212An',
    'jsonRPC',
    'Id',
    'iD',
    'Params',
    'ｍｅｔｈｏｄ',
    'RESULT',
    'Error',
  ])('that look like one of the envelope are refused: %s', (key) => {
    const text = `{"jsonrpc":"2.0","id":1,"method":"x","${key}":1}`;
    // U+212A is a K: no key of the protocol has one, so that one passes as what it is.
    expect(parse(text).kind).toBe(key === '\u212An' ? 'request' : 'invalid');
    expect(parse(text.replace('"method":"x"', '"result":1'), 'server').kind).toBe(
      key === '\u212An' ? 'response' : 'invalid',
    );
  });

  it.each([
    'Name',
    'NAME',
    'argument\u017f',
    'Arguments',
    'URI',
    'Cursor',
    '_Meta',
    'ta\u017f\u212A',
    'inputresponses',
    'RequestState',
  ])('that look like one that a gate reads are refused in params: %s', (key) => {
    expect(parse(request(`"params":{"name":"a","${key}":1}`))).toMatchObject({ kind: 'invalid', id: '1' });
    expect(parse(request(`"params":{"name":"a","arguments":{"${key}":1}}`)).kind).toBe('request');
  });

  it.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])('of the language are refused: %s', (key) => {
    expect(parse(`{"jsonrpc":"2.0","id":1,"method":"x","${key}":{}}`).kind).toBe('invalid');
    expect(parse(request(`"params":{"${key}":{"name":"x"}}`)).kind).toBe('invalid');
    const inArguments = parse(request(`"params":{"name":"a","arguments":{"${key}":{"polluted":true}}}`));
    expect(inArguments.kind).toBe('request');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('that the engine misreads are read right, whatever was parsed before', () => {
    // V8 takes an escaped key of n characters for the only one it saw at its place so far, if that one is the first n
    // characters of its source; a member that nobody sent before makes the place new.
    const [poison, line] = ['\\\\u0061rgu', '\\u0061rguments'].map(
      (key, index) =>
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"new":0,"name":"a","${key}":{"new":1,"${index === 0 ? '\\\\u00' : '\\u0070ath'}":"/secret"}}}`,
    );
    parse(poison ?? '');
    expect(parse(line ?? '')).toMatchObject({ kind: 'request', params: { name: 'a', arguments: { path: '/secret' } } });
    parse('{"jsonrpc":"2.0","id":1,"new":0,"\\\\u006de":"tools/call"}');
    expect(parse('{"jsonrpc":"2.0","id":1,"new":0,"\\u006dethod":"tools/call"}')).toMatchObject({
      kind: 'request',
      method: 'tools/call',
    });
  });
});

describe('parseByParts', () => {
  it('gives what JSON.parse gives', () => {
    fc.assert(
      fc.property(objectText, (text) => {
        const source = text.trim();
        const bytes = Buffer.from(`  ${source}  `);
        const value = parseByParts(bytes, { start: 2, end: 2 + Buffer.byteLength(source) });
        expect(value).toEqual(JSON.parse(source));
        expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(source)));
      }),
      { numRuns: 2000 },
    );
  });

  it('makes a member of "__proto__"', () => {
    const text = '{"\\u005f_proto__":{"a":1},"b":"\\n"}';
    const value = parseByParts(Buffer.from(text), { start: 0, end: text.length }) as object;
    expect(Object.keys(value)).toEqual(['__proto__', 'b']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('ids', () => {
  it.each<[string, string | undefined]>([
    ['1', 'n1'],
    ['-1', 'n-1'],
    ['-0', undefined],
    ['0', 'n0'],
    ['9007199254740993', 'n9007199254740993'],
    ['1'.repeat(1000), `n${'1'.repeat(1000)}`],
    ['"1"', 's1'],
    ['""', 's'],
    ['"\\u00e9"', 'sé'],
    ['"é"', 'sé'],
    ['"\\ud83d\\ude00"', 's\u{1f600}'],
    ['"n1"', 'sn1'],
    ['01', undefined],
    ['1.0', undefined],
    ['1e3', undefined],
    ['null', undefined],
    ['', undefined],
    ['"\\x"', undefined],
    [`"${'x'.repeat(1100)}"`, undefined],
  ])('%s is compared as %s', (source, key) => {
    expect(idKeyOf(source)).toBe(key);
  });

  it('keep their source text', () => {
    for (const id of ['-7', '9007199254740993', '"\\u00e9"', '"a\\/b"', '7'.repeat(1000)]) {
      expect(parse(`{"jsonrpc":"2.0", "id" : ${id} ,"method":"x"}`)).toMatchObject({ kind: 'request', id });
    }
  });
});

const suite = corpus('json-parsing.jsonl');
const CASES = suite.missing
  ? []
  : suite
      .text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { name: string; base64: string });

describe('JSONTestSuite', () => {
  /** JSON.parse of strictly decoded UTF-8; undefined when it refuses. */
  function oracle(bytes: Buffer): { value: unknown } | undefined {
    try {
      return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) };
    } catch {
      return undefined;
    }
  }

  it.skipIf(suite.missing)(
    'is accepted as params exactly where JSON.parse accepts it [skipped: the corpus is not beside the checkout]',
    () => {
      expect(CASES.length).toBeGreaterThan(300);
      let accepted = 0;
      for (const { name, base64 } of CASES) {
        const bytes = Buffer.from(base64, 'base64');
        // A line holds no line break; white space around a value means nothing.
        if (bytes.includes(0x0a)) continue;
        const alone = parseMessage(bytes, 'client', DEFAULT_LIMITS);
        expect(alone.kind, name).toBe('invalid');
        const line = Buffer.concat([
          Buffer.from('{"jsonrpc":"2.0","id":1,"method":"x","params":{"v":'),
          bytes,
          Buffer.from('}}\n'),
        ]);
        const parsed = parseMessage(line, 'server', DEFAULT_LIMITS);
        const expected = oracle(bytes);
        const whole = oracle(line);
        if (whole === undefined) expect(parsed.kind, name).toBe('invalid');
        if (expected === undefined || parsed.kind === 'invalid') {
          // What is refused although JSON.parse takes it is refused for a stated reason.
          if (whole !== undefined && parsed.kind === 'invalid')
            expect(['a key occurs twice', 'the message is nested deeper than 64 levels'], name).toContain(
              parsed.reason,
            );
          continue;
        }
        accepted++;
        expect(parsed, name).toMatchObject({ kind: 'request', id: '1' });
        if (parsed.kind === 'request') expect(parsed.params['v'], name).toEqual(expected.value);
      }
      expect(accepted).toBeGreaterThan(80);
    },
  );
});
