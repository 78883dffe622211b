import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideInArgv, hideInText } from '../../main/operations/hide-secrets.ts';

const TOKEN = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';

describe('what a page may see of a command line', () => {
  it.each<[string[], string[]]>([
    [
      ['npx', '-y', '@modelcontextprotocol/server-github@2025.4.8'],
      ['npx', '-y', '@modelcontextprotocol/server-github@2025.4.8'],
    ],
    [
      ['uvx', 'mcp-server-sqlite', '--db-path', '/home/ada/notes 1.db'],
      ['uvx', 'mcp-server-sqlite', '--db-path', '/home/ada/notes 1.db'],
    ],
    [
      ['docker', 'run', '-i', '--rm', '-e', 'GITHUB_TOKEN', 'ghcr.io/github/github-mcp-server'],
      ['docker', 'run', '-i', '--rm', '-e', 'GITHUB_TOKEN', 'ghcr.io/github/github-mcp-server'],
    ],
    [
      ['s', '--api-key', 'hunter2', '--port', '8080'],
      ['s', '--api-key', '…', '--port', '8080'],
    ],
    [
      ['s', '--api-key=hunter2'],
      ['s', '--api-key=…'],
    ],
    [
      ['s', '-e', 'DB_PASSWORD=hunter2'],
      ['s', '-e', 'DB_PASSWORD=…'],
    ],
    [
      ['s', TOKEN],
      ['s', '…'],
    ],
    [
      ['s', 'postgresql://ada:hunter2@db.example/x'],
      ['s', 'postgresql://…@db.example/x'],
    ],
    [
      ['mcp-remote', 'https://mcp.example.com/sse', '--header', 'Authorization: Bearer abc'],
      ['mcp-remote', 'https://mcp.example.com/sse', '--header', 'Authorization: … …'],
    ],
    [
      ['sh', '-c', `curl -H "X-Api-Key: ${TOKEN}" https://a.example`],
      ['sh', '-c', 'curl -H "X-Api-Key: …" https://a.example'],
    ],
    [
      ['s', 'https://mcp2.example.com/mcp/v1'],
      ['s', 'https://mcp2.example.com/mcp/v1'],
    ],
    [
      ['s', '123e4567-e89b-12d3-a456-426614174000'],
      ['s', '…'],
    ],
    [
      ['s', String.raw`C:\Users\ada\server.exe`],
      ['s', String.raw`C:\Users\ada\server.exe`],
    ],
  ])('%j', (argv, shown) => {
    expect(hideInArgv(argv)).toEqual(shown);
  });

  it('never holds an issued token, wherever it stands', () => {
    const around = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[A-Za-z0-9_]/g, ' '));
    fc.assert(
      fc.property(around, around, (before, after) => !hideInText(before + TOKEN + after).includes(TOKEN)),
      { numRuns: 500, seed: 20261121 },
    );
  });

  it('is done in a moment for the longest argument', () => {
    for (const text of ['a='.repeat(16_000), '-'.repeat(32_000), 'https://'.repeat(4000), 'a1'.repeat(16_000)]) {
      const began = performance.now();
      hideInText(text);
      expect(performance.now() - began).toBeLessThan(1000);
    }
  });
});
