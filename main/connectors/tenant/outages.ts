/** Hosts whose calls pass unasked, because managed settings say so: told once when it begins and once when it is over. */
export interface Outages {
  /** For one session. */
  of(host: string): { readonly set: (state: 'open' | 'closed') => void; readonly end: () => void };
  open(): string[];
}

export function createOutages(changed: (host: string, isOpen: boolean) => void): Outages {
  const open = new Map<string, Set<object>>();
  return {
    of: (host) => {
      const session = {};
      const set = (state: 'open' | 'closed'): void => {
        const sessions = open.get(host) ?? new Set();
        const wasOpen = sessions.size > 0;
        if (state === 'open') sessions.add(session);
        else sessions.delete(session);
        if (sessions.size > 0) open.set(host, sessions);
        else open.delete(host);
        if (wasOpen !== sessions.size > 0) changed(host, !wasOpen);
      };
      return { set, end: () => set('closed') };
    },
    open: () => [...open.keys()],
  };
}
