import { z } from 'zod';
import { Failure } from './failure.ts';

/** Work that outlives the request that began it, and the window too. */
export const JobView = z.strictObject({
  id: z.string(),
  kind: z.enum(['export']),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** Pieces of work; `total` is what was known last. */
  done: z.number().int(),
  total: z.number().int(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  /** In words, of a job that is done: where its file is. */
  result: z.string().optional(),
  failure: Failure.optional(),
});
export type JobView = z.infer<typeof JobView>;
