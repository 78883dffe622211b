import { z } from 'zod';
import { Failure } from './failure.ts';

const figure = z.number().int().nonnegative();

export const VerificationProblem = z.strictObject({
  /** Of a segment; empty where the journal as a whole is meant. */
  file: z.string(),
  /** From 1; 0 where the whole file is meant. */
  line: figure,
  code: z.string(),
  text: z.string(),
});

/** What reading the whole journal proved. */
export const VerificationResult = z.strictObject({
  /** Nothing is missing, changed or out of order. */
  ok: z.boolean(),
  records: figure,
  chains: figure,
  /** Whether a key of the keychain signed the newest chain. */
  signed: z.boolean(),
  /** Signatures that were held against no key, because the keychain could not be asked. */
  unchecked: figure,
  /** How far it is signed, or that a cut tail would not show. */
  note: z.string(),
  /** Why there is no key to hold it against, and what to do; empty where there is one. */
  why: z.string(),
  /** The first of them. */
  problems: z.array(VerificationProblem),
  moreProblems: figure,
});
export type VerificationResult = z.infer<typeof VerificationResult>;

/** The last look at the whole journal, or the one under way. It goes on without the window that began it. */
export const Verification = z.strictObject({
  state: z.enum(['none', 'running', 'done', 'failed', 'cancelled']),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  bytesRead: figure,
  /** As it was when it began; the journal grows meanwhile. */
  bytesTotal: figure,
  result: VerificationResult.nullable(),
  failure: Failure.nullable(),
});
export type Verification = z.infer<typeof Verification>;
