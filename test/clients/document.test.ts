import { describe, expect, it } from 'vitest';
import { parseConfig, parseConfigText, outsideOf } from '../../main/clients/document.ts';

function problem(text: string | Uint8Array, dialect: 'json' | 'jsonc' = 'json'): string {
  const parsed = parseConfig(typeof text === 'string' ? Buffer.from(text) : text, dialect);
  return parsed.kind === 'invalid' ? parsed.problem : 'ok';
}

describe('what is refused, and where it says the mistake is', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['a trailing comma', '{"a": 1,}', 'property name expected at 1:9'],
    ['a comment', '{\n  // hello\n}', 'invalid comment token at 2:3'],
    ['a cut file', '{"mcpServers": {"a": ', 'value expected at 1:22'],
    ['something after the end', '{} {}', 'end of file expected at 1:4'],
    ['a missing comma', '{\r\n  "a": 1\r\n  "b": 2\r\n}', 'comma expected at 3:3'],
    ['a raw line break in a string', '{"a": "x\ny"}', 'unexpected end of string at 1:7'],
    ['a control character in a string', '{"a": "\u0001"}', 'invalid character at 1:7'],
    ['a number with a leading zero', '{"a": 01}', 'comma expected at 1:8'],
    ['an array', '[]', 'an object is expected at 1:1'],
    ['a word', '"secret-value"', 'an object is expected at 1:1'],
    ['only a comment', '// x', 'invalid comment token at 1:1'],
    ['servers that are an array', '{"mcpServers": []}', '"mcpServers" should be an object at 1:16'],
    ['servers that are null', '{"mcpServers": null}', '"mcpServers" should be an object at 1:16'],
    ['a key twice', '{"a": 1,\n "a": 2}', 'the key "a" appears twice, again at 2:2'],
    ['a key twice, spelled with an escape', '{"a": 1, "\\u0061": 2}', 'the key "a" appears twice, again at 1:10'],
    [
      'a key twice in another server',
      '{"mcpServers": {"x": {"e": 1, "e": 2}}}',
      'the key "e" appears twice, again at 1:31',
    ],
    [
      'a key that would drive a terminal, twice',
      '{"\\u001b[2J": 1, "\\u001b[2J": 2}',
      'the key "\\u{1b}[2J" appears twice, again at 1:18',
    ],
    ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'it is not UTF-8 text'],
    ['bytes that are not text', Buffer.from([0x7b, 0xff, 0x7d]), 'it is not UTF-8 text'],
    ['deep nesting', `{"a": ${'['.repeat(300)}${']'.repeat(300)}}`, 'it is nested deeper than 256 levels'],
    ['nesting that would end the stack', '['.repeat(1_000_000), 'it is nested deeper than 256 levels'],
  ])('%s', (_, text, expected) => {
    expect(problem(text)).toBe(expected);
  });

  it('takes comments and trailing commas only where the client does', () => {
    const text = '// a\n{"mcpServers": {"x": {"command": "y",}, /* b */},}';
    expect(problem(text, 'jsonc')).toBe('ok');
    expect(problem(text, 'json')).not.toBe('ok');
    expect(problem('// only', 'jsonc')).toBe('value expected at 1:8');
  });

  it.each(['', ' \r\n\t', '\uFEFF', '\uFEFF\n'])('takes an empty file (%j) as an empty object', (text) => {
    expect(parseConfig(Buffer.from(text), 'json')).toMatchObject({ kind: 'ok', root: undefined });
  });

  it('never shows what stood at the place of the mistake', () => {
    expect(problem('{"env": {"KEY": sk-live-0123456789}}')).not.toMatch(/sk-live/);
  });
});

describe('outsideOf', () => {
  const outside = (text: string, ...ours: string[]): string => {
    const parsed = parseConfigText(text, 'jsonc');
    return parsed.kind === 'ok' ? outsideOf(parsed, new Set(ours)) : parsed.problem;
  };

  it('sees every change but those of the named servers', () => {
    const base = outside('{"a": 1, "mcpServers": {"x": 1, "y": {"z": []}}}', 'x');
    expect(outside('{ "a":1,\n"mcpServers":{"y":{"z":[]},"x":{"other":true}} // c\n}', 'x')).toBe(base);
    for (const other of [
      '{"a": 1.0, "mcpServers": {"y": {"z": []}}}',
      '{"mcpServers": {"y": {"z": []}}, "a": 1}',
      '{"a": 1, "mcpServers": {"y": {"z": {}}}}',
      '{"a": 1, "mcpServers": {"y": {"z": []}, "w": 1}}',
      '{"a": 1, "b": 1, "mcpServers": {"y": {"z": []}}}',
      '{"a": 1, "x": 1, "mcpServers": {"y": {"z": []}}}',
      '{"a": "1", "mcpServers": {"y": {"z": []}}}',
      '{"a": 1, "mcpServers": {"y": {"z": []}, "__proto__": {}}}',
      '{"a": 1}',
    ]) {
      expect(outside(other, 'x'), other).not.toBe(base);
    }
  });

  it('does not tell an empty list of servers from none', () => {
    expect(outside('{"a": 1, "mcpServers": {"x": 1}}', 'x')).toBe(outside('{"a": 1}'));
    expect(outside('')).toBe(outside('{"mcpServers": {}}'));
  });
});
