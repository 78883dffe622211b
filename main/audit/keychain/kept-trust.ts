// Owns what the keychain knows of the journal: the public keys that signed it, and how far each chain had come, the one kept
// last in front. Whoever can cut the files cannot also cut this: it is in the keychain, found there by its account whatever
// the settings say. It is no secret; it must only not be writable together with them. A head is kept after it is on the
// disk: a power cut must not look like a cut tail.
import { z } from 'zod';
import { AUDIT_HEAD_SECRET } from '../../secrets/reserved-names.ts';
import type { SecretVault } from '../../secrets/vault.ts';
import type { ChainHead } from '../build-record.ts';
import type { KeptHead, VerifyTrust } from '../trust.ts';
import type { SealVault } from './signing-key.ts';

/** Windows takes 2,560 bytes for an item, every other keychain far more: there every chain in the folder has its head. */
const MAX_BYTES = process.platform === 'win32' ? 2400 : 32 * 1024;
const MAX_HEADS = 1000;
const MAX_KEYS = 8;
const MAX_LIVE = 8;

const ChainId = z.string().regex(/^[0-9a-f][0-9a-f-]{0,63}$/);
const PublicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Head = z.strictObject({
  chain: ChainId,
  seq: z.number().int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
const Item = z.strictObject({
  version: z.literal(1),
  keys: z.array(PublicKey).max(MAX_KEYS),
  heads: z.array(Head).max(MAX_HEADS),
  live: z.array(ChainId).max(MAX_LIVE).optional(),
  dropped: z.number().int().positive().optional(),
});

/** What a journal is held against; undefined where nothing is kept. Rejects where the keychain does. */
export async function readTrust(vault: Pick<SecretVault, 'own'>): Promise<VerifyTrust | undefined> {
  const text = await vault.own(AUDIT_HEAD_SECRET);
  if (text === undefined) return undefined;
  const kept = parse(text);
  if (kept === undefined) return undefined;
  const { keys, heads, live, dropped } = kept;
  return {
    keys,
    heads: heads.map(({ chain, seq, hash }) => ({ chainId: chain, seq, hash })),
    ...(live === undefined ? {} : { live }),
    ...(dropped === undefined ? {} : { dropped }),
  };
}

export interface Kept {
  readonly key: string;
  /** Of the chain that is written; kept in front, unless another host took over from this one. */
  readonly head: ChainHead | undefined;
  /** Chains that end, or whose end was told already: what was kept of them goes. */
  readonly without?: ReadonlySet<string>;
  /** Other chains as the files have them, newest first; each behind `head`, and only for an earlier one of the same chain. */
  readonly ends?: readonly KeptHead[];
  /** Whether a head that was kept still stands in the files; asked before a later end of its chain takes its place. */
  readonly stands?: (head: KeptHead) => Promise<boolean>;
  /** Chains that other hosts still write; without it what is known of that stays: the host that took over says it. */
  readonly live?: readonly string[];
}

/** Keeps `key` and `head` first and leaves what other hosts kept, the longest kept at the end. Rejects as the keychain. */
export async function keepTrust(vault: SealVault, kept: Kept): Promise<void> {
  const before = await readTrust(vault);
  const keys = [kept.key, ...(before?.keys ?? []).filter((other) => other !== kept.key)].slice(0, MAX_KEYS);
  // Named by another process: what does not fit must not make the whole item unreadable.
  const live = (kept.live ?? before?.live ?? []).filter((id) => ChainId.safeParse(id).success).slice(0, MAX_LIVE);
  const others = await otherHeads(kept, before?.heads ?? []);
  // A host that handed over writes on for a while: the one that took over stays in front.
  const hasSuccessor = kept.live === undefined && live.some((chain) => chain === kept.head?.chainId);
  const ahead = hasSuccessor ? 1 : 0;
  const own: KeptHead[] = kept.head === undefined ? [] : [kept.head];
  const heads = [...others.slice(0, ahead), ...own, ...others.slice(ahead)];
  const text = fitting(
    keys,
    heads.map(({ chainId: chain, seq, hash }) => ({ chain, seq, hash })),
    live,
    before?.dropped ?? 0,
  );
  const isThere = before !== undefined || vault.list().some(({ name }) => name === AUDIT_HEAD_SECRET);
  await (isThere ? vault.rewrite(AUDIT_HEAD_SECRET, text) : vault.set(AUDIT_HEAD_SECRET, text));
}

async function otherHeads(
  { head, without = new Set(), ends = [], stands = async () => false }: Kept,
  before: readonly KeptHead[],
): Promise<readonly KeptHead[]> {
  const known = new Map(before.filter(({ chainId }) => !without.has(chainId)).map((one) => [one.chainId, one]));
  const heads = new Map<string, KeptHead>();
  for (const end of ends) {
    const old = known.get(end.chainId);
    if (heads.has(end.chainId)) continue;
    // What does not lead on from what is known must stay known as missing.
    const isLater = old === undefined || (old.seq < end.seq && (await stands(old)));
    heads.set(end.chainId, isLater ? end : old);
  }
  for (const [chainId, old] of known) if (!heads.has(chainId)) heads.set(chainId, old);
  if (head !== undefined) heads.delete(head.chainId);
  return [...heads.values()];
}

/** As much as the keychain takes, the heads kept last in front; what it does not take is counted. */
function fitting(
  keys: readonly string[],
  heads: readonly z.infer<typeof Head>[],
  live: readonly string[],
  droppedBefore: number,
): string {
  for (let count = Math.min(heads.length, MAX_HEADS); ; count -= 1) {
    const dropped = droppedBefore + heads.length - count;
    const item: z.infer<typeof Item> = {
      version: 1,
      keys: [...keys],
      heads: heads.slice(0, count),
      ...(live.length === 0 ? {} : { live: [...live] }),
      ...(dropped === 0 ? {} : { dropped }),
    };
    const text = JSON.stringify(item);
    if (text.length <= MAX_BYTES || count <= 1) return text;
  }
}

function parse(text: string): z.infer<typeof Item> | undefined {
  try {
    const read = Item.safeParse(JSON.parse(text));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}
