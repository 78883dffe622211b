import { createContext, useContext, useSyncExternalStore } from 'react';
import type { CompanionStore } from './companion-store.ts';
import type { PageState } from './page-state.ts';

export const CompanionContext = createContext<CompanionStore | undefined>(undefined);

/** The store of this page. Throws outside of the application: nothing is shown without one. */
export function useStore(): CompanionStore {
  const store = useContext(CompanionContext);
  if (store === undefined) throw new Error('there is no companion store above this component');
  return store;
}

/** What is known, and the way to ask for more. Draws anew with each change of `state`. */
export function useCompanion(): CompanionStore & { readonly state: PageState } {
  const store = useStore();
  const state = useSyncExternalStore(store.subscribe, store.getState);
  return { ...store, state };
}
