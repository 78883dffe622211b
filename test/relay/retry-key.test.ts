import { describe, expect, it } from 'vitest';
import { carriesInput, isInputRequired, requestDigest, retryKey } from '../../main/relay/retry-key.ts';

const claimed = { client: 'cursor', pid: 7 };
const line = (params: object | string): Buffer =>
  Buffer.from(
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${typeof params === 'string' ? params : JSON.stringify(params)}}\n`,
  );
const digest = (params: object | string): string => requestDigest('tools/call', claimed, line(params));
const base = { name: 'a', arguments: { x: 1, y: 2 } };

describe('the digest of a request', () => {
  it.each<[string, object | string]>([
    ['its state', { ...base, requestState: 's' }],
    ['its answers', { ...base, inputResponses: { k: { action: 'accept' } } }],
    ['its metadata', { ...base, _meta: { progressToken: 5 } }],
    ['order and spelling', '{ "arguments": {"y":2, "x":1}, "n\\u0061me": "a" }'],
  ])('does not change with %s', (_title, params) => {
    expect(digest(params)).toBe(digest(base));
  });

  it.each<[string, object | string]>([
    ['its tool', { ...base, name: 'b' }],
    ['its arguments', { ...base, arguments: { x: 1, y: 3 } }],
    ['arguments that are left out', { name: 'a' }],
    ['how a number is written', '{"name":"a","arguments":{"x":1.0,"y":2}}'],
    ['a member that nobody knows', { ...base, vendor: 1 }],
    ['what moves from one member to another', '{"name":"a\\",\\"arguments","x":1}'],
  ])('changes with %s', (_title, params) => {
    expect(digest(params)).not.toBe(digest(base));
  });

  it('changes with the method and with who says that it calls', () => {
    const digests = [
      digest(base),
      requestDigest('prompts/get', claimed, line(base)),
      requestDigest('tools/call', { pid: 7 }, line(base)),
      requestDigest('tools/call', { client: 'cursor' }, line(base)),
      requestDigest('tools/call', { client: 'cursor', pid: 8 }, line(base)),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('of long arguments is taken of their bytes', () => {
    const long = (a: string, b: string): string => `{"name":"a","arguments":{${a},${b},"t":"${'x'.repeat(300_000)}"}}`;
    expect(digest(long('"x":1', '"y":2'))).toBe(digest(long('"x":1', '"y":2')));
    expect(digest(long('"x":1', '"y":2'))).not.toBe(digest(long('"y":2', '"x":1')));
    expect(digest(long('"x":1', '"y":2'))).not.toBe(digest(long('"x":1', '"y":3')));
  });

  it('of a request without params is one too', () => {
    const bare = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/call"}');
    expect(requestDigest('tools/call', claimed, bare)).toBe(digest({}));
  });
});

describe('the key of a retry', () => {
  it('is the state’s own, or none', () => {
    const states = [undefined, '', 's', 'S', 's ', '\ud800', '\ud801', '\ufffd', 'undefined'];
    const keys = states.map((state) => retryKey('d', state));
    expect(new Set(keys).size).toBe(states.length);
    expect(retryKey('d', 's')).toBe(retryKey('d', 's'));
    expect(retryKey('e', 's')).not.toBe(retryKey('d', 's'));
  });

  it.each([null, 1, true, {}, ['s']])('is none for a state that is no text: %j', (state) => {
    expect(retryKey('d', state)).toBeUndefined();
  });
});

describe('what is looked at', () => {
  it.each<[unknown, boolean]>([
    [{ resultType: 'input_required' }, true],
    [{ resultType: 'input_required', isError: true }, true],
    [{ resultType: 'Input_required' }, false],
    [{ resultType: 'complete', inputRequests: {} }, false],
    [{ resultType: ['input_required'] }, false],
    [{ inputRequests: {}, requestState: 's' }, false],
    [['input_required'], false],
    ['input_required', false],
    [null, false],
  ])('of a result: %j %s', (result, expected) => {
    expect(isInputRequired(result)).toBe(expected);
  });

  it.each<[Record<string, unknown>, boolean]>([
    [{ requestState: 's' }, true],
    [{ inputResponses: {} }, true],
    [{ requestState: null }, true],
    [{ name: 'a', arguments: { requestState: 's' } }, false],
    [Object.create({ requestState: 's' }) as Record<string, unknown>, false],
  ])('of a request: %j %s', (params, expected) => {
    expect(carriesInput(params)).toBe(expected);
  });
});
