// Owns when the journal is signed, when the keychain is told how far it came, and when old segments go. Everything happens
// beside the calls: the key is looked for after the start, and while the keychain is locked or absent nothing is signed,
// nothing waits and nobody is asked a second time. Before the first signature the files are held against what the keychain
// knows: what is gone is recorded, so that it stays known after the keychain is told of the new end.
import { CompanionError } from '../../../preload/contract/failure.ts';
import type { LiveSecrets } from '../../secrets/live-secrets.ts';
import { AUDIT_KEY_SECRET } from '../../secrets/reserved-names.ts';
import type { Signer } from '../checkpoint.ts';
import type { Journal } from '../journal.ts';
import { segmentName } from '../segment-name.ts';
import type { KeptHead, VerifyTrust } from '../trust.ts';
import { listDirectory } from '../disk/directory.ts';
import { chainEnds, hashAt, syncedEnds } from '../disk/find-record.ts';
import { prune, warnOfSize } from '../disk/retention.ts';
import type { RetentionOptions } from '../disk/retention.ts';
import { keepTrust, readTrust } from './kept-trust.ts';
import { loadSigningKey } from './signing-key.ts';
import type { SealVault } from './signing-key.ts';

/** The companion is up and its first client served before the keychain is looked at. */
const FIRST_LOOK_MS = 2000;
const EVERY_MS = 60_000;
const PRUNE_EVERY_MS = 24 * 60 * 60_000;
/** Of the time that a host has to end. */
const LAST_WORD_MS = 2000;

export interface SealOptions extends Pick<
  RetentionOptions,
  'directory' | 'now' | 'isDelivered' | 'isLive' | 'keepMs' | 'keepBytes'
> {
  readonly journal: Journal;
  readonly vault: SealVault;
  readonly live: Pick<LiveSecrets, 'add'>;
  /** Runs once after so many milliseconds, unless the returned function is called before. */
  readonly schedule: (ms: number, then: () => void) => () => void;
  /** False once another host owns this home: it makes keys and removes segments from then on. */
  readonly isOwner: () => boolean;
  /** Chains that hosts before this one write now: how far they came is told with our own. */
  readonly liveChains: () => readonly string[];
  readonly warn: (text: string) => void;
}

export interface SealState {
  readonly signed: boolean;
  readonly detail: string;
}

export interface Seal {
  /** The key id that signs; undefined while nothing is signed. */
  readonly keyId: string | undefined;
  /** Whether checkpoints are signed, and the key, or why not; for display. */
  state(): SealState;
  /** Whatever was scheduled is done; for tests, and for a host that wants to know. */
  idle(): Promise<void>;
  /** Signs the end and tells the keychain, in 2 s at most. Called before the journal is closed. Never rejects. */
  close(): Promise<void>;
}

