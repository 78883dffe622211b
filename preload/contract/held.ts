import { z } from 'zod';

/** Something that would weaken protection, held until a person answers in the approval window. Texts are safe to show as text. */
export const HeldQuestion = z.strictObject({
  id: z.string(),
  /** Keyed digest, hex, of operation, input, title and detail: an answer names it, so that a yes is to what was shown. */
  hash: z.string(),
  operation: z.string(),
  /** One sentence. */
  title: z.string(),
  /** The whole of it, in lines. */
  detail: z.string(),
  /** Who wants it: `interface`, `command line, process 12`. */
  from: z.string(),
  createdAt: z.string(),
  /** After it no answer counts. */
  expiresAt: z.string(),
});
export type HeldQuestion = z.infer<typeof HeldQuestion>;
