/** Tells a tenant of calls that it had let through and that were not made: one after the other, never waited for, never tried again. */
import type { TenantApi } from '../../backend/tenant-api.ts';
import type { GovernedResult } from '../../relay/tenant-gate.ts';
import { failureOf } from './verdicts.ts';
import { withinLimit, type Schedule } from './time-limit.ts';

const MAX_WAITING = 32;
const LIMIT_MS = 10_000;

export interface NotMade {
  tell(result: GovernedResult): void;
}

export function createNotMade(
  api: Pick<TenantApi, 'host' | 'post'>,
  id: string,
  parts: { readonly schedule: Schedule; readonly log: (text: string) => void },
): NotMade {
  const waiting: GovernedResult[] = [];
  let isTelling = false;

  const tellAll = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = next;
      try {
        await withinLimit(LIMIT_MS, undefined, parts.schedule, (signal) => api.post(id, result, signal));
      } catch (error) {
        parts.log(`[tenant] it was not told of a call that was not made: ${failureOf(error, api.host).reason}`);
      }
    }
    isTelling = false;
  };

  return {
    tell: (result) => {
      if (waiting.length >= MAX_WAITING) {
        parts.log('[tenant] it was not told of a call that was not made: too many wait already');
        return;
      }
      waiting.push(result);
      if (isTelling) return;
      isTelling = true;
      void tellAll();
    },
  };
}
