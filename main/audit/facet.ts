/**
 * What many entries have in common: who called, which way, and what was decided. The index keeps each different one once, as
 * JSON text, and a search looks at these instead of at each entry.
 */
import type { Decision } from '../../preload/contract/decision.ts';
import type { EventRecord, IntentRecord, OutcomeRecord } from '../../preload/contract/audit.ts';

export interface Facet {
  readonly kind: 'call' | 'event';
  readonly connector: string | null;
  readonly client: string | null;
  readonly method: string | null;
  readonly effect: string | null;
  readonly decidedBy: string | null;
  readonly code: string | null;
  readonly ruleId: string | null;
  readonly event: string | null;
}

const NAMES = ['kind', 'connector', 'client', 'method', 'effect', 'decidedBy', 'code', 'ruleId', 'event'] as const;

type FacetText = string;

/** Without a decision: of an outcome whose intent is not known. */
export function facetOfCall(record: IntentRecord | OutcomeRecord, decision?: Decision): FacetText {
  const { connector, claimed } = record;
  const method = record['mcp.method.name'];
  const decided = [decision?.effect, decision?.decidedBy, decision?.code, decision?.ruleId];
  // In JSON, undefined in a list is null.
  return JSON.stringify(['call', connector, claimed.client, method, ...decided, null]);
}

export function facetOfEvent({ connector, claimed, event }: EventRecord): FacetText {
  return JSON.stringify(['event', connector ?? null, claimed?.client ?? null, null, null, null, null, null, event]);
}

/** Reads what the two above wrote. */
export function readFacet(text: FacetText): Facet {
  const values: unknown = JSON.parse(text);
  const at = (name: (typeof NAMES)[number]): string | null => {
    const value: unknown = Array.isArray(values) ? values[NAMES.indexOf(name)] : undefined;
    return typeof value === 'string' ? value : null;
  };
  return {
    kind: at('kind') === 'event' ? 'event' : 'call',
    connector: at('connector'),
    client: at('client'),
    method: at('method'),
    effect: at('effect'),
    decidedBy: at('decidedBy'),
    code: at('code'),
    ruleId: at('ruleId'),
    event: at('event'),
  };
}

/** How a call ended, as one text: the outcome, a space, the type of the error where there is one. */
export function endedText(record: OutcomeRecord): string {
  const type = record['error.type'];
  return type === undefined ? record.outcome : `${record.outcome} ${type}`;
}

export function readEnded(text: string): { readonly outcome: string; readonly errorType: string | undefined } {
  const [outcome = '', ...rest] = text.split(' ');
  return { outcome, errorType: rest.length === 0 ? undefined : rest.join(' ') };
}
