/** The two documents in the folder of pins, and what a reader makes of one that does not fit. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PinKind } from '../../../preload/contract/index.ts';
import { fingerprintOf } from '../../pin/fingerprint.ts';
import { MAX_PIN_NAME, pinKey, type ConnectorPins, type Pin } from '../../pin/pins.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Definition = z.strictObject({ fingerprint: Hash, text: z.string() });

const PinsDocument = z.strictObject({
  version: z.literal(1),
  connector: z.string(),
  items: z.array(
    z.strictObject({
      kind: PinKind,
      name: z.string().max(MAX_PIN_NAME),
      agreed: Definition.exactOptional(),
      seen: Definition.exactOptional(),
      firstSeenAt: z.iso.datetime(),
      changedAt: z.iso.datetime().exactOptional(),
    }),
  ),
});

export function pinsDocument(connector: string, pins: ConnectorPins): z.infer<typeof PinsDocument> {
  return { version: 1, connector, items: [...pins.values()] };
}

/** Undefined for what is no such document, is of another connector, or names hashes that its texts do not have. */
export function readPinsDocument(connector: string, value: unknown): ConnectorPins | undefined {
  const { data } = PinsDocument.safeParse(value);
  if (data?.connector !== connector) return undefined;
  const pins = new Map<string, Pin>();
  for (const pin of data.items) {
    if (
      ![pin.agreed, pin.seen].every((one) => one === undefined || fingerprintOf(pin.kind, one.text) === one.fingerprint)
    )
      return undefined;
    pins.set(pinKey(pin.kind, pin.name), pin);
  }
  return pins.size === data.items.length ? pins : undefined;
}

export const IndexDocument = z.strictObject({
  version: z.literal(1),
  /** An index of before could not be used: what is not named here is held back, as it may have been known. */
  distrust: z.boolean(),
  entries: z.array(
    z.strictObject({
      connector: z.string(),
      /** Of the whole file. */
      sha256: Hash,
      /** While it is written: what was there before, null for nothing. */
      before: Hash.nullable().exactOptional(),
    }),
  ),
});
export type IndexDocument = z.infer<typeof IndexDocument>;
export type IndexEntry = IndexDocument['entries'][number];

/** A file name for any name of a connector, and none that another has. */
export function pinsFileName(connector: string): string {
  return `${createHash('sha256').update(connector).digest('hex').slice(0, 40)}.json`;
}

export const PINS_FILE = /^[0-9a-f]{40}\.json$/;
