// Owns what signatures and the heads kept in the keychain say about a journal, while `verify` reads it line by line. It
// believes a pruned start only where a checkpoint of a trusted key stands directly behind the events that name it, and
// remembers every kept head that was not met. Directly: the companion writes them in one go, while an event that somebody
// appended to the files is signed only after it has said that it started. Without a trusted key it believes nothing:
// anybody can sign with a key of their own. It knows how far each chain is covered: by a checkpoint of a trusted key, or by
// a kept head that was met.
import type { AuditRecord, EventRecord } from '../../preload/contract/audit.ts';
import { verifyCheckpoint } from './checkpoint.ts';

/** The head of a chain as the keychain knows it. */
export interface KeptHead {
  readonly chainId: string;
  readonly seq: number;
  readonly hash: string;
}

/** What a journal is held against; it comes from outside the journal's folder. */
export interface VerifyTrust {
  /** Public keys, raw, base64url. */
  readonly keys: readonly string[];
  /** The one that was kept last in front: of the chain that is, or was last, written. */
  readonly heads: readonly KeptHead[];
  /** Chains that another host still wrote then: what follows their last signature is as normal as in the one in front. */
  readonly live?: readonly string[];
  /** How many heads the keychain had no room for; absent where that is none. */
  readonly dropped?: number;
}

/** Where a chain whose older segments were pruned begins. */
export interface ChainStart {
  readonly chainId: string;
  readonly firstSeq: number;
  readonly prev: string;
}

export interface TrustProblem {
  readonly code: 'bad_signature' | 'foreign_key' | 'no_key' | 'tail_cut';
  readonly text: string;
}

export interface TrustCheck {
  /** A record in its place; `prev` and `hash` are those of its line. */
  record(record: AuditRecord, prev: string, hash: string): TrustProblem[];
  /** Asked once everything was read. */
  vouchesFor(start: ChainStart): boolean;
  /** The last record that a trusted checkpoint signs. */
  signedUpTo(chainId: string): number | undefined;
  /** The last record that a trusted checkpoint or a kept head vouches for, itself included. */
  coveredUpTo(chainId: string): number | undefined;
  /** Whether a key is known, so that what it did not sign stands out. */
  readonly hasKey: boolean;
  /** Checkpoints that fit and could be held against no key, because nobody could say which there is. */
  readonly unchecked: number;
  /** Asked once everything was read: chains that do not reach the head that is kept of them. */
  unmetHeads(): readonly (KeptHead & { readonly differs: boolean })[];
}

/** A journal may claim any number of starts before it signs one. */
const MAX_CLAIMED = 10_000;

export function createTrustCheck(trust: VerifyTrust | undefined): TrustCheck {
  const keys = new Set(trust?.keys);
  const heads = new Map(trust?.heads.map((head) => [head.chainId, head]));
  const met = new Map<string, boolean>();
  const signed = new Map<string, number>();
  const vouched = new Set<string>();
  const unknown = new Set<string>();
  let unchecked = 0;
  /** Starts that the records right before name. */
  const claimed = new Map<string, ChainStart[]>();

  const checkpoint = (record: Extract<AuditRecord, { kind: 'checkpoint' }>, prev: string): TrustProblem[] => {
    if (!verifyCheckpoint(record, prev))
      return [{ code: 'bad_signature', text: 'the signature of this checkpoint does not fit what it signs' }];
    if (trust === undefined) {
      unchecked += 1;
      return [];
    }
    if (keys.size === 0) {
      // Once for each key: a journal may hold any number of them.
      if (unknown.has(record.key_id)) return [];
      unknown.add(record.key_id);
      const text = `signed with the key ${record.key_id} from here on, and the keychain knows no key of this journal`;
      return [{ code: 'no_key', text }];
    }
    if (!keys.has(record.public_key))
      return [
        { code: 'foreign_key', text: `signed with the key ${record.key_id}, which is not the one in the keychain` },
      ];
    signed.set(record.chain_id, record.seq - 1);
    for (const start of claimed.get(record.chain_id) ?? []) vouched.add(nameOf(start));
    claimed.delete(record.chain_id);
    return [];
  };

  const event = (record: EventRecord): TrustProblem[] => {
    const { reason, chain, seq } = record.detail;
    const start = prunedStart(record);
    if (start === undefined) claimed.delete(record.chain_id);
    else {
      const own = claimed.get(record.chain_id) ?? [];
      if (own.length < MAX_CLAIMED) own.push(start);
      claimed.set(record.chain_id, own);
    }
    return record.event === 'journal_recovered' && reason === 'tail_cut'
      ? [{ code: 'tail_cut', text: `the companion found that record ${seq} of chain ${chain} was gone or exchanged` }]
      : [];
  };

  return {
    record(record, prev, hash) {
      const head = heads.get(record.chain_id);
      if (head?.seq === record.seq) met.set(record.chain_id, head.hash === hash);
      if (record.kind === 'checkpoint') return checkpoint(record, prev);
      if (record.kind === 'event') return event(record);
      claimed.delete(record.chain_id);
      return [];
    },
    vouchesFor: (start) => vouched.has(nameOf(start)),
    signedUpTo: (chainId) => signed.get(chainId),
    coveredUpTo(chainId) {
      const checkpoint = signed.get(chainId);
      const head = met.get(chainId) === true ? heads.get(chainId)?.seq : undefined;
      if (checkpoint === undefined) return head;
      return Math.max(checkpoint + 1, head ?? 0);
    },
    hasKey: keys.size > 0,
    get unchecked() {
      return unchecked;
    },
    unmetHeads: () =>
      [...heads.values()]
        .filter((head) => met.get(head.chainId) !== true)
        // A chain that was pruned to its end is gone by right.
        .filter(({ chainId, seq, hash }) => !vouched.has(nameOf({ chainId, firstSeq: seq + 1, prev: hash })))
        .map((head) => ({ ...head, differs: met.get(head.chainId) === false })),
  };
}

/** The start that an event of the companion's own pruning names. */
export function prunedStart({ event, detail }: EventRecord): ChainStart | undefined {
  const { chain, first_seq: firstSeq, prev } = detail;
  if (event !== 'journal_pruned' || typeof chain !== 'string' || typeof prev !== 'string') return undefined;
  if (typeof firstSeq !== 'number' || !Number.isSafeInteger(firstSeq) || firstSeq < 1) return undefined;
  return { chainId: chain, firstSeq, prev };
}

function nameOf({ chainId, firstSeq, prev }: ChainStart): string {
  return `${chainId} ${firstSeq} ${prev}`;
}
