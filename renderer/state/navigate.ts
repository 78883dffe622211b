import { useSyncExternalStore } from 'react';

/** The path behind the `#`, without its query: `/connectors/github`. */
export function pathOf(hash: string): string {
  const [path = ''] = hash.replace(/^#/, '').split('?');
  return path.startsWith('/') ? path : '/';
}

/** What stands behind the `?` of the hash. */
export function queryOf(hash: string): URLSearchParams {
  return new URLSearchParams(hash.split('?')[1] ?? '');
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** Where the page is. A part that is a name from outside is escaped in the address and not here. */
export function useLocation(): {
  readonly path: string;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
} {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const path = pathOf(hash);
  return { path, parts: path.split('/').filter(Boolean).map(unescaped), query: queryOf(hash) };
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @param path `/connectors/github`; parts from outside escaped with encodeURIComponent. */
export function navigate(path: string): void {
  window.location.hash = `#${path}`;
}
