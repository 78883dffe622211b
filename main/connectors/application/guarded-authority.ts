/** Nothing is sent, and no secret is read, before the guard says that the application is there. */
import type { Authority } from '../../transport/http-upstream/authority.ts';
import type { ApplicationGuard } from './guard.ts';

/** The transport asks for headers before every request, the reconnecting streams too: that is where a request waits. */
export function guardedAuthority(authority: Authority, guard: Pick<ApplicationGuard, 'ready'>): Authority {
  return {
    headers: async () => {
      await guard.ready();
      return await authority.headers();
    },
    refused: (facts) => authority.refused(facts),
  };
}
