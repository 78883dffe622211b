/**
 * Runs that want a connector which nobody has agreed to: they wait a moment for a person, who sees them meanwhile and for a while
 * after, so that the yes can come before the client tries again.
 */
export interface WaitingConsent {
  readonly host: string;
  readonly server: string;
  /** Safe to look at. */
  readonly title: string;
}

export interface ConsentWait {
  /** Looks whenever the settings change, until there is an answer or the time is over; then undefined. */
  until<T>(about: WaitingConsent, look: () => Promise<T | undefined>): Promise<T | undefined>;
  /** Somebody has agreed. */
  settled(host: string, server: string): void;
  list(): WaitingConsent[];
}

export interface ConsentWaitParts {
  readonly onSettingsChanged: (listener: () => void) => () => void;
  readonly schedule: (ms: number, then: () => void) => () => void;
  readonly now: () => number;
  /** What {@link ConsentWait.list} gives has changed. */
  readonly changed?: () => void;
}

/** Clients give up on initialize soon after this. */
export const CONSENT_WAIT_MS = 20_000;
export const CONSENT_LISTED_MS = 10 * 60_000;
const MAX_LISTED = 50;

export function createConsentWait({ onSettingsChanged, schedule, now, changed }: ConsentWaitParts): ConsentWait {
  const listed = new Map<string, { readonly about: WaitingConsent; until: number }>();
  const keyOf = (host: string, server: string): string => `${host} ${server}`;

  const dropOld = (): void => {
    for (const [key, entry] of listed) if (entry.until <= now()) listed.delete(key);
  };
  const list = (about: WaitingConsent): void => {
    dropOld();
    const key = keyOf(about.host, about.server);
    listed.delete(key);
    const [oldest] = listed.keys();
    if (listed.size >= MAX_LISTED && oldest !== undefined) listed.delete(oldest);
    listed.set(key, { about, until: now() + CONSENT_WAIT_MS + CONSENT_LISTED_MS });
    changed?.();
  };
  const settled: ConsentWait['settled'] = (host, server) => {
    if (listed.delete(keyOf(host, server))) changed?.();
  };

  return {
    settled,
    list: () => {
      dropOld();
      return [...listed.values()].map(({ about }) => about);
    },
    until: async (about, look) => {
      list(about);
      const over = Promise.withResolvers<undefined>();
      let woken = Promise.withResolvers<true>();
      const unsubscribe = onSettingsChanged(() => woken.resolve(true));
      const cancel = schedule(CONSENT_WAIT_MS, () => over.resolve(undefined));
      try {
        for (;;) {
          // At once too: the yes may have come while the caller looked for it.
          const found = await look();
          if (found !== undefined) {
            settled(about.host, about.server);
            return found;
          }
          if ((await Promise.race([woken.promise, over.promise])) === undefined) return undefined;
          woken = Promise.withResolvers();
        }
      } finally {
        cancel();
        unsubscribe();
      }
    },
  };
}
