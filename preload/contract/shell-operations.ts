/** Operations that the app's own shell carries out; part of the one list in operations.ts. A host without one says why not. */
import { z } from 'zod';
import { everyone, none, operation, type OperationShape } from './operation.ts';

/** What a person may choose about the app; kept on this machine, decides about no call. */
export const Preferences = z.strictObject({
  /** Null: the system cannot be told from here; `startAtLoginProblem` says why. */
  startAtLogin: z.boolean().nullable(),
  startAtLoginProblem: z.string().optional(),
  /** System notifications about waiting and blocked calls. Off or on, what waits is shown in the tray and the window. */
  notifications: z.boolean(),
});
export type Preferences = z.infer<typeof Preferences>;

export const PreferencesView = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('available'), preferences: Preferences }),
  /** No app runs here: there is nothing to start at login, and nobody who could notify. */
  z.strictObject({ kind: z.literal('unavailable'), reason: z.string() }),
]);
export type PreferencesView = z.infer<typeof PreferencesView>;

/** What is not named stays. */
export const PreferencesChange = z.strictObject({
  startAtLogin: z.boolean().optional(),
  notifications: z.boolean().optional(),
});
export type PreferencesChange = z.infer<typeof PreferencesChange>;

/** The app looks for a newer version where it was built to look; it never fetches one by itself. */
export const UpdateState = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('off'), reason: z.string() }),
  /** Not asked yet, or no answer that counts; `problem` is absent before the first. */
  z.strictObject({ kind: z.literal('unknown'), problem: z.string().optional() }),
  z.strictObject({ kind: z.literal('current'), checkedAt: z.iso.datetime() }),
  z.strictObject({ kind: z.literal('available'), version: z.string(), checkedAt: z.iso.datetime() }),
]);
export type UpdateState = z.infer<typeof UpdateState>;

export const shellOperations = {
  'preferences.get': operation(none, PreferencesView, everyone),
  'preferences.set': operation(PreferencesChange, PreferencesView, everyone),
  'updates.get': operation(none, UpdateState, everyone),
} as const satisfies Record<string, OperationShape>;
