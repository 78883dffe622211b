import { describe, expect, it } from 'vitest';
import { APPROVED_MS, createApprovedLists } from '../../../main/connectors/tenant/approved-lists.ts';
import { HOST, ID, OTHER_ID, source } from './fakes.ts';

const tool = (name: string, description = 'of the server') => ({ name, description });
const page = (...tools: object[]): Buffer => Buffer.from(JSON.stringify({ tools, nextCursor: 'more' }));
const names = (list: { readonly value: unknown } | undefined): unknown =>
  (list?.value as { name: string }[] | undefined)?.map(({ name }) => name);

function lists() {
  const clock = { now: 0 };
  return { clock, approved: createApprovedLists(() => clock.now) };
}

describe('lists that a tenant approved', () => {
  it('keep the definitions of the tenant for tools that the server defines as before', () => {
    const { approved } = lists();
    approved.learn(HOST, ID, page(tool('a'), tool('b'), tool('c')), source([tool('b', 'of the tenant'), tool('a')]));
    const cut = approved.cut(HOST, ID, page(tool('a'), tool('b', 'poisoned since'), tool('c'), tool('new')));
    expect(cut?.value).toEqual([tool('a')]);
    expect(cut?.source.toString()).toBe(JSON.stringify([tool('a')]));
    expect(approved.cut(HOST, ID, page(tool('b')))?.value).toEqual([tool('b', 'of the tenant')]);
  });

  it('know pages one by one, and forget what was taken out', () => {
    const { approved } = lists();
    approved.learn(HOST, ID, page(tool('a')), source([tool('a')]));
    approved.learn(HOST, ID, page(tool('b')), source([tool('b')]));
    expect(names(approved.cut(HOST, ID, page(tool('b'), tool('a'))))).toEqual(['b', 'a']);
    approved.learn(HOST, ID, page(tool('a')), source([]));
    expect(names(approved.cut(HOST, ID, page(tool('b'), tool('a'))))).toEqual(['b']);
  });

  it('have nothing of a tool that occurs twice, of synthetic ones, of another connector or tenant', () => {
    const { approved } = lists();
    approved.learn(HOST, ID, page(tool('a'), tool('a', 'again')), source([tool('a'), tool('synthetic')]));
    expect(approved.cut(HOST, ID, page(tool('a')))).toBeUndefined();
    expect(approved.cut(HOST, ID, page(tool('synthetic')))).toBeUndefined();
    expect(approved.knows(HOST, ID)).toBe(false);
    approved.learn(HOST, ID, page(tool('a')), source([tool('a')]));
    expect(approved.knows(HOST, OTHER_ID)).toBe(false);
    expect(approved.knows('https://other.example', ID)).toBe(false);
  });

  it('last a day, and until somebody else signs in', () => {
    const { approved, clock } = lists();
    approved.learn(HOST, ID, page(tool('a')), source([tool('a')]));
    clock.now = APPROVED_MS - 1;
    expect(approved.knows(HOST, ID)).toBe(true);
    expect(names(approved.cut(HOST, ID, page(tool('a'))))).toEqual(['a']);
    clock.now = APPROVED_MS;
    expect(approved.knows(HOST, ID)).toBe(false);
    expect(approved.cut(HOST, ID, page(tool('a')))).toBeUndefined();
    approved.learn(HOST, ID, page(tool('a')), source([tool('a')]));
    approved.forget('https://other.example');
    expect(approved.knows(HOST, ID)).toBe(true);
    approved.forget(HOST);
    expect(approved.knows(HOST, ID)).toBe(false);
  });

  it('keep numbers as they are written, and take no list where there is none', () => {
    const { approved } = lists();
    const server = Buffer.from('{"tools":[{"name":"a","inputSchema":{"maximum":9007199254740993}}]}');
    const text = '[{"name":"a","inputSchema":{"maximum":1e400}}]';
    approved.learn(HOST, ID, server, { value: JSON.parse(text), source: Buffer.from(text) });
    expect(approved.cut(HOST, ID, server)?.source.toString()).toBe(text);
    expect(approved.cut(HOST, ID, Buffer.from('{"tools":{"name":"a"}}'))).toBeUndefined();
    expect(approved.cut(HOST, ID, Buffer.from('{}'))).toBeUndefined();
  });

  it('are bounded', () => {
    const { approved } = lists();
    for (let count = 0; count < 65; count += 1)
      approved.learn(HOST, `server ${count}`, page(tool('a')), source([tool('a')]));
    expect(approved.knows(HOST, 'server 0')).toBe(false);
    expect(approved.knows(HOST, 'server 1')).toBe(true);
    approved.learn(HOST, 'large', page(tool('a')), source([tool('a', 'x'.repeat(32 * 1024 * 1024))]));
    expect(approved.knows(HOST, 'server 64')).toBe(false);
  });
});
