/** Compares three accounts of the same calls: what clients saw, what the server did, what the audit trail says. Pure. */

export interface TrailRecord {
  readonly kind: string;
  /** Joins intent and outcome. */
  readonly call: string;
  /** The number that the client gave it; in intents. */
  readonly number: string | undefined;
  readonly outcome: string | undefined;
}

export interface Accounts {
  readonly acknowledged: readonly string[];
  readonly executed: readonly string[];
  readonly trail: readonly TrailRecord[];
}

/** Sentences, one for each violation; empty when the accounts agree. */
export function violations({ acknowledged, executed, trail }: Accounts): string[] {
  const found: string[] = [];
  const intents = new Map<string, string>();
  const outcomes = new Map<string, string[]>();
  for (const { kind, call, number, outcome } of trail) {
    if (kind === 'intent' && number !== undefined) {
      if (intents.has(number)) found.push(`${number} has two intent records`);
      intents.set(number, call);
    }
    if (kind === 'outcome') outcomes.set(call, [...(outcomes.get(call) ?? []), outcome ?? '']);
  }
  for (const [number, call] of intents) {
    const count = outcomes.get(call)?.length ?? 0;
    if (count !== 1) found.push(`${number} has ${count} outcome records`);
  }
  const done = new Set<string>();
  for (const number of executed) {
    if (done.has(number)) found.push(`${number} was executed twice`);
    done.add(number);
    if (!intents.has(number)) found.push(`${number} was executed without an intent record`);
  }
  for (const number of acknowledged) {
    if (!done.has(number)) found.push(`${number} was answered and never executed`);
    const outcome = outcomes.get(intents.get(number) ?? '')?.[0];
    if (outcome !== 'ok') found.push(`${number} was answered, and its outcome record is ${outcome ?? 'lost'}`);
  }
  return found;
}
