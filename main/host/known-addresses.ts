/**
 * Web addresses that a person is to open in a browser now: those of sign-ins that wait, and of what a tenant has decided in its
 * dashboard alone. The app opens what is held here and
 * nothing that a page made up, so that no script in a page reaches the network through the system's browser.
 */
import type { Handlers } from '../operations/dispatch.ts';

/** A sign-in to a connector waits so long. */
const SIGN_IN_MS = 5 * 60 * 1000;
/** What waits at a tenant is asked for again before that, by whoever looks at it. */
const LISTED_MS = 15 * 60 * 1000;
/** More are held by nobody honest; the oldest goes. */
const MAX_HELD = 256;

export interface KnownAddresses {
  /** @param until milliseconds since the epoch. */
  keep(address: string, until: number): void;
  list(): readonly string[];
}

/** @param now milliseconds since the epoch. */
export function createKnownAddresses(now: () => number): KnownAddresses {
  const held = new Map<string, number>();
  const forget = (): void => {
    for (const [address, until] of held) if (until <= now()) held.delete(address);
  };
  return {
    keep(address, until) {
      forget();
      // Anew, so that it counts as the latest.
      held.delete(address);
      if (address !== '') held.set(address, until);
      for (const old of [...held.keys()].slice(0, -MAX_HELD)) held.delete(old);
    },
    list() {
      forget();
      return [...held.keys()];
    },
  };
}

type Leading = Pick<Handlers, 'connectors.signIn' | 'tenant.signIn' | 'tenant.approvals'>;

/** The same handlers; what they send a person to is held from then on. */
export function keepingAddresses<H extends Leading>(handlers: H, known: KnownAddresses, now: () => number): H {
  return {
    ...handlers,
    'connectors.signIn': async (...args: Parameters<Leading['connectors.signIn']>) => {
      const begun = await handlers['connectors.signIn'](...args);
      known.keep(begun.authorizationUrl, now() + SIGN_IN_MS);
      return begun;
    },
    'tenant.signIn': async (...args: Parameters<Leading['tenant.signIn']>) => {
      const begun = await handlers['tenant.signIn'](...args);
      const until = Date.parse(begun.expiresAt);
      known.keep(begun.verificationUri, until);
      known.keep(begun.verificationUriComplete, until);
      return begun;
    },
    'tenant.approvals': async (...args: Parameters<Leading['tenant.approvals']>) => {
      const listed = await handlers['tenant.approvals'](...args);
      for (const { link } of listed.approvals) known.keep(link, now() + LISTED_MS);
      return listed;
    },
  };
}
