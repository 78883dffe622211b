import { z } from 'zod';

/** What the guard looks for; each can be configured for each connector. */
export const GuardCategory = z.enum([
  /** The value of a secret that a running server holds, in any encoding that is known. */
  'live_secret',
  /** A planted value that nothing may ever show. */
  'canary',
  /** Keys and tokens of a known format or checksum, private keys. */
  'secret',
  /** What has a checksum: payment cards, IBANs, national numbers. */
  'pii',
  /** Addresses and telephone numbers. */
  'contact',
  /** Characters that a person does not see and a model reads. */
  'hidden_text',
  /** Text that speaks to the model instead of about its subject. */
  'injection',
  /** Definitions that speak of other tools, ask for what they do not need, or hide a payload. */
  'poisoning',
  /** What could not be looked at whole in time. */
  'unscannable',
]);
export type GuardCategory = z.infer<typeof GuardCategory>;

export const GuardAction = z.enum(['off', 'alert', 'mask', 'block']);
export type GuardAction = z.infer<typeof GuardAction>;

export const GuardVerdict = z.enum(['pass', 'alert', 'mask', 'block']);
export type GuardVerdict = z.infer<typeof GuardVerdict>;

/** What is scanned: `input` goes to a server, `output` comes from one. */
export const ScanKind = z.enum(['tool-definition', 'input', 'output']);
export type ScanKind = z.infer<typeof ScanKind>;

/** Never holds what was found. */
export const GuardFinding = z.strictObject({
  category: GuardCategory,
  /** Stable name of what recognised it: `aws-access-key-id`. */
  rule: z.string().max(64),
  /** `hard` may block alone; `soft` adds up. */
  tier: z.enum(['hard', 'soft']),
  /** JSON Pointer of the string in which it begins; "" in a plain text. Hostile keys are cut at 256 characters. */
  at: z.string().max(256),
  /** What is done about it. */
  action: GuardAction,
});
export type GuardFinding = z.infer<typeof GuardFinding>;

/** Line of `guard scan --jsonl`. */
export const ScanLine = z.strictObject({ kind: ScanKind, text: z.string() });
export type ScanLine = z.infer<typeof ScanLine>;

/** A person's choice for a category; what is not named follows the built-in actions, which differ by {@link ScanKind}. */
export const GuardChoices = z.partialRecord(GuardCategory, GuardAction);
export type GuardChoices = z.infer<typeof GuardChoices>;

export const GuardSettings = z.strictObject({
  /** For every connector. */
  all: GuardChoices,
  /** By connector name; wins over `all`. */
  connectors: z.record(z.string().min(1).max(64), GuardChoices),
});
export type GuardSettings = z.infer<typeof GuardSettings>;
