/** Operations about what waits for a person's yes; part of the one list in operations.ts. */
import { z } from 'zod';
import { HeldQuestion } from './held.ts';
import { none, operation, type OperationShape } from './operation.ts';

export const heldOperations = {
  'held.list': operation(none, z.array(HeldQuestion), ['ui', 'shell', 'window']),
  /** Only our own window answers, and only to what it was shown: `hash` is that of the question. */
  'held.answer': operation(z.strictObject({ id: z.string(), hash: z.string(), allow: z.boolean() }), none, ['window']),
  /** A no is taken from anybody. A page's ends the question, and makes nobody wait but pages. */
  'held.refuse': operation(z.strictObject({ id: z.string() }), none, ['ui', 'shell', 'window']),
  /**
   * Brings the approval window up. In the app the app does, and `url` is null; in a browser `url` opens it, once, within two
   * minutes. Null too where `again` is false and one is open already.
   */
  'review.open': operation(z.strictObject({ again: z.boolean() }), z.strictObject({ url: z.url().nullable() }), [
    'ui',
    'shell',
  ]),
  /**
   * Where a person sees an address outside, whole, before they go there: in a browser the interface may lead to nothing but
   * this. Null in the app, which hands such addresses to the system's browser by its own rules.
   */
  'review.leave': operation(
    z.strictObject({ address: z.string().max(2048) }),
    z.strictObject({ url: z.url().nullable() }),
    ['ui'],
  ),
} as const satisfies Record<string, OperationShape>;
