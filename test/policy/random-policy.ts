/** Rules, chains and calls from a seed, cheap enough for a million; names and values are few, so that rules meet calls. */
import type { Chain, Condition, DefaultMode, Rule } from '../../preload/contract/index.ts';
import type { CallFacts, Taint } from '../../main/policy/call-facts.ts';

const AT = '2026-01-01T00:00:00.000Z';
const LETTERS = ['a', 'b', 'i', '1', 'O', 'а', 'A'];
const KEYS = ['a', 'b', 'c'];

export class RandomPolicy {
  private state: number;
  private ids = 0;

  constructor(seed: number) {
    this.state = seed;
  }

  /** mulberry32: from 0 to below `below`. */
  below(below: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  }

  one<T>(of: readonly [T, ...T[]] | readonly T[], otherwise: T): T {
    return of[this.below(of.length)] ?? otherwise;
  }

  some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  word(most = 2): string {
    let word = '';
    for (let left = 1 + this.below(most); left > 0; left--) word += this.one(LETTERS, 'a');
    return word;
  }

  glob(): string {
    switch (this.below(4)) {
      case 0:
        return '*';
      case 1:
        return `${this.word(1)}*`;
      case 2:
        return `?${this.below(2) === 0 ? '' : this.word(1)}`;
      default:
        return this.word();
    }
  }

  scalar(): string | number | boolean | null {
    const kind = this.below(8);
    if (kind < 4) return this.word();
    if (kind < 6) return this.below(8) === 0 ? 2 ** 53 + 2 * this.below(2) : this.below(4);
    return kind === 6 ? this.below(2) === 0 : null;
  }

  value(depth = 0): unknown {
    const kind = this.below(10);
    if (kind < 7 || depth > 1) return this.scalar();
    return kind === 7 ? this.some(2, () => this.value(depth + 1)) : this.arguments(depth + 1);
  }

  arguments(depth = 0): unknown {
    const args: Record<string, unknown> = {};
    for (const key of KEYS) if (this.below(4) > 0) args[key] = this.value(depth);
    return args;
  }

  pointer(): string {
    const key = this.one(KEYS, 'a');
    const kind = this.below(12);
    if (kind === 0) return '';
    return kind < 3 ? `/${key}/${this.one(['0', 'a', 'length', '__proto__'], '0')}` : `/${key}`;
  }

  condition(depth = 0): Condition {
    const kind = this.below(depth > 2 ? 10 : 14);
    const at = this.pointer();
    switch (kind) {
      case 0:
      case 1:
        return { at, eq: this.scalar() };
      case 2:
        return { at, in: [this.scalar(), ...this.some(2, () => this.scalar())] };
      case 3:
        return { at, glob: this.glob() };
      case 4:
        return { at, contains: this.scalar() };
      case 5:
        return { at, exists: this.below(2) === 0 };
      case 6:
        return this.below(2) === 0 ? { at, gt: this.below(3) } : { at, gte: this.below(4) };
      case 7:
        return this.below(2) === 0 ? { at, lt: this.below(4) } : { at, lte: this.below(3) };
      case 8:
        return { at, length: { min: this.below(3) } };
      case 9:
        return { at, length: { max: this.below(3) } };
      case 10:
        return { and: [this.condition(depth + 1), ...this.some(2, () => this.condition(depth + 1))] };
      case 11:
        return { or: [this.condition(depth + 1), ...this.some(2, () => this.condition(depth + 1))] };
      default:
        return { not: this.condition(depth + 1) };
    }
  }

  rule(effect: Rule['effect'] = this.one(['deny', 'ask', 'allow', 'allow'], 'allow')): Rule {
    return {
      id: `r${++this.ids}`,
      effect,
      ...(this.below(5) === 0 ? { client: this.glob() } : {}),
      connector: this.below(2) === 0 ? '*' : this.glob(),
      tool: this.glob(),
      ...(this.below(3) > 0 ? { when: this.condition() } : {}),
      createdAt: AT,
    };
  }

  chain(): Chain {
    const glob = (): string => (this.below(2) === 0 ? '*' : this.glob());
    return {
      id: `c${++this.ids}`,
      effect: this.one(['ask', 'deny'], 'ask'),
      after: { connector: glob(), tool: glob(), holding: this.one(['anything', 'secret', 'injection'], 'anything') },
      before: { connector: glob(), tool: glob() },
      createdAt: AT,
    };
  }

  mode(): DefaultMode {
    return this.one(['allow', 'read-only', 'ask', 'deny'], 'deny');
  }

  facts(): CallFacts {
    const taint = (): Taint => ({
      connector: this.word(),
      tool: this.word(),
      labels: this.below(2) === 0 ? ['anything'] : ['anything', this.one(['secret', 'injection'], 'secret')],
    });
    return {
      client: { name: this.below(4) === 0 ? undefined : this.word(), isProven: this.below(2) === 0 },
      taints: this.below(2) === 0 ? this.some(2, taint) : [],
    };
  }
}
