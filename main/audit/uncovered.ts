// Owns what `verify` says of records that nobody vouches for, where a key is known, and the note on how far the rest is
// signed. It believes a chain to be over by right only as a pruned start is believed. Where the keychain had no room for
// every head, so many chains without one are a note: the companion cannot tell them from the ones it dropped itself.
import type { TrustCheck, VerifyTrust } from './trust.ts';
import type { VerifiedChain } from './verify.ts';

/** What is true where no trusted key signed the newest chain. */
export const UNSIGNED = 'unsigned: a cut tail is not detectable';

interface Uncovered {
  readonly chainId: string;
  readonly code: 'unsigned_chain' | 'unsigned_tail';
  readonly text: string;
}

/** `isOpen`: whether records since the last signature are normal in this chain, as it is being written. */
export function findUncovered(
  chains: readonly VerifiedChain[],
  check: TrustCheck,
  trust: VerifyTrust | undefined,
  isOpen: (chain: VerifiedChain) => boolean,
): { readonly found: readonly Uncovered[]; readonly beyondRoom: number } {
  if (!check.hasKey) return { found: [], beyondRoom: 0 };
  const known = new Set(trust?.heads.map(({ chainId }) => chainId));
  const found = chains.flatMap((chain) => uncovered(chain, check, isOpen(chain)) ?? []);
  const beyondRoom = found.filter(({ chainId }) => !known.has(chainId)).length;
  // More than were ever dropped: somebody put one there, whichever it is.
  if (beyondRoom > (trust?.dropped ?? 0)) return { found, beyondRoom: 0 };
  return { found: found.filter(({ chainId }) => known.has(chainId)), beyondRoom };
}

function uncovered(
  { chainId, lastSeq, head }: VerifiedChain,
  check: TrustCheck,
  isOpen: boolean,
): Uncovered | undefined {
  // About to be removed, and said so: whoever was to do it was ended before, or could not.
  if (check.vouchesFor({ chainId, firstSeq: lastSeq + 1, prev: head })) return undefined;
  const upTo = check.coveredUpTo(chainId);
  if (upTo === undefined) {
    const text = `nothing signs chain ${chainId}, and the keychain does not know it; a companion that began it signs it within seconds`;
    return { chainId, code: 'unsigned_chain', text };
  }
  if (upTo >= lastSeq || isOpen) return undefined;
  const text = `records ${upTo + 1} to ${lastSeq} of chain ${chainId} follow its last signature, and it is not the newest chain: its companion still runs, was ended by force, or somebody appended them`;
  return { chainId, code: 'unsigned_tail', text };
}

export function noteOf(chain: VerifiedChain | undefined, beyondRoom: number): string {
  const rest =
    beyondRoom === 0
      ? ''
      : `; nothing signs the end of ${beyondRoom} older ${beyondRoom === 1 ? 'chain' : 'chains'}, and the keychain has no room to keep it`;
  return `${extentOf(chain)}${rest}`;
}

function extentOf(chain: VerifiedChain | undefined): string {
  if (chain?.signedUpTo === undefined) return UNSIGNED;
  const { chainId, signedUpTo, lastSeq } = chain;
  // The checkpoint is a record itself.
  const since = lastSeq - signedUpTo - 1;
  const rest = since === 0 ? '' : `, ${since} ${since === 1 ? 'record' : 'records'} since the last signature`;
  return `signed up to record ${signedUpTo} of chain ${chainId}${rest}`;
}
