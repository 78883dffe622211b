import { z } from 'zod';
import { Decision } from './decision.ts';
import { PinState } from './pin.ts';

/** One tool, as it was seen last, and what is decided about it now. What the server wrote is text of others. */
export const ConnectorTool = z.strictObject({
  name: z.string(),
  title: z.string().nullable(),
  description: z.string(),
  /** What the server says of it, in words; proves nothing. */
  claims: z.array(z.string()),
  /** For a call with arguments that no rule looks at. */
  decision: Decision,
  pin: PinState,
  /** Names what was seen, for agreeing to it; absent where that is agreed to. */
  seen: z.string().optional(),
  /** Why clients do not see it, in a sentence; null: they do. */
  hidden: z.string().nullable(),
  /** Switched off here: by the one rule that `connectors.setTool` makes. */
  isOff: z.boolean(),
  /** JSON text of its input schema, "" where it is larger than anybody reads. */
  inputSchema: z.string(),
});
export type ConnectorTool = z.infer<typeof ConnectorTool>;

/** One part of an answer. `text` is cut where it is long; of a picture, sound or file there is none. */
export const AnswerPart = z.strictObject({
  /** As the server names it: `text`, `image`, …; `structured` for structuredContent. */
  type: z.string(),
  mimeType: z.string().nullable(),
  text: z.string(),
  /** Of the whole part. */
  bytes: z.number().int(),
  isCut: z.boolean(),
});
export type AnswerPart = z.infer<typeof AnswerPart>;

/** What became of a call that a person made by hand. */
export const HandCall = z.strictObject({
  /** Its id in the journal; null where it never got there. */
  call: z.string().nullable(),
  decision: Decision.nullable(),
  /** `tool_error`: the tool itself says that it failed; `failed`: there was no answer of the tool. */
  outcome: z.enum(['answered', 'tool_error', 'refused', 'failed']),
  /** Why it was refused or failed; "" otherwise. */
  message: z.string(),
  parts: z.array(AnswerPart),
  /** There were more parts, or more text. */
  isCut: z.boolean(),
  durationMs: z.number().int(),
});
export type HandCall = z.infer<typeof HandCall>;
