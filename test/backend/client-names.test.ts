import { expect, it } from 'vitest';
import { ClientId } from '../../preload/contract/index.ts';
import { wireClientName } from '../../main/backend/client-names.ts';

/** As the tenant's wire spells them. */
const WIRE = new Set(
  'cursor vscode claude_code codex gemini-cli windsurf goose github-copilot-cli cline-cli qwen-code hermes grok-cli devin-cli python-sdk typescript-sdk'.split(
    ' ',
  ),
);

it.each([
  ['cursor', 'cursor'],
  ['claude-code', 'claude_code'],
  ['Claude Code', 'claude_code'],
  ['vscode_insiders', 'vscode'],
  ['gemini_cli', 'gemini-cli'],
  ['copilot-cli', 'github-copilot-cli'],
  ['cline', 'cline-cli'],
  ['qwen_code', 'qwen-code'],
  ['claude_desktop', 'typescript-sdk'],
  ['__proto__', 'typescript-sdk'],
  ['constructor', 'typescript-sdk'],
  [undefined, 'typescript-sdk'],
])('%s is %s', (claimed, name) => {
  expect(wireClientName(claimed)).toBe(name);
});

it('gives each of our clients a name that the wire knows', () => {
  for (const id of ClientId.options) expect(WIRE).toContain(wireClientName(id));
});
