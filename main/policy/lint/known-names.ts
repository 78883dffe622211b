/** Names that are here, and which of them a pattern is about. Each is read once, however many rules there are. */
import { foldName } from '../fold.ts';
import { globMatches, hasWildcard } from '../glob.ts';
import { readGlob, type ReadGlob } from './glob-covers.ts';
import type { LintWork } from './lint-work.ts';

export interface KnownNames {
  /** Of connectors and hub configs. */
  readonly connectors: readonly string[];
  /** Tools by connector, where they are known. */
  readonly tools?: ReadonlyMap<string, readonly string[]>;
  /** `/` or `\`: how folders are written here. */
  readonly separator?: string;
}

export class Names {
  private readonly all: readonly ReadGlob[];
  private readonly raw: ReadonlySet<string>;
  private readonly folded: ReadonlySet<string>;
  private readonly work: LintWork;

  constructor(names: readonly string[], work: LintWork) {
    this.all = names.map(readGlob);
    this.raw = new Set(names);
    this.folded = new Set(this.all.map(({ folded }) => folded));
    this.work = work;
  }

  private find(glob: string, nameOf: (name: ReadGlob) => string): ReadGlob | undefined {
    return this.all.find((name) => {
      const text = nameOf(name);
      return this.work.spend(glob.length * text.length) && globMatches(glob, text);
    });
  }

  /** Letter for letter. */
  exact(glob: string): string | undefined {
    if (!hasWildcard(glob)) return this.raw.has(glob) ? glob : undefined;
    return this.find(glob, ({ raw }) => raw)?.raw;
  }

  /** As a person reads them. */
  wide(glob: string): string | undefined {
    const exact = this.exact(glob);
    if (exact !== undefined) return exact;
    const folded = foldName(glob);
    if (!hasWildcard(folded) && !this.folded.has(folded)) return undefined;
    return this.find(folded, (name) => name.folded)?.raw;
  }

  /** All that the pattern names letter for letter. */
  named(glob: string): string[] {
    return this.all.flatMap(({ raw }) =>
      glob === '*' || (this.work.spend(glob.length * raw.length) && globMatches(glob, raw)) ? [raw] : [],
    );
  }
}

/** The same answer for the same pattern. */
export function remembered<T>(make: (glob: string) => T): (glob: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (glob) => {
    let found = known.get(glob);
    if (found === undefined) {
      found = { value: make(glob) };
      known.set(glob, found);
    }
    return found.value;
  };
}
