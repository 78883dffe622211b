import { Buffer } from 'node:buffer';
import { AUDIT_SCHEMA_VERSION, AuditRecord } from '../../preload/contract/audit.ts';
import type { CheckpointRecord, NewAuditRecord } from '../../preload/contract/audit.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { canonical } from './canonical.ts';
import { hashRecord, lineOf, MAX_LINE_BYTES } from './chain.ts';
import type { Signer } from './checkpoint.ts';
import { checkpointText } from './checkpoint.ts';
import { scrub } from './scrub.ts';

/** The last record of a chain: -1 and GENESIS in a chain that has none yet. */
export interface ChainHead {
  readonly chainId: string;
  readonly seq: number;
  readonly hash: string;
}

export interface BuiltRecord {
  readonly record: AuditRecord;
  readonly hash: string;
  readonly line: Buffer;
}

export interface RecordStamps {
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly redact: (text: string) => string;
}

const NEXT_RECORD = 'The call was not made. Report this with the output of "runlayer doctor".';

/**
 * The line that follows `head`: redacted, in its place, within the schema and its length. Throws CompanionError
 * `E_AUDIT_UNAVAILABLE` where that cannot be.
 */
export function buildRecord(input: NewAuditRecord, head: ChainHead, stamps: RecordStamps): BuiltRecord {
  return guarded(() => place(scrub(input, stamps.redact), head, stamps));
}

/** The checkpoint that follows `head`. Nothing in it comes from outside, so nothing is redacted: that could only break it. */
export function buildCheckpoint(signer: Signer, head: ChainHead, stamps: RecordStamps): BuiltRecord {
  return guarded(() => {
    const checkpoint: Omit<CheckpointRecord, 'v' | 'id' | 'chain_id' | 'seq' | 'time'> = {
      kind: 'checkpoint',
      head: head.hash,
      key_id: signer.keyId,
      signature: signer.sign(checkpointText(head.chainId, head.seq + 1, head.hash)),
      public_key: signer.publicKey,
    };
    return place(checkpoint, head, stamps);
  });
}

function guarded(build: () => BuiltRecord): BuiltRecord {
  try {
    return build();
  } catch (error) {
    if (error instanceof CompanionError) throw error;
    throw refused('a record could not be prepared', error);
  }
}

function place(input: object, head: ChainHead, { clock, newId }: RecordStamps): BuiltRecord {
  const stamp = { v: AUDIT_SCHEMA_VERSION, id: newId(), chain_id: head.chainId, seq: head.seq + 1 };
  const parsed = AuditRecord.safeParse({ ...input, ...stamp, time: clock().toISOString() });
  if (!parsed.success) {
    // Paths only: a value could be what must not be shown.
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || issue.code).join(', ');
    throw refused(`a record does not fit the audit schema (${where})`);
  }
  let record: AuditRecord = parsed.data;
  let text = canonical(record);
  if (Buffer.byteLength(text) > MAX_LINE_BYTES / 2 && record.kind === 'intent') {
    const bytesOf = (value: unknown) => ({ $bytes: Buffer.byteLength(canonical(value ?? null)) });
    record = {
      ...record,
      arguments: bytesOf(record.arguments),
      ...(record.input_responses === undefined ? {} : { input_responses: bytesOf(record.input_responses) }),
    };
    text = canonical(record);
  }
  const hash = hashRecord(head.hash, text);
  const line = Buffer.from(lineOf(hash, head.hash, text), 'utf8');
  if (line.length > MAX_LINE_BYTES) throw refused(`a record of ${line.length} bytes is too long`);
  return { record, hash, line };
}

/** A record that cannot be written as it is; the disk is not at fault. */
export function refused(detail: string, cause?: unknown): CompanionError {
  return new CompanionError('E_AUDIT_UNAVAILABLE', `Not recorded: ${detail}.`, NEXT_RECORD, { cause });
}
