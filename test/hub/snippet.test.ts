import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { SNIPPET_CLIENTS, snippetFor } from '../../main/hub/snippet.ts';
import { ClientId, CompanionError } from '../../preload/contract/index.ts';

const URL = 'http://127.0.0.1:41234/mcp';
const binding = { config: 'github-readonly', variable: 'RL_TOKEN_GITHUB_READONLY' };
const text = (client: ClientId, of: Parameters<typeof snippetFor>[1] = binding): string =>
  snippetFor(client, of, URL).text;
const json = (client: ClientId, of?: Parameters<typeof snippetFor>[1]): unknown => parse(text(client, of));

describe('what registers a binding', () => {
  it('is for Claude Code a command that keeps the name of the variable, not its value', () => {
    expect(snippetFor('claude_code', binding, URL)).toEqual({
      file: undefined,
      text: `claude mcp add --transport http github-readonly ${URL} --header 'Authorization: Bearer \${RL_TOKEN_GITHUB_READONLY}'`,
      note: 'The client reads RL_TOKEN_GITHUB_READONLY from the environment that it is started in.',
    });
  });

  it('is for Codex a command', () => {
    expect(text('codex')).toBe(
      `codex mcp add github-readonly --url ${URL} --bearer-token-env-var RL_TOKEN_GITHUB_READONLY`,
    );
  });

  it.each<[ClientId, object]>([
    [
      'cursor',
      {
        mcpServers: {
          'github-readonly': { url: URL, headers: { Authorization: 'Bearer ${env:RL_TOKEN_GITHUB_READONLY}' } },
        },
      },
    ],
    [
      'windsurf',
      {
        mcpServers: {
          'github-readonly': { serverUrl: URL, headers: { Authorization: 'Bearer ${env:RL_TOKEN_GITHUB_READONLY}' } },
        },
      },
    ],
    [
      'gemini_cli',
      {
        mcpServers: {
          'github-readonly': { httpUrl: URL, headers: { Authorization: 'Bearer ${RL_TOKEN_GITHUB_READONLY}' } },
        },
      },
    ],
    [
      'qwen_code',
      {
        mcpServers: {
          'github-readonly': { httpUrl: URL, headers: { Authorization: 'Bearer ${RL_TOKEN_GITHUB_READONLY}' } },
        },
      },
    ],
    [
      'opencode',
      {
        mcp: {
          'github-readonly': {
            type: 'remote',
            url: URL,
            headers: { Authorization: 'Bearer {env:RL_TOKEN_GITHUB_READONLY}' },
            enabled: true,
          },
        },
      },
    ],
    [
      'vscode',
      {
        inputs: [
          {
            type: 'promptString',
            id: 'rl-token-github-readonly',
            description: 'Token of the hub binding github-readonly',
            password: true,
          },
        ],
        servers: {
          'github-readonly': {
            type: 'http',
            url: URL,
            headers: { Authorization: 'Bearer ${input:rl-token-github-readonly}' },
          },
        },
      },
    ],
  ])('is for %s an entry of its file', (client, expected) => {
    expect(json(client)).toEqual(expected);
    expect(snippetFor(client, binding, URL).file).toMatch(/\.json/);
  });

  it('of all connectors is named runlayer', () => {
    const all = { config: null, variable: 'RL_TOKEN_ALL' };
    expect(text('claude_code', all)).toContain(' http runlayer ');
    expect(json('cursor', all)).toHaveProperty(['mcpServers', 'runlayer']);
  });

  it('has no "_" in the name that Gemini cuts tools\' names at', () => {
    expect(json('gemini_cli', { config: 'a_b-c', variable: 'V' })).toHaveProperty(['mcpServers', 'a-b-c']);
  });

  it.each(ClientId.options)('is for %s known, or refused with what can be done', (client) => {
    if (SNIPPET_CLIENTS.includes(client)) {
      expect(snippetFor(client, binding, URL).text).toContain(URL);
      expect(snippetFor(client, binding, URL).note).not.toBe('');
      return;
    }
    const refused = (): unknown => snippetFor(client, binding, URL);
    expect(refused).toThrow(CompanionError);
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'E_CLIENT_UNKNOWN',
        exitCode: 2,
        next: expect.stringMatching(client === 'claude_desktop' ? 'setup install' : 'runlayer/bin/runlayer') as string,
      }) as Error,
    );
  });
});
