import { z } from 'zod';

/** What a server offers or says, and what it is; one pin for each. */
export const PinKind = z.enum(['tool', 'prompt', 'resource_template', 'instructions', 'identity']);
export type PinKind = z.infer<typeof PinKind>;

/**
 * `pinned`: as it was seen first, or agreed to; `changed`: it is something else now, hidden and refused until a person saw the
 * difference; `new`: never agreed to, where a setting asks about new items.
 */
export const PinState = z.enum(['pinned', 'changed', 'new']);
export type PinState = z.infer<typeof PinState>;

export const PinView = z.strictObject({
  connector: z.string(),
  kind: PinKind,
  /** Of a tool or prompt its name, of a template its address; "" for instructions and identity. */
  name: z.string(),
  state: PinState,
  /** SHA-256, hex, of what is agreed to; absent while it is new. */
  fingerprint: z.string().optional(),
  /** Of what was seen last, where that is something else. Accepting names it, so that a yes is to what was shown. */
  seen: z.string().optional(),
  firstSeenAt: z.string(),
  changedAt: z.string().optional(),
});
export type PinView = z.infer<typeof PinView>;

/** The readable difference of one item. Text is made safe to show. */
export const PinDiff = z.strictObject({
  pin: PinView,
  /** One for each field that differs, in the order name, title, description, input, output, annotations. */
  fields: z.array(
    z.strictObject({
      field: z.string(),
      /** Lines, each with `-`, `+` or a space before it. */
      lines: z.array(z.string()),
    }),
  ),
  /** Lines were left out, which the fields say where: a yes cannot be to this. */
  isCut: z.literal(true).optional(),
});
export type PinDiff = z.infer<typeof PinDiff>;
