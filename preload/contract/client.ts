import { z } from 'zod';

/** Every client id that a rule, a record or a command may name. */
export const ClientId = z.enum([
  'claude_desktop',
  'claude_code',
  'cursor',
  'vscode',
  'vscode_insiders',
  'windsurf',
  'zed',
  'codex',
  'gemini_cli',
  'antigravity',
  'copilot_cli',
  'opencode',
  'cline',
  'continue',
  'goose',
  'lm_studio',
  'kiro',
  'warp',
  'junie',
  'trae',
  'amp',
  'qwen_code',
]);
export type ClientId = z.infer<typeof ClientId>;

/** The clients whose configuration this version can write. */
export const WritableClientId = z.enum(['claude_desktop', 'cursor']);
export type WritableClientId = z.infer<typeof WritableClientId>;

/** State of one client's configuration file on this machine. */
export const ClientView = z.strictObject({
  id: WritableClientId,
  title: z.string(),
  path: z.string(),
  state: z.enum(['absent', 'no_file', 'ok', 'invalid']),
  /** Connectors that this file starts through the companion. */
  connectors: z.array(z.string()),
  /** Entries that start a server without the companion. */
  unmanaged: z.array(z.string()),
  problem: z.string().optional(),
});
export type ClientView = z.infer<typeof ClientView>;

/** The exact change to one client file, before or after it is made. */
export const ClientChange = z.strictObject({
  client: WritableClientId,
  path: z.string(),
  action: z.enum(['created', 'changed', 'unchanged', 'removed', 'restored', 'deleted']),
  /** Unified diff of the file's text. */
  diff: z.string(),
  dryRun: z.boolean(),
  backup: z.string().optional(),
  /** What the person still has to do (restart the client, …). */
  notes: z.array(z.string()),
});
export type ClientChange = z.infer<typeof ClientChange>;
