/**
 * When a session of each AI client began last: the proof that a changed file was read. Told by the name that a session claims,
 * so it proves nothing about who is there; nothing is decided by it.
 */
import type { EventRecord, WritableClientId } from '../../preload/contract/index.ts';
import { adapters } from '../clients/adapters.ts';

export interface ClientSightings {
  /** A session said its name; answers what ends it. A name of no client that we know counts nothing. */
  began(name: string): () => void;
  /** `at`: RFC 3339, the last that began after `since`; null where there was none. `sessions`: running now. */
  of(
    client: WritableClientId,
    since: string | null,
  ): Promise<{ readonly at: string | null; readonly sessions: number }>;
}

/** Sessions of earlier companions that are looked through. */
const MAX_PAST = 500;

export function clientNamed(claimed: string): WritableClientId | undefined {
  const name = claimed.trim().toLowerCase();
  return adapters.find(({ claimedNames }) => claimedNames.includes(name))?.id;
}

export function createClientSightings(parts: {
  readonly clock: () => Date;
  /** Events of the journal of one name, the newest first. */
  readonly events: (event: EventRecord['event'], limit: number) => Promise<readonly EventRecord[]>;
  readonly changed: () => void;
}): ClientSightings {
  const latest = new Map<WritableClientId, string>();
  const running = new Map<WritableClientId, number>();
  let past: Promise<ReadonlyMap<WritableClientId, string>> | undefined;

  /** A session says its name after its beginning is recorded, so the name stands in the record of its end. */
  const readPast = async (): Promise<ReadonlyMap<WritableClientId, string>> => {
    const [ended, started] = await Promise.all([
      parts.events('session_ended', MAX_PAST),
      parts.events('session_started', MAX_PAST),
    ]);
    const beginnings = new Map(started.map((record) => [record['mcp.session.id'], record.time]));
    const found = new Map<WritableClientId, string>();
    for (const record of ended) {
      const client = clientNamed(record.claimed?.client ?? '');
      const began = beginnings.get(record['mcp.session.id']);
      if (client !== undefined && began !== undefined && began > (found.get(client) ?? '')) found.set(client, began);
    }
    return found;
  };

  return {
    began: (name) => {
      const client = clientNamed(name);
      if (client === undefined) return () => {};
      latest.set(client, parts.clock().toISOString());
      running.set(client, (running.get(client) ?? 0) + 1);
      parts.changed();
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        running.set(client, (running.get(client) ?? 1) - 1);
        parts.changed();
      };
    },
    of: async (client, since) => {
      past ??= readPast().catch(() => {
        past = undefined;
        return new Map();
      });
      const at = latest.get(client) ?? (await past).get(client) ?? null;
      return { at: at !== null && since !== null && at <= since ? null : at, sessions: running.get(client) ?? 0 };
    },
  };
}
