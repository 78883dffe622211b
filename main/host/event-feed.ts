/** Turns journal records and changes into the events that the tray, the interface and `logs -f` show. */
import type { AuditRecord, CompanionEvent, IntentRecord } from '../../preload/contract/index.ts';
import { eventToLogEntry, toLogEntry } from '../audit/log-entry.ts';

export interface EventFeed {
  announce(event: CompanionEvent): void;
  recorded(record: AuditRecord): void;
  statusChanged(): void;
  subscribe(listener: (event: CompanionEvent) => void): () => void;
}

const MAX_OPEN_INTENTS = 10_000;

export function createEventFeed(onError: (error: unknown) => void): EventFeed {
  const listeners = new Set<(event: CompanionEvent) => void>();
  /** The first attempt of a call, whose time and arguments count, and the latest, whose decision does. */
  const open = new Map<string, { readonly first: IntentRecord; readonly latest: IntentRecord }>();
  const announce = (event: CompanionEvent): void => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        onError(error);
      }
    }
  };
  return {
    announce,
    statusChanged: () => announce({ type: 'status_changed' }),
    recorded: (record) => {
      if (record.kind === 'intent') {
        const first = open.get(record.call)?.first ?? record;
        if (open.has(record.call) || open.size < MAX_OPEN_INTENTS) open.set(record.call, { first, latest: record });
        if (listeners.size > 0) announce({ type: 'log', entry: toLogEntry(first, undefined, record) });
      } else if (record.kind === 'outcome') {
        const call = open.get(record.call);
        open.delete(record.call);
        if (call !== undefined && listeners.size > 0)
          announce({ type: 'log', entry: toLogEntry(call.first, record, call.latest) });
      } else if (record.kind === 'event' && listeners.size > 0)
        announce({ type: 'log', entry: eventToLogEntry(record) });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
