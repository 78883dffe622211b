/**
 * Owns which links of the scheme `runlayer:` mean something: these three, letter by letter. Any web page can follow one, so a
 * link opens a page of ours or has what is shown made fresh; it carries nothing. Whatever else comes is left alone.
 */
import type { Route } from './routes.ts';

export const DEEP_LINK_SCHEME = 'runlayer';

export type DeepLink =
  | { readonly kind: 'open'; readonly route: Route }
  /** Asks the tenants that somebody is signed in to for what is new. */
  | { readonly kind: 'sync' };

const LINKS: ReadonlyMap<string, DeepLink> = new Map<string, DeepLink>([
  ['runlayer://login', { kind: 'open', route: '/settings/tenant' }],
  ['runlayer://sync', { kind: 'sync' }],
  ['runlayer://dashboard', { kind: 'open', route: '/' }],
]);

/** @returns undefined for everything that is not exactly one of the links; nothing of it is read. */
export function deepLink(text: string): DeepLink | undefined {
  return LINKS.get(text);
}

export type LinkIn = { readonly kind: 'link'; readonly link: DeepLink } | { readonly kind: 'none' | 'ignored' };

const LOOKS_LIKE_ONE = /^[\s"']*runlayer:/i;

/** @param argv of a start: where Windows and Linux put a link. Two links are no link. */
export function linkIn(argv: readonly string[]): LinkIn {
  const candidates = argv.filter((argument) => LOOKS_LIKE_ONE.test(argument));
  const [first] = candidates;
  if (first === undefined) return { kind: 'none' };
  const link = candidates.length === 1 ? deepLink(first) : undefined;
  return link === undefined ? { kind: 'ignored' } : { kind: 'link', link };
}
