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

const PublicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Head = z.strictObject({
  chain: z.string().regex(/^[0-9a-f][0-9a-f-]{0,63}$/),
  seq: z.number().int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
const Item = z.strictObject({
  version: z.literal(1),
  keys: z.array(PublicKey).max(MAX_KEYS),
  heads: z.array(Head).max(MAX_HEADS),
});

/** What a journal is held against; undefined where nothing is kept. Rejects where the keychain does. */
export async function readTrust(vault: Pick<SecretVault, 'own'>): Promise<VerifyTrust | undefined> {
  const text = await vault.own(AUDIT_HEAD_SECRET);
  if (text === undefined) return undefined;
  const kept = parse(text);
  if (kept === undefined) return undefined;
  return { keys: kept.keys, heads: kept.heads.map(({ chain, seq, hash }) => ({ chainId: chain, seq, hash })) };
}

export interface Kept {
  readonly key: string;
  /** Of the chain that is written; kept in front. */
  readonly head: ChainHead | undefined;
  /** Chains that end, or whose end was told already. */
  readonly without?: ReadonlySet<string>;
  /** What lay in the folder before anything was kept, newest first. */
  readonly found?: readonly KeptHead[];
}

/** Keeps `key` and `head` first and leaves what other hosts kept, the longest kept at the end. Rejects as the keychain. */
export async function keepTrust(vault: SealVault, { key, head, without = new Set(), found = [] }: Kept): Promise<void> {
  const before = await readTrust(vault);
  const own: KeptHead[] = head === undefined ? [] : [head];
  const others = [...(before?.heads ?? []), ...found].filter(
    ({ chainId }) => chainId !== head?.chainId && !without.has(chainId),
  );
  const keys = [key, ...(before?.keys ?? []).filter((other) => other !== key)].slice(0, MAX_KEYS);
  const heads = [...own, ...others].slice(0, MAX_HEADS).map(({ chainId: chain, seq, hash }) => ({ chain, seq, hash }));
  const text = fitting(keys, heads);
  const isThere = before !== undefined || vault.list().some(({ name }) => name === AUDIT_HEAD_SECRET);
  await (isThere ? vault.rewrite(AUDIT_HEAD_SECRET, text) : vault.set(AUDIT_HEAD_SECRET, text));
}

/** As much as the keychain takes, the heads kept last in front. */
function fitting(keys: readonly string[], heads: readonly z.infer<typeof Head>[]): string {
  for (let count = heads.length; ; count -= 1) {
    const item: z.infer<typeof Item> = { version: 1, keys: [...keys], heads: heads.slice(0, count) };
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
