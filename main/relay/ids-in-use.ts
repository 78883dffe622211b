import type { WireLimits } from './limits.ts';

/** Which ids of the client's requests are taken, as a server may read them: many make a double of a number. */
export class IdsInUse {
  private readonly limits: Pick<WireLimits, 'maxInFlight'>;
  private readonly taken: (idKey: string) => boolean;
  /** Ids beyond 2^53 by the number that most servers make of them: two that become one would answer for each other. */
  private readonly rounded = new Map<number, string>();

  constructor(limits: Pick<WireLimits, 'maxInFlight'>, taken: (idKey: string) => boolean) {
    this.limits = limits;
    this.taken = taken;
  }

  has(idKey: string): boolean {
    if (this.taken(idKey)) return true;
    const number = idKey.startsWith('n') ? Number(idKey.slice(1)) : 0;
    if (Number.isSafeInteger(number)) return false;
    const same = this.rounded.get(number);
    if (same !== undefined && same !== idKey && this.taken(same)) return true;
    if (this.rounded.size > this.limits.maxInFlight) this.rounded.clear();
    this.rounded.set(number, idKey);
    return false;
  }
}
