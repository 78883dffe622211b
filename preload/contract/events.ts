import { z } from 'zod';
import { ApprovalView } from './approval.ts';
import { LogEntry } from './audit.ts';
import { HeldQuestion } from './held.ts';
import { JobView } from './job.ts';

/** What the companion announces to the tray, the interface and `logs -f`. */
export const CompanionEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('log'), entry: LogEntry }),
  z.strictObject({ type: z.literal('approval_waiting'), approval: ApprovalView }),
  z.strictObject({ type: z.literal('approval_ended'), id: z.string() }),
  /** It waits for an answer in the approval window. */
  z.strictObject({ type: z.literal('held_waiting'), question: HeldQuestion }),
  z.strictObject({ type: z.literal('held_ended'), id: z.string() }),
  z.strictObject({ type: z.literal('status_changed') }),
  /** How far it is, or that it ended. */
  z.strictObject({ type: z.literal('job'), job: JobView }),
  /** An operation that weakens protection was carried out; shown everywhere, can be undone from the interface. */
  z.strictObject({ type: z.literal('weakened'), operation: z.string(), text: z.string(), caller: z.string() }),
]);
export type CompanionEvent = z.infer<typeof CompanionEvent>;
