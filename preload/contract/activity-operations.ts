import { z } from 'zod';
import {
  ActivityFilter,
  ActivityHistogram,
  ActivityValues,
  ActivityWindow,
  CallStory,
  ExportFormat,
  TaskStory,
} from './activity.ts';
import { JobView } from './job.ts';
import { everyone, none, operation, people, type OperationShape } from './operation.ts';

const id = z.string().min(1).max(256);

/** What was called, what became of it, and why; and the work that outlives a request. */
export const activityOperations = {
  /** A window of the list, the newest first. */
  'activity.search': operation(
    z.strictObject({
      filter: ActivityFilter,
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(200).default(100),
      /** The `of` of an earlier answer: `offset` is counted from there, whatever came in since. */
      of: z.number().int().min(0).optional(),
      /** Whose search it is: a newer one of the same name takes the place of one that still waits (`E_SUPERSEDED`). */
      slot: z.string().max(64).optional(),
    }),
    ActivityWindow,
    everyone,
  ),
  /** Calls over time. Without bounds: from the first to the last that fits. */
  'activity.histogram': operation(
    z.strictObject({
      filter: ActivityFilter,
      from: z.iso.datetime().optional(),
      to: z.iso.datetime().optional(),
      buckets: z.number().int().min(1).max(120),
      slot: z.string().max(64).optional(),
    }),
    ActivityHistogram,
    everyone,
  ),
  'activity.values': operation(none, ActivityValues, everyone),
  'activity.call': operation(z.strictObject({ id }), CallStory, everyone),
  /** At most 200 calls of one session, those around a call where one is named; otherwise the first. */
  'activity.task': operation(
    z.strictObject({ session: z.string().min(1).max(8192), around: id.optional() }),
    TaskStory,
    everyone,
  ),
  /** Writes a file of a fixed name into the person's Downloads folder; its job says where. One at a time. */
  'activity.export': operation(
    z.strictObject({ format: ExportFormat, filter: ActivityFilter }),
    z.strictObject({ job: z.string() }),
    people,
  ),

  'jobs.list': operation(none, z.array(JobView), everyone),
  'jobs.get': operation(z.strictObject({ id }), JobView, everyone),
  /** Does nothing to one that has ended. */
  'jobs.cancel': operation(z.strictObject({ id }), JobView, people),
} as const satisfies Record<string, OperationShape>;
