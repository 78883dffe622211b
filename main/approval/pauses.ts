/**
 * Clients that nobody wants to be asked about for a while: what would be asked is denied instead. It only tightens, ends by
 * itself, and is kept in memory alone. By the client's own name, which may tighten.
 */
import type { PauseView } from '../../preload/contract/index.ts';
import { deadlineAfter, type Clocks, type Deadline } from './deadline.ts';

export interface Pauses {
  /** The one of this client that counts now. */
  of(client: string): PauseView | undefined;
  list(): PauseView[];
  /** Begins one; of two, the later end counts. Undefined where too many are paused. */
  begin(client: string, ms: number, by: string): PauseView | undefined;
  /** @returns false where there was none. */
  end(client: string): boolean;
}

/** More clients than this at once are names that somebody makes up. */
const MAX_PAUSES = 100;

export function createPauses(clocks: Clocks): Pauses {
  const pauses = new Map<string, { readonly view: PauseView; readonly deadline: Deadline }>();
  const live = (): Map<string, { readonly view: PauseView; readonly deadline: Deadline }> => {
    for (const [client, { deadline }] of pauses) if (deadline.isOver()) pauses.delete(client);
    return pauses;
  };
  return {
    of: (client) => live().get(client)?.view,
    list: () => [...live().values()].map(({ view }) => view),
    begin: (client, ms, by) => {
      const deadline = deadlineAfter(ms, clocks);
      const view: PauseView = { client, by, endsAt: deadline.at.toISOString() };
      const before = live().get(client)?.view;
      if (before !== undefined && before.endsAt >= view.endsAt) return before;
      if (before === undefined && pauses.size >= MAX_PAUSES) return undefined;
      pauses.set(client, { view, deadline });
      return view;
    },
    end: (client) => live().delete(client),
  };
}
