/**
 * What the tenant's wire calls the clients that we know. A client without a name of its own there goes under
 * `typescript-sdk`: that is what reports, a TypeScript program; which client it was stands in the payload.
 */
import { ClientId } from '../../preload/contract/index.ts';

export type WireClient =
  | 'cursor'
  | 'vscode'
  | 'claude_code'
  | 'codex'
  | 'gemini-cli'
  | 'windsurf'
  | 'goose'
  | 'github-copilot-cli'
  | 'cline-cli'
  | 'qwen-code'
  | 'typescript-sdk';

const NAMES: Partial<Record<ClientId, WireClient>> = {
  cursor: 'cursor',
  vscode: 'vscode',
  vscode_insiders: 'vscode',
  claude_code: 'claude_code',
  codex: 'codex',
  gemini_cli: 'gemini-cli',
  windsurf: 'windsurf',
  goose: 'goose',
  copilot_cli: 'github-copilot-cli',
  cline: 'cline-cli',
  qwen_code: 'qwen-code',
};

/** `claimed`: what the client calls itself, or our id of it, with `-` or `_`. */
export function wireClientName(claimed: string | undefined): WireClient {
  const id = ClientId.safeParse(claimed?.trim().toLowerCase().replaceAll(/[\s-]/g, '_'));
  return (id.success ? NAMES[id.data] : undefined) ?? 'typescript-sdk';
}
