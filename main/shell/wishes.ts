/** What is wanted of the app, kept until it can be done: the last of it, so that nobody can pile wishes up. */
import type { Route } from './routes.ts';

export type Wish =
  /** Without a route: the window as it is. */
  { readonly kind: 'show'; readonly route?: Route } | { readonly kind: 'sync' };

export interface Wishes {
  want(wish: Wish): void;
  /** From now on what is wanted is done at once, beginning with what was wanted before. */
  begin(fulfil: (wish: Wish) => void): void;
}

export function createWishes(): Wishes {
  let kept: Wish | undefined;
  let fulfil: ((wish: Wish) => void) | undefined;
  return {
    want(wish) {
      if (fulfil === undefined) kept = wish;
      else fulfil(wish);
    },
    begin(done) {
      fulfil = done;
      const first = kept;
      kept = undefined;
      if (first !== undefined) done(first);
    },
  };
}
