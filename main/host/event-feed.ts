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
  const open = new Map<string, IntentRecord>();
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
        if (open.size < MAX_OPEN_INTENTS) open.set(record.call, record);
        if (listeners.size > 0) announce({ type: 'log', entry: toLogEntry(record) });
      } else if (record.kind === 'outcome') {
        const intent = open.get(record.call);
        open.delete(record.call);
        if (intent !== undefined && listeners.size > 0) announce({ type: 'log', entry: toLogEntry(intent, record) });
      } else if (listeners.size > 0) announce({ type: 'log', entry: eventToLogEntry(record) });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
