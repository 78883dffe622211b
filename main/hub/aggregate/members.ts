/** The connectors that an aggregate has used so far, each with at most one session at a time. */
import type { MemberLink } from './member-link.ts';
import { Member, type MemberParts } from './member.ts';
import { problems } from './problems.ts';

export class Members {
  private readonly parts: Omit<MemberParts, 'began'>;
  private readonly byConnector = new Map<string, Member>();
  /** Sessions that are not gone yet, those that were given up too. */
  private readonly alive = new Set<MemberLink>();

  constructor(parts: Omit<MemberParts, 'began'>) {
    this.parts = parts;
  }

  get(connector: string): Member {
    const known = this.byConnector.get(connector);
    if (known !== undefined) return known;
    const member = new Member(connector, {
      ...this.parts,
      began: (link) => {
        this.alive.add(link);
        void link.gone.then(() => this.alive.delete(link));
      },
    });
    this.byConnector.set(connector, member);
    return member;
  }

  /** Sessions that are not gone yet. */
  get size(): number {
    return this.alive.size;
  }

  get awaitsInput(): boolean {
    for (const link of this.alive) if (link.awaitsInput) return true;
    return false;
  }

  /** Ends the others. */
  keep(connectors: ReadonlySet<string>): void {
    for (const [connector, member] of this.byConnector) {
      if (connectors.has(connector)) continue;
      this.byConnector.delete(connector);
      member.close(problems.switchedOff(connector));
    }
  }

  drained(): void {
    for (const member of this.byConnector.values()) member.drained();
  }

  /** Ends all. Resolves when they are gone. */
  async close(): Promise<void> {
    this.keep(new Set());
    await Promise.all([...this.alive].map(({ gone }) => gone));
  }
}
