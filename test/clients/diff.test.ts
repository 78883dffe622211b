import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../main/clients/diff.ts';
import { maskedText } from '../../main/clients/mask.ts';
import { install } from '../../main/clients/operations.ts';
import { shownDiff } from '../../main/clients/shown-diff.ts';
import { LAUNCHER, aMachine } from './machine.ts';

const launcher = { launcher: LAUNCHER, platform: 'linux' } as const;

/** Applies a diff the way patch does: the oracle for what it says. */
function patched(before: string[], diff: string): string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split('\n').slice(2, -1)) {
    const header = /^@@ -(\d+),(\d+) \+\d+,\d+ @@$/.exec(line);
    if (header !== null) {
      const start = Number(header[1]) - (header[2] === '0' ? 0 : 1);
      while (at < start) result.push(before[at++] ?? '');
      continue;
    }
    const [mark, text] = [line[0], line.slice(1)];
    if (mark === '\\') continue;
    if (mark !== '+' && before[at++] !== text) throw new Error(`does not apply: ${line}`);
    if (mark !== '-') result.push(text);
  }
  return [...result, ...before.slice(at)];
}

describe('unifiedDiff', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', '{', '}'), { maxLength: 40 });

  it('turns one text into the other (2,000 pairs), and is empty only for equal ones', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const text = (list: string[]): string => list.map((line) => `${line}\n`).join('');
        const diff = unifiedDiff('/p', text(before), text(after));
        if (diff === '') expect(after).toEqual(before);
        else expect(patched(before, diff)).toEqual(after);
      }),
      { numRuns: 2000, seed: 20261125 },
    );
  });

  it('shows at most three lines around a change', () => {
    const many = Array.from({ length: 100 }, (_, index) => `line ${String(index)}`);
    const changed = many.map((line, index) => (index === 20 || index === 70 ? 'new' : line));
    const shown = unifiedDiff('/p', many.join('\n'), changed.join('\n')).split('\n');
    expect(shown.filter((line) => line.startsWith(' '))).toHaveLength(12);
    expect(shown.filter((line) => line.startsWith('@@'))).toEqual(['@@ -18,7 +18,7 @@', '@@ -68,7 +68,7 @@']);
  });

  it('says where no newline ends the file, and where there is no file', () => {
    expect(unifiedDiff('/p', '{}', '{}\n')).toBe(
      '--- /p\n+++ /p\n@@ -1,1 +1,1 @@\n-{}\n\\ No newline at end of file\n+{}\n',
    );
    expect(unifiedDiff('/p', null, '{}\n')).toBe('--- /dev/null\n+++ /p\n@@ -0,0 +1,1 @@\n+{}\n');
    expect(unifiedDiff('/p', '{}\n', null)).toBe('--- /p\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-{}\n');
  });

  it('of two large texts with nothing in common ends soon, as one replacement', () => {
    const text = (prefix: string): string =>
      Array.from({ length: 5000 }, (_, index) => prefix + String(index)).join('\n');
    expect(unifiedDiff('/p', text('a'), text('b')).split('\n').length).toBeGreaterThan(10_000);
  });
});

describe('what a diff never shows', () => {
  const canary = 'CANARY';
  it.each<[string, unknown]>([
    ['an environment value', { x: { env: { A: canary } } }],
    ['one that is not a string', { x: { env: { A: { deep: [canary] } } } }],
    ['a header', { x: { headers: { 'X-Any': canary } } }],
    ['client credentials', { x: { auth: { CLIENT_ID: 'i', CLIENT_SECRET: canary } } }],
    ['a key that is called a secret', { x: { apiKey: canary } }],
    ['an argument after a flag', { x: { args: ['--token', canary] } }],
    ['an argument with a flag', { x: { args: [`--api-key=${canary}`] } }],
    ['a header as an argument', { x: { args: ['-H', `Authorization: Basic ${canary}`] } }],
    ['a variable as an argument', { x: { args: ['-e', `GITHUB_TOKEN=${canary}`] } }],
    ['a token without a name', { x: { args: [`ghp_0123456789abcdef${canary}`] } }],
    ['a URL with a query', { x: { url: `https://h.test/mcp?k=${canary}` } }],
    ['a URL with a user', { x: { url: `https://u:${canary}@h.test/mcp` } }],
    ['what was added to our own entry', { x: { command: LAUNCHER, args: ['run', 'x'], env: { A: canary } } }],
  ])('%s, in one line or in many', async (_, servers) => {
    for (const indent of [0, 2]) {
      const machine = await aMachine();
      await machine.put('cursor', JSON.stringify({ mcpServers: servers }, null, indent));
      const { diff } = await install(machine.environment, { client: 'cursor', connectors: ['github'], dryRun: true });
      expect(diff).toContain('"github"');
      expect(diff).not.toContain(canary);
    }
  });

  it('comments, which may be old entries', () => {
    const text = `{\n  // "KEY": "${canary}"\n  /* ${canary}\n ${canary} */\n  "mcpServers": {}\n}\n`;
    const masked = maskedText(text, 'jsonc', launcher) ?? '';
    expect(masked).not.toContain(canary);
    expect(masked.split('\n')).toHaveLength(text.split('\n').length);
  });

  it('anything of a file that it cannot read', () => {
    expect(shownDiff('/p', Buffer.from(`{"x": ${canary}`), Buffer.from('{}'), 'json', launcher)).toBe('');
  });

  it('characters that drive a terminal or cannot be seen', () => {
    const masked = maskedText('{"\u009b2J\u202e\u{e0041}\u200b": 1}', 'json', launcher);
    expect(masked).toBe('{"\\u{9b}2J\\u{202e}\\u{e0041}\\u{200b}": 1}');
  });

  it('but it shows ordinary words and paths', () => {
    const text =
      '{"mcpServers": {"x": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/ada/notes-2026-11"]}}}';
    expect(maskedText(text, 'json', launcher)).toBe(text);
  });
});
