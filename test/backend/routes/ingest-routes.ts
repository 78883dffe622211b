/**
 * An audit endpoint of our own, as a customer would run one: CloudEvents in batches, each event once. Not a part of the
 * documented tenant. A batch is taken whole or not at all, and kept in the order of arrival.
 */
import { z } from 'zod';
import { json, Refusal, type Answer } from '../answers.ts';
import { limitOf, skipOf, type Exchange, type Route } from '../exchange.ts';
import type { Store } from '../store/open-store.ts';
import type { TenantState } from '../tenant-state.ts';

const CloudEvent = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
});
export type CloudEvent = z.infer<typeof CloudEvent>;

const Batch = z.array(CloudEvent);
const EventRow = z.object({ event: z.string() }).transform(({ event }) => CloudEvent.parse(JSON.parse(event)));
const Value = z.object({ value: z.number() });

const valueOf = (store: Store, name: string): number =>
  store.one(Value, 'SELECT value FROM ingest_count WHERE name = ?', name)?.value ?? 0;

function add(store: Store, name: string, value: number): void {
  store.run(
    'INSERT INTO ingest_count (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
    name,
    value,
  );
}

export interface IngestCounts {
  /** Different events that were taken. */
  readonly events: number;
  /** Events that came again and were dropped. */
  readonly repeated: number;
  /** Batches that were taken. */
  readonly batches: number;
}

export function ingestCounts(store: Store): IngestCounts {
  return { events: valueOf(store, 'events'), repeated: valueOf(store, 'repeated'), batches: valueOf(store, 'batches') };
}

export function ingestedEvents(store: Store, limit = 1_000_000, skip = 0): CloudEvent[] {
  return store.all(EventRow, 'SELECT event FROM ingested ORDER BY n LIMIT ? OFFSET ?', limit, skip);
}

function requireToken({ ingest }: TenantState, { headers }: Exchange): void {
  if (headers.authorization !== `Bearer ${ingest.token}`) throw new Refusal(401, 'Bearer token required');
}

/** Numbers of an event are small; a batch is large. */
function parsePlain(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function take(state: TenantState, exchange: Exchange): Answer {
  requireToken(state, exchange);
  const { ingest, store } = state;
  if (!/^application\/cloudevents-batch\+json(\s*;.*)?$/i.test(exchange.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'application/cloudevents-batch+json expected');
  }
  if (exchange.body.length > ingest.maxBytes) throw new Refusal(413, `A batch is at most ${ingest.maxBytes} bytes`);
  const parsed = Batch.safeParse(parsePlain(exchange.body));
  if (!parsed.success) throw new Refusal(400, 'A batch is an array of CloudEvents 1.0');
  if (parsed.data.some((event) => ingest.isPoison(event)))
    throw new Refusal(400, 'An event of the batch cannot be stored');
  const taken = store.together(() => {
    let events = 0;
    for (const event of parsed.data) {
      events += store.run(
        'INSERT OR IGNORE INTO ingested (source, id, event) VALUES (?, ?, ?)',
        event.source,
        event.id,
        JSON.stringify(event),
      );
    }
    add(store, 'events', events);
    add(store, 'repeated', parsed.data.length - events);
    add(store, 'batches', 1);
    return events;
  });
  return json({ accepted: taken, repeated: parsed.data.length - taken }, 202);
}

function show(state: TenantState, exchange: Exchange): Answer {
  requireToken(state, exchange);
  const { query } = exchange;
  return json({
    ...ingestCounts(state.store),
    data: ingestedEvents(state.store, limitOf(query, 0, 100_000), skipOf(query)),
  });
}

export function ingestRoutes(state: TenantState): Route[] {
  return [
    { at: 'POST /api/v1/audit/ingest', handle: (exchange) => take(state, exchange) },
    { at: 'GET /api/v1/audit/ingest', handle: (exchange) => show(state, exchange) },
  ];
}
