import { Buffer } from 'node:buffer';
import { lineOf } from '../chain.ts';
import { isObject } from '../is-object.ts';
import { parseLine } from '../line.ts';

/** One record on its way, as a CloudEvent 1.0 in JSON. */
export interface DeliveryEvent {
  readonly chainId: string;
  readonly seq: number;
  /** Of the record; with the source it tells one event from all others. */
  readonly id: string;
  /** Of its line: it proves everything before it in its chain. */
  readonly hash: string;
  /** It says that another record was parked: nothing is said about it in turn. */
  readonly tellsOfParking: boolean;
  readonly text: string;
  readonly bytes: number;
}

/** Whose journal it is: no two installs and no two chains share one. */
export function sourceOf(installId: string, chainId: string): string {
  return `urn:runlayer:companion:${installId}:${chainId}`;
}

/**
 * The event of a journal line (without its newline), or undefined for a line that is not what the journal writes. `data` is
 * the record in the very text that was hashed, so that whoever receives it can prove the chain.
 */
export function eventOf(line: Buffer, installId: string): DeliveryEvent | undefined {
  const parsed = parseLine(line);
  if (parsed.kind === 'unreadable' || !parsed.fits || !isObject(parsed.record)) return undefined;
  const { id, chain_id: chainId, seq, time, kind, connector, event } = parsed.record;
  if (typeof id !== 'string' || typeof chainId !== 'string' || typeof time !== 'string' || typeof kind !== 'string')
    return undefined;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq)) return undefined;
  const { hash, prev } = parsed;
  const attributes = JSON.stringify({
    specversion: '1.0',
    id,
    source: sourceOf(installId, chainId),
    type: `com.runlayer.companion.audit.${kind}`,
    time,
    ...(typeof connector === 'string' && connector !== '' ? { subject: connector } : {}),
    datacontenttype: 'application/json',
    rlseq: seq,
    rlhash: hash,
    rlprev: prev,
  });
  const record = line.toString('utf8').slice(lineOf(hash, prev, '').length - '}\n'.length, -1);
  const text = `${attributes.slice(0, -1)},"data":${record}}`;
  return { chainId, seq, id, hash, tellsOfParking: event === 'audit_parked', text, bytes: Buffer.byteLength(text) };
}

/** The body of one request. */
export function batchBody(events: readonly DeliveryEvent[]): Buffer {
  return Buffer.from(`[${events.map(({ text }) => text).join(',')}]`);
}

/** Bytes of {@link batchBody} without building it. */
export function batchBytes(events: readonly DeliveryEvent[]): number {
  return events.reduce((sum, { bytes }) => sum + bytes + 1, 1);
}
