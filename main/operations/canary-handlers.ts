/** Canaries: made, named, taken away. The value is in the answer that made it and nowhere else, no record included. */
import type { Canaries } from '../secrets/canaries.ts';
import type { Handlers } from './dispatch.ts';

export interface CanaryHandlerParts {
  readonly canaries: Canaries;
  /** Throws where nothing can be recorded; then nothing is changed. Never gets a value. */
  readonly recordCanary: (detail: {
    readonly name: string;
    readonly change: 'made' | 'removed';
    readonly by: string;
    /** Where it is planted, in the person's words. */
    readonly note?: string;
  }) => void;
}

type CanaryHandlers = Pick<Handlers, 'guard.canary' | 'guard.canaries' | 'guard.removeCanary'>;

export function canaryHandlers({ canaries, recordCanary }: CanaryHandlerParts): CanaryHandlers {
  return {
    'guard.canary': async ({ note }, { by }) => {
      const name = canaries.freeName();
      recordCanary({ name, change: 'made', by, ...(note === undefined ? {} : { note }) });
      return { name, value: await canaries.make(name) };
    },
    'guard.canaries': () => [...canaries.list()],
    'guard.removeCanary': async ({ name }, { by }) => {
      canaries.demand(name);
      recordCanary({ name, change: 'removed', by });
      await canaries.remove(name);
      return {};
    },
  };
}
