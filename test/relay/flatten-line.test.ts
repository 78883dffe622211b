import { describe, expect, it } from 'vitest';
import { flattenLine } from '../../main/relay/flatten-line.ts';
import { harness, listTools, policyOf, rule, tool } from './harness.ts';

describe('a line', () => {
  it.each([
    ['{}\n', '{}\n'],
    ['{}\r\n', '{}\r\n'],
    ['{\n}\n', '{ }\n'],
    ['\r\n{\r}\r\n\n', '  { }  \n'],
    ['{\r}', '{ }'],
    ['\n', '\n'],
    ['', ''],
  ])('%j becomes %j', (before, after) => {
    const line = Buffer.from(before);
    flattenLine(line);
    expect(line.toString()).toBe(after);
  });
});

describe('a message nested in another behind a carriage return', () => {
  const nested = '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"secret","arguments":{}}}';

  it('reaches no server as a line of its own', () => {
    const h = harness({ policy: policyOf('allow', [rule('deny', 'secret')]) });
    listTools(h, [tool('echo'), tool('secret')]);
    h.fromClient(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"x":\r${nested}\r}}}`,
    );
    const left = h.server.take();
    expect(left).toContain('"echo"');
    expect(left.split(/\r|\n/).filter((line) => line !== '')).toHaveLength(1);
  });

  it('reaches no client as a line of its own', () => {
    const h = harness();
    listTools(h, [tool('echo')]);
    h.fromClient({ id: 1, method: 'tools/call', params: { name: 'echo', arguments: {} } });
    h.fromServer(`{"jsonrpc":"2.0","id":1,"result":{"content":[],"x":\r${nested}\r}}`);
    expect(
      h.client
        .take()
        .split(/\r|\n/)
        .filter((line) => line !== ''),
    ).toHaveLength(1);
  });
});
