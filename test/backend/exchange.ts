/** One request as a route sees it, and how routes are found. */
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal, type Answer } from './answers.ts';
import { parseExact } from './exact-json.ts';
import type { Principal } from './principals.ts';

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** What `{…}` in the route's path stood for. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The body as JSON; 422 for what is none. */
  readonly json: () => unknown;
  /** The body as a form. */
  readonly form: () => URLSearchParams;
  /** Who asks; 401 where nobody can be made out. */
  readonly who: () => Promise<Principal>;
}

export interface Route {
  /** `POST /api/v1/local/{id}/pre`. */
  readonly at: string;
  readonly handle: (exchange: Exchange) => Answer | Promise<Answer>;
}

interface Match {
  readonly route: Route;
  readonly params: Record<string, string>;
}

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = segmentsOf(pattern);
  const given = segmentsOf(path);
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith('{')) {
      try {
        params[segment.slice(1, -1)] = decodeURIComponent(value);
      } catch {
        return undefined;
      }
    } else if (segment !== value) return undefined;
  }
  return params;
}

/** A path without parameters wins over one with them. */
export function findRoute(routes: readonly Route[], method: string, path: string): Match {
  let isKnownPath = false;
  let best: Match | undefined;
  for (const route of routes) {
    const [verb = '', pattern = ''] = route.at.split(' ');
    const params = matchPath(pattern, path);
    if (params === undefined) continue;
    isKnownPath = true;
    if (verb !== method) continue;
    if (best === undefined || Object.keys(params).length < Object.keys(best.params).length) best = { route, params };
  }
  if (best !== undefined) return best;
  throw isKnownPath ? new Refusal(405, 'Method Not Allowed') : new Refusal(404, 'Not Found');
}

export function parseJson(body: Buffer): unknown {
  try {
    return parseExact(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Refusal(422, [{ loc: ['body'], msg: 'JSON decode error', type: 'json_invalid' }]);
  }
}

export function limitOf(query: URLSearchParams, fallback: number, most = 1000): number {
  return wholeNumber(query, 'limit', fallback, most);
}

export function skipOf(query: URLSearchParams): number {
  return wholeNumber(query, 'skip', 0, 1_000_000);
}

function wholeNumber(query: URLSearchParams, name: string, fallback: number, most: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,7}$/.test(text) || Number(text) > most) {
    throw new Refusal(422, [{ loc: ['query', name], msg: `Input should be 0 to ${most}`, type: 'int_parsing' }]);
  }
  return Number(text);
}