export function startSeal(options: SealOptions): Seal {
  const { journal, directory, vault, live, schedule, isOwner, isLive, now } = options;
  const told = new Set<string>();
  const warnOnce = (text: string): void => {
    if (told.has(text)) return;
    told.add(text);
    options.warn(text);
  };
  let signer: Signer | undefined;
  /** What the keychain was told last. */
  let kept: string | undefined;
  /** Found at the start and not told yet: a keychain that refuses once must not make it forgotten. */
  let found: { readonly gone: ReadonlySet<string>; readonly ends: readonly KeptHead[] } | undefined;
  /** Chains of other hosts, until their end is told. */
  let watched: ReadonlySet<string> = new Set(options.liveChains());
  let prunedAt: number | undefined;
  let closed = false;
  let unsigned = 'The keychain was not looked at yet.';
  /** What was known of the keychain when it last refused: asked again only once somebody found out something else. */
  let away: string | undefined;
  let work: Promise<void> = Promise.resolve();

  /** A locked keychain may prompt with every look at it. */
  const mayAsk = (): boolean => away !== JSON.stringify(vault.peekState());

  /** One thing at a time; what fails is told once and tried again with the next tick. */
  const queue = (task: () => Promise<void>, what: string): Promise<void> => {
    work = work.then(task).catch((error: unknown) => {
      const message = error instanceof CompanionError ? error.message : String(error);
      if (signer === undefined) unsigned = message;
      if (isAway(error)) away = JSON.stringify(vault.peekState());
      else warnOnce(`${what}: ${message}`);
    });
    return work;
  };

  /** Chains that the keychain knows and that do not reach so far; each is recorded, for ever. */
  const findCuts = async (heads: VerifyTrust['heads']): Promise<Set<string>> => {
    const gone = new Set<string>();
    const setAside = new Set(listDirectory(directory).corrupt.map(({ chainId }) => chainId));
    for (const { chainId, seq, hash } of heads) {
      if (await stands({ chainId, seq, hash })) continue;
      gone.add(chainId);
      // Told when it was set aside, and by the file itself.
      if (setAside.has(chainId)) continue;
      const detail = { reason: 'tail_cut', chain: chainId, seq, hash };
      journal.append({ kind: 'event', event: 'journal_recovered', detail });
      warnOnce(
        `Record ${seq} of the audit chain ${chainId} is gone or was exchanged while nobody wrote it; run "runlayer audit verify".`,
      );
    }
    return gone;
  };

  const stands = async ({ chainId, seq, hash }: KeptHead): Promise<boolean> =>
    (await hashAt(directory, chainId, seq)) === hash;

  /** Of known chains whose damaged end was set aside: the end of what is left, where nothing is missing between. */
  const endsBeforeDamage = (heads: VerifyTrust['heads']): KeptHead[] => {
    const { corrupt } = listDirectory(directory);
    const known = new Set(heads.map(({ chainId }) => chainId));
    const isDamaged = (chain: string): boolean => known.has(chain) && corrupt.some(({ chainId }) => chainId === chain);
    return chainEnds(directory, isDamaged).filter(({ chainId, seq }) =>
      corrupt.some(({ file }) => file.startsWith(segmentName(chainId, seq + 1))),
    );
  };

  /** `forget`: these chains are about to go; told whether anything else is new or not. */
  const keepHead = async (forget?: ReadonlySet<string>): Promise<void> => {
    if (signer === undefined) return;
    if (forget === undefined && !mayAsk()) return;
    const { head } = journal;
    const live = liveNow()?.filter((chain) => chain !== head.chainId);
    const wanted = new Set(live === undefined ? [] : [...watched, ...live].filter((chain) => chain !== head.chainId));
    const ends = wanted.size === 0 ? [] : await syncedEnds(directory, (chain) => wanted.has(chain));
    const isLive = (chain: string): boolean => live?.includes(chain) === true;
    const news = JSON.stringify([head.hash, live, ends.filter(({ chainId }) => isLive(chainId))]);
    const isSettled = found === undefined && news === kept && [...wanted].every(isLive);
    if (forget === undefined && isSettled) return;
    // On the disk first: what the keychain knows must not be lost by a power cut.
    await journal.flush();
    await keepTrust(vault, {
      key: signer.publicKey,
      head: head.seq < 0 ? undefined : head,
      without: new Set([...(found?.gone ?? []), ...(forget ?? [])]),
      ends: [...ends, ...(found?.ends ?? [])].filter(({ chainId }) => forget?.has(chainId) !== true),
      stands,
      ...(live === undefined ? {} : { live }),
    });
    found = undefined;
    if (live !== undefined) watched = new Set(live);
    kept = news;
  };

  /** Undefined once another host owns this home. What still lives at our stop is for the next host to see to its end. */
  const liveNow = (): readonly string[] | undefined => {
    if (!isOwner()) return undefined;
    return closed ? [...watched] : options.liveChains();
  };

  const begin = async (): Promise<void> => {
    if (!mayAsk()) return;
    // Asked once; after that only what others found out about the keychain lets it be asked again.
    const { state, detail } = vault.peekState().state === 'unknown' ? await vault.state() : vault.peekState();
    if (state === 'locked' || state === 'absent') {
      unsigned = detail;
      return;
    }
    const loaded = await loadSigningKey(vault, live, isOwner());
    if (loaded === undefined) unsigned = 'The keychain holds no key, and another companion makes it.';
    if (loaded === undefined || closed) return;
    if (loaded.isNew) {
      const detail = { name: AUDIT_KEY_SECRET, change: 'set', by: 'companion' };
      journal.append({ kind: 'event', event: 'secret_changed', detail });
    }
    const trust = await readTrust(vault);
    const heads = trust?.heads ?? [];
    const gone = await findCuts(heads);
    // What was there before anything was kept is kept as it is; later, a chain that nobody kept is nobody's here.
    const isOther = (chain: string): boolean => chain !== journal.head.chainId && !isLive(chain);
    found = { gone, ends: trust === undefined ? chainEnds(directory, isOther) : endsBeforeDamage(heads) };
    watched = new Set([...watched, ...(trust?.live ?? [])]);
    signer = loaded.signer;
    prunedAt = undefined;
    // Whoever verifies finds no signature of a key that the keychain does not name yet, however long that takes.
    const told = keepHead();
    await told.catch(() => undefined);
    journal.signWith(loaded.signer);
    journal.checkpoint();
    await told;
    await keepHead();
  };

  const retain = async (): Promise<void> => {
    if (closed || !isOwner() || !mayAsk() || (prunedAt !== undefined && now() - prunedAt < PRUNE_EVERY_MS)) return;
    prunedAt = now();
    if (signer === undefined) return warnOfSize(directory, warnOnce, options.keepBytes);
    await prune({
      ...options,
      // Whoever looks at the journal after this must not miss the chains that are about to go.
      forget: (chainIds) => keepHead(new Set(chainIds)),
      warn: warnOnce,
    });
  };

  const tick = (): void => {
    if (signer === undefined) void queue(begin, 'The audit journal is not signed');
    else journal.checkpoint();
    void queue(() => keepHead(), 'The keychain could not be told how far the audit journal came');
    void queue(retain, 'Old audit segments could not be removed');
    cancel = schedule(EVERY_MS, tick);
  };
  let cancel = schedule(FIRST_LOOK_MS, tick);

  return {
    get keyId() {
      return signer?.keyId;
    },
    state: () =>
      signer === undefined
        ? { signed: false, detail: unsigned }
        : { signed: true, detail: `with the key ${signer.keyId}` },
    idle: () => work,
    async close() {
      if (closed) return;
      closed = true;
      cancel();
      journal.checkpoint();
      const late = Promise.withResolvers<void>();
      const stop = schedule(LAST_WORD_MS, late.resolve);
      await Promise.race([
        queue(() => keepHead(), 'The keychain could not be told where the audit journal ends'),
        late.promise,
      ]);
      stop();
    },
  };
}

/** The keychain is locked or absent; its own state says so, and nothing is to be done about it here. */
function isAway(error: unknown): boolean {
  return error instanceof CompanionError && ['E_KEYCHAIN_LOCKED', 'E_KEYCHAIN_ABSENT'].includes(error.code);
}
