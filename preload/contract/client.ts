import { z } from 'zod';
import { ConnectorName, ConsentRequest, Risk } from './connector.ts';

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

/** Something that we wrote into a client's file and that is not there as we wrote it. */
export const ClientDrift = z.strictObject({
  /** Name of the server in the client's file. */
  entry: z.string(),
  /** `removed`: it is gone; `replaced`: it starts something else; `launcher`: it names a companion of another place; `unknown`: there is no such connector. */
  kind: z.enum(['removed', 'replaced', 'launcher', 'unknown']),
  /** The connector that it starts, or is to start; null where nothing says which. */
  connector: ConnectorName.nullable(),
  /** What happened, in one sentence. */
  text: z.string(),
  /** What to do. */
  next: z.string(),
});
export type ClientDrift = z.infer<typeof ClientDrift>;

/** State of one client's configuration file on this machine. */
export const ClientView = z.strictObject({
  id: WritableClientId,
  title: z.string(),
  path: z.string(),
  /** `absent`: the client was not found for this user; `no_file`: it was, and has no such file yet. */
  state: z.enum(['absent', 'no_file', 'ok', 'invalid']),
  /** Connectors that this file starts through the companion. */
  connectors: z.array(z.string()),
  /** Entries that start a server without the companion. */
  unmanaged: z.array(z.string()),
  problem: z.string().optional(),
  drift: z.array(ClientDrift),
  /** What makes the client read its file again. */
  restartHint: z.string(),
  /** When we changed its file last; null: we did not, or took everything back. RFC 3339. */
  changedAt: z.string().nullable(),
  /** When a session of it began last, after `changedAt` where there is one; by the name that it claims. RFC 3339. */
  lastSeenAt: z.string().nullable(),
  /** Of it, running now; those that began before `changedAt` count too. */
  sessions: z.number().int(),
  /** The last change can be taken back. */
  undo: z.boolean(),
});
export type ClientView = z.infer<typeof ClientView>;

/** The exact change to one client file, before or after it is made. */
export const ClientChange = z.strictObject({
  client: WritableClientId,
  path: z.string(),
  action: z.enum(['created', 'changed', 'unchanged', 'removed', 'restored', 'deleted']),
  /** Unified diff of the file's text; values of others are hidden. */
  diff: z.string(),
  dryRun: z.boolean(),
  backup: z.string().optional(),
  /** What the person still has to do (restart the client, …). */
  notes: z.array(z.string()),
  /** Servers that the client starts without the companion after it, and did not before. */
  bringsBack: z.array(z.string()),
});
export type ClientChange = z.infer<typeof ClientChange>;

/** A name with whether its value looks like a secret; the value itself stays where it is. */
const NamedValue = z.strictObject({ name: z.string(), looksSecret: z.boolean() });

/** What a server of a client's file runs or reaches, as it may be shown. */
export const FoundTarget = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('program'),
    /** Quoted for display; what looks like a secret is hidden. */
    argv: z.array(z.string()),
    env: z.array(NamedValue),
    cwd: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('http'), url: z.string(), headers: z.array(NamedValue) }),
  /** It cannot be brought in as it is. */
  z.strictObject({ kind: z.literal('unusable'), problem: z.string(), next: z.string() }),
]);
export type FoundTarget = z.infer<typeof FoundTarget>;

/** One server that a client starts or reaches without the companion. */
export const FoundServer = z.strictObject({
  client: WritableClientId,
  /** Its name in the client's file, as it is written there: whoever shows it makes it visible. */
  entry: z.string(),
  target: FoundTarget,
  risks: z.array(Risk),
  /** Free, and fits a connector. */
  suggestedName: ConnectorName,
  /** A connector that runs or reaches the same; the entry can start that one instead. */
  sameAs: ConnectorName.optional(),
});
export type FoundServer = z.infer<typeof FoundServer>;

/** Everything that bringing a server in would do. */
export const BringInPreview = z.strictObject({
  /** Values are hidden here; the window in which a person agrees shows the whole of it. */
  consent: ConsentRequest,
  change: ClientChange,
  /** Variables or headers whose values move to the keychain, and under which name. */
  secrets: z.array(z.strictObject({ from: z.string(), secret: z.string() })),
  notes: z.array(z.string()),
});
export type BringInPreview = z.infer<typeof BringInPreview>;
