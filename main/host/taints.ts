/**
 * Which results came before, in a session and in all sessions of a client of one name at this moment. Rules about chains read
 * it, and those only tighten: that the name is the client's own word does no harm. A session's results are forgotten once
 * neither it nor another of its client is left.
 */
import type { Taint } from '../policy/call-facts.ts';
import type { Taints } from '../relay/session-options.ts';

/** Different ones of one session; later ones are the same tools again, or a server that makes names up. */
const MAX_TAINTS = 1000;

interface Marked {
  readonly taints: Map<string, Taint>;
  clients: Set<string>;
}

export interface TaintRegistry {
  session(id: string): Taints & { readonly ended: () => void };
}

export function createTaints(): TaintRegistry {
  const sessions = new Map<string, Marked>();
  /** What ended sessions of a client left behind, while another one of it lives. */
  const left = new Map<string, Map<string, Taint>>();

  const add = (taints: Map<string, Taint>, { connector, tool, labels }: Taint): void => {
    for (const label of labels) {
      const key = JSON.stringify([connector, tool, label]);
      if (taints.size < MAX_TAINTS) taints.set(key, { connector, tool, labels: [label] });
    }
  };
  const isAlive = (client: string): boolean => [...sessions.values()].some(({ clients }) => clients.has(client));

  return {
    session: (id) => {
      const mine: Marked = { taints: new Map(), clients: new Set() };
      sessions.set(id, mine);
      return {
        mark: (client, taint) => {
          if (client !== undefined) mine.clients.add(client);
          add(mine.taints, taint);
        },
        note: (client) => {
          if (client !== undefined) mine.clients.add(client);
        },
        of: (client) => {
          if (client === undefined) return [...mine.taints.values()];
          const others = [...sessions.values()].filter(({ clients }) => clients.has(client));
          const behind = left.get(client)?.values() ?? [];
          return [...new Set([mine, ...others])].flatMap(({ taints }) => [...taints.values()]).concat(...behind);
        },
        ended: () => {
          sessions.delete(id);
          for (const client of mine.clients) {
            if (!isAlive(client)) {
              left.delete(client);
              continue;
            }
            const kept = left.get(client) ?? new Map<string, Taint>();
            for (const taint of mine.taints.values()) add(kept, taint);
            left.set(client, kept);
          }
        },
      };
    },
  };
}
