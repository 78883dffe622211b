/** What a session with an application on this machine has around its ordinary HTTP upstream. */
import type { Authority } from '../../transport/http-upstream/authority.ts';
import type { OpenUpstream, Upstream, UpstreamEvents } from '../../transport/upstream.ts';
import { applicationUrl } from './applications.ts';
import { createApplicationGuard, type ApplicationGuardOptions } from './guard.ts';
import { guardedAuthority } from './guarded-authority.ts';

export interface ApplicationSession {
  /** To be contacted instead of the address that the tenant wrote. */
  readonly url: string;
  /** Lets no request begin before the application is identified. */
  readonly authority: (authority: Authority) => Authority;
  /** Ends the upstream when another program took the application's place. To be opened once. */
  readonly open: (open: OpenUpstream) => OpenUpstream;
  readonly close: () => void;
}

export function createApplicationSession(
  options: Omit<ApplicationGuardOptions, 'onRefused' | 'log'>,
): ApplicationSession {
  let events: UpstreamEvents | undefined;
  let upstream: Upstream | undefined;
  const guard = createApplicationGuard({
    ...options,
    log: (text) => events?.log(`[companion] ${text}`),
    onRefused: (reason) => {
      events?.stderr(`runlayer: ${reason}\n`);
      // Not a moment more: what is open now may be open to somebody else.
      void upstream?.stop(0);
    },
  });
  return {
    url: applicationUrl(options.application),
    authority: (authority) => guardedAuthority(authority, guard),
    open: (open) => (told) => {
      events = told;
      const opened = open(told);
      upstream = opened;
      void opened.ended.then(() => guard.close());
      return opened;
    },
    close: () => guard.close(),
  };
}
