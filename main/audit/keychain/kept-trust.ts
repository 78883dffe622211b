// Owns what the keychain knows of the journal: the public keys that signed it, and how far each of the newest chains had
// come. Outside the journal's folder, so that whoever can cut the files cannot also cut this. It is no secret; it must only
// not be writable together with them. A head is kept after it is on the disk: a power cut must not look like a cut tail.
import { z } from 'zod';
import { AUDIT_HEAD_SECRET } from '../../secrets/reserved-names.ts';
import type { SecretVault } from '../../secrets/vault.ts';
import type { ChainHead } from '../build-record.ts';
import type { KeptHead, VerifyTrust } from '../trust.ts';
import { readKeychainItem } from './signing-key.ts';
import type { SealVault } from './signing-key.ts';

/** Newest first; what is older has left the journal, or is proved by its checkpoints alone. */
const MAX_HEADS = 8;
const MAX_KEYS = 8;

const PublicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Kept = z.strictObject({
  version: z.literal(1),
  keys: z.array(PublicKey).max(MAX_KEYS),
  heads: z
    .array(
      z.strictObject({
        chain: z.string().regex(/^[0-9a-f][0-9a-f-]{0,63}$/),
        seq: z.number().int().nonnegative(),
        hash: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(MAX_HEADS),
});

/** What a journal is held against; undefined where nothing is kept. Rejects where the keychain does. */
export async function readTrust(vault: Pick<SecretVault, 'list' | 'resolve'>): Promise<VerifyTrust | undefined> {
  const text = await readKeychainItem(vault, AUDIT_HEAD_SECRET);
  if (text === undefined) return undefined;
  const kept = parse(text);
  if (kept === undefined) return undefined;
  return { keys: kept.keys, heads: kept.heads.map(({ chain, seq, hash }) => ({ chainId: chain, seq, hash })) };
}

/** Keeps `key` and `head` first, forgets chains of `without`, and leaves what other hosts kept. Rejects as the keychain. */
export async function keepTrust(
  vault: SealVault,
  key: string,
  head: ChainHead | undefined,
  without: ReadonlySet<string> = new Set(),
): Promise<void> {
  const before = await readTrust(vault);
  const own: KeptHead[] = head === undefined ? [] : [head];
  const others = (before?.heads ?? []).filter(({ chainId }) => chainId !== head?.chainId && !without.has(chainId));
  const kept: z.infer<typeof Kept> = {
    version: 1,
    keys: [key, ...(before?.keys ?? []).filter((other) => other !== key)].slice(0, MAX_KEYS),
    heads: [...own, ...others].slice(0, MAX_HEADS).map(({ chainId, seq, hash }) => ({ chain: chainId, seq, hash })),
  };
  const text = JSON.stringify(kept);
  const isThere = before !== undefined || vault.list().some(({ name }) => name === AUDIT_HEAD_SECRET);
  await (isThere ? vault.rewrite(AUDIT_HEAD_SECRET, text) : vault.set(AUDIT_HEAD_SECRET, text));
}

function parse(text: string): z.infer<typeof Kept> | undefined {
  try {
    const read = Kept.safeParse(JSON.parse(text));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}
