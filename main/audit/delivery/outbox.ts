// Keeps the book of what the endpoint has taken: a position in each chain, and a count of what it refused for good. It moves
// only forward, and only when it is told that something is done with; a position that was kept counts only while the record
// before it is still there, else its chain is sent from its start.
import { createHash } from 'node:crypto';
import type { IsProved } from './passed-record.ts';
import { endOf, lagAfter, later, startOf, sum, type ChainView, type Lag, type Position } from './place.ts';
import { createPositionFile } from './position-file.ts';

export interface Outbox {
  /**
   * Reads on where delivery to this address was, or begins with the whole journal. `none`: there is no file; `unfit`: it
   * could not be used. `resumed`: delivery was off until now, and what was recorded meanwhile was not kept waiting.
   */
  open(url: string, chains: readonly ChainView[], resumed: boolean): 'continued' | 'none' | 'unfit' | 'other_address';
  positionIn(chain: ChainView): Position;
  moveTo(position: Position): void;
  /** Records that were given up on. */
  addParked(count: number): void;
  succeededAt(time: Date): void;
  /** What waits, and of that what has been kept waiting since delivery began: only this counts against the bounds. */
  lag(chains: readonly ChainView[]): { readonly all: Lag; readonly counted: Lag };
  /** Whether everything of a chain up to `seq` is done with. */
  isPast(chain: string, seq: number): boolean;
  readonly parked: number;
  readonly lastSuccessAt: string | null;
  /** Rejects where the file cannot be written; what is known stays known until the next time. */
  save(chains: readonly ChainView[]): Promise<void>;
}

export function createOutbox(home: string, isProved: IsProved): Outbox {
  const file = createPositionFile(home);
  let endpoint = '';
  let positions = new Map<string, Position>();
  let history = new Map<string, Position>();
  /** Chains whose position comes from the file, and was not held against the journal yet. */
  let unproved = new Set<string>();
  let parked = 0;
  let lastSuccessAt: string | null = null;

  const positionIn = (chain: ChainView): Position => {
    const { chainId } = chain;
    const position = positions.get(chainId);
    if (position !== undefined && unproved.delete(chainId) && !isProved(chain, position)) {
      positions.delete(chainId);
      // Most of it may have been taken before: it is sent, and denies nothing.
      history.set(chainId, endOf(chain));
    }
    return positions.get(chainId) ?? startOf(chain);
  };

  return {
    open(url, chains, resumed) {
      endpoint = createHash('sha256').update(url).digest('hex');
      const found = file.read();
      if (typeof found === 'object') parked = found.parked;
      if (typeof found === 'object' && found.endpoint === endpoint) {
        positions = byChain(found.chains);
        unproved = new Set(positions.keys());
        history = byChain(resumed ? [...found.history, ...chains.map(endOf)] : found.history);
        lastSuccessAt = found.lastSuccessAt;
        return 'continued';
      }
      positions = new Map();
      unproved = new Set();
      history = byChain(chains.map(endOf));
      lastSuccessAt = null;
      return typeof found === 'string' ? found : 'other_address';
    },
    positionIn,
    moveTo: (position) => void positions.set(position.chain, position),
    addParked(count) {
      parked += count;
    },
    succeededAt(time) {
      lastSuccessAt = time.toISOString();
    },
    lag: (chains) => ({
      all: sum(chains.map((chain) => lagAfter(chain, positionIn(chain)))),
      counted: sum(chains.map((chain) => lagAfter(chain, later(positionIn(chain), history.get(chain.chainId))))),
    }),
    isPast: (chain, seq) => !unproved.has(chain) && (positions.get(chain)?.seq ?? -1) >= seq,
    get parked() {
      return parked;
    },
    get lastSuccessAt() {
      return lastSuccessAt;
    },
    save: async (chains) => {
      const there = new Set(chains.map(({ chainId }) => chainId));
      const kept = (map: ReadonlyMap<string, Position>): Position[] =>
        [...map.values()].filter((one) => there.has(one.chain));
      await file.write({
        version: 1,
        endpoint,
        chains: kept(positions),
        history: kept(history),
        parked,
        lastSuccessAt,
      });
    },
  };
}

function byChain(positions: readonly Position[]): Map<string, Position> {
  return new Map(positions.map((position) => [position.chain, position]));
}
