/** What was found in one message, gathered over all copies of its texts. */
import type { GuardCategory } from '../../preload/contract/index.ts';
import type { Match } from './match.ts';
import type { GuardActions } from './scan-job.ts';
import type { Place, View } from './view.ts';

export interface Found {
  readonly category: GuardCategory;
  readonly rule: string;
  readonly tier: 'hard' | 'soft';
  readonly weight: number;
  /** Where it lies in the strings of the source; empty for what speaks of the whole. */
  readonly places: readonly Place[];
  /** Said by the detector itself, where it looked at a whole definition. */
  readonly at?: string;
}

export class Findings {
  readonly all: Found[] = [];
  readonly #actions: GuardActions;
  /** Where nothing is masked, more of a rule in one string would say nothing new. */
  readonly #seen = new Set<string>();

  constructor(actions: GuardActions) {
    this.#actions = actions;
  }

  add(found: Found): void {
    const action = this.#actions[found.category];
    if (action === 'off') return;
    // Hidden characters are looked for once, in the strings as they came: each is there once, and there may be very many.
    if (action !== 'mask' || found.category !== 'hidden_text') {
      const id = `${found.category} ${found.rule} ${action === 'mask' ? places(found) : (found.places[0]?.string ?? found.at)}`;
      if (this.#seen.has(id)) return;
      this.#seen.add(id);
    }
    this.all.push(found);
  }

  /** `acrossOnly`: what lies in a single string was found there. */
  addMatches(matches: readonly Match[], view: View, acrossOnly: boolean): void {
    for (const match of matches) {
      const places = view.places(match.start, match.end);
      const first = places[0];
      if (first === undefined) continue;
      if (acrossOnly && places.every((place) => place.string === first.string)) continue;
      const { category, rule, tier, weight } = match;
      this.add({ category, rule, tier, weight: weight ?? (tier === 'soft' ? 1 : 0), places });
    }
  }
}

function places(found: Found): string {
  return found.places.map(({ string, start, end }) => `${string}:${start}:${end}`).join();
}
