import { z } from 'zod';

export const Effect = z.enum(['deny', 'ask', 'allow']);
export type Effect = z.infer<typeof Effect>;

/**
 * What a connector does with a tool that no rule names. `read-only` allows what the server's own annotations call
 * read-only (and whose name and schema hold no word for writing, sending or executing) and asks for the rest.
 */
export const DefaultMode = z.enum(['allow', 'read-only', 'ask', 'deny']);
export type DefaultMode = z.infer<typeof DefaultMode>;

/** `*` matches any run of characters, `?` one; nothing else is special. */
export const Glob = z
  .string()
  .min(1)
  .max(128)
  // eslint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u0020\u007f-\u009f]+$/, 'a glob holds no spaces or control characters');

export const Rule = z.strictObject({
  id: z.string().min(1).max(64),
  effect: Effect,
  connector: Glob,
  tool: Glob,
  createdAt: z.iso.datetime(),
});
export type Rule = z.infer<typeof Rule>;
