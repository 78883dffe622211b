import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { callLine } from '../../main/by-hand/call-tool.ts';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import { parseMessage } from '../../main/relay/parse-message.ts';

it('keeps numbers as they were written', () => {
  const line = callLine(
    { tool: 't', arguments: '{\n  "n": 12345678901234567890,\r\n  "x": 1.0 }' },
    undefined,
  ).toString();
  expect(line).toBe(
    '{"jsonrpc":"2.0","id":1000000,"method":"tools/call","params":{"name":"t","arguments":{   "n": 12345678901234567890,    "x": 1.0 }}}\n',
  );
});

it('is one line that says the same, whatever the arguments are', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string({ minLength: 1 }), (args, tool) => {
      const source = JSON.stringify(args, undefined, 2);
      const line = callLine({ tool, arguments: source }, { a: 1 });
      expect(line.indexOf('\n')).toBe(line.length - 1);
      const sent = JSON.parse(line.toString()) as { params: Record<string, unknown> };
      expect(sent.params).toEqual({ name: tool, arguments: JSON.parse(source) as unknown, _meta: { a: 1 } });
    }),
  );
});

it('cannot become another message', () => {
  const line = callLine({ tool: 't', arguments: '{}},"method":"x","params":{"name":"u","arguments":{}' }, undefined);
  expect(parseMessage(line, 'client', DEFAULT_LIMITS).kind).toBe('invalid');
});
