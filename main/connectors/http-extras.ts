/** What a connector of a tenant adds to a server over HTTP. */
import type { IdentityForward } from '../identity/identity-forward.ts';
import type { Authority } from '../transport/http-upstream/authority.ts';
import type { OpenUpstream } from '../transport/upstream.ts';

/** A desktop application that is looked at before each request, and all the while (application/). */
export interface WatchedApplication {
  /** Contacted in place of the address that the tenant wrote. */
  readonly url: string;
  readonly authority: (authority: Authority) => Authority;
  readonly open: (open: OpenUpstream) => OpenUpstream;
  readonly close: () => void;
}

export interface HttpExtras {
  /** Who is calling, as the tenant says; renewed while the session runs. */
  readonly identity?: Pick<IdentityForward, 'headers'>;
  /** The tenant's own credentials, for its own address alone; asked for at each request. */
  readonly credentials?: () => Promise<Readonly<Record<string, string>>>;
  readonly application?: WatchedApplication;
}
