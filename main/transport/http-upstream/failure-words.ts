/**
 * Why a request got no answer, as one clause that a person understands. Says the server's origin and a status, never what
 * the server wrote, nor the path or query of its address, which may hold a key.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { CompanionError } from '../../../preload/contract/failure.ts';
import type { Refused } from './line-builder.ts';

const CHECK_URL = "check the connector's URL";
const LATER = 'call again later';
/** What happened, and where there is something to do, what. */
const STATUS: ReadonlyMap<number, readonly [string, string?]> = new Map<number, readonly [string, string?]>([
  [401, ['it wants credentials', 'sign in to the connector, or check its headers']],
  [403, ['it does not allow this', "check the connector's credentials"]],
  [404, ['there is no MCP server at this address', CHECK_URL]],
  [405, ['this address takes no MCP messages', CHECK_URL]],
  [406, ['it cannot answer in a form that we read']],
  [407, ['a proxy on the way wants credentials']],
  [408, ['it did not get the request in time', 'call again']],
  [409, ['it refused the request as conflicting with another']],
  [410, ['it is gone from this address', CHECK_URL]],
  [413, ['the message is too large for it']],
  [414, ["the connector's URL is too long for it"]],
  [415, ['it does not take JSON']],
  [421, ['it does not serve this host name', CHECK_URL]],
  [429, ['it gets too many requests', LATER]],
  [431, ['the headers are too large for it']],
  [501, ['it cannot do this']],
  [502, ['what stands before it cannot reach it', LATER]],
  [503, ['it is not available at the moment', LATER]],
  [504, ['what stands before it got no answer from it', LATER]],
]);

/** Seconds that the server asks to wait; a date is not looked at. */
export function retryAfterSeconds(headers: IncomingHttpHeaders): number | undefined {
  const value = headers['retry-after'];
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
}

export function statusReason(status: number, headers: IncomingHttpHeaders): string {
  if (status >= 300 && status < 400)
    return `it redirects to another address (HTTP ${status}); enter the final address as the connector's URL`;
  const group = status >= 500 ? 'it has an error of its own' : 'it did not accept the request';
  const [what, next] = STATUS.get(status) ?? [group];
  const seconds = retryAfterSeconds(headers);
  const wait = seconds === undefined || next !== LATER ? '' : `, in ${seconds} seconds at the earliest`;
  return `${what} (HTTP ${status})${next === undefined ? '' : `: ${next}`}${wait}`;
}

/** Why a message of the server was not taken whole; `what` it is. */
export function unfinishedReason(why: Refused, what: 'answer' | 'message', maxBytes: number): string {
  switch (why) {
    case 'too_large':
      return `its ${what} is larger than ${maxBytes} bytes`;
    case 'too_much':
      return `it sends too many large messages at once, and its ${what} was the largest: call again with fewer at once`;
    case 'too_slow':
      return `its ${what} was not finished in time`;
  }
}

/** What an answer is instead of MCP, where its type can be said. */
export function typeReason(type: string): string {
  const said = /^[a-z0-9.+-]{1,40}\/[a-z0-9.+-]{1,40}$/.test(type) ? `with ${type}` : 'with something else';
  return `it answered ${said} instead of MCP: check the connector's URL`;
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : '';
}

/** The connection could not be had, or broke before a response came. */
export function connectionReason(error: unknown, url: URL): string {
  const code = codeOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing answers at ${url.origin}: start the server, then call again`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${url.hostname} was not found: check the connector's URL and the network`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'ETIMEDOUT':
      return `${url.origin} cannot be reached: check the network, then call again`;
    case 'ECONNRESET':
    case 'EPIPE':
      return 'it closed the connection before it answered; whether it carried the request out is not known';
    case 'HPE_HEADER_OVERFLOW':
      return 'its answer has too large headers';
    default:
  }
  if (code.startsWith('HPE_')) return `what answers at ${url.origin} does not speak HTTP: check the connector's URL`;
  if (url.protocol === 'https:' && /CERT|SIGNATURE|ISSUER|CRL|ALTNAME/.test(code))
    return `the certificate of ${url.origin} is not trusted (${code})`;
  if (url.protocol === 'https:' && /^(EPROTO|ERR_SSL|ERR_TLS)/.test(code))
    return `no secure connection to ${url.origin} could be had (${code}): check the connector's URL`;
  return `the connection to ${url.origin} failed${code === '' ? '' : ` (${code})`}`;
}

/** Credentials could not be had. */
export function authorityReason(error: unknown): string {
  if (!(error instanceof CompanionError)) return 'its credentials could not be had';
  const clause = (text: string): string => text.replace(/\.$/, '');
  return `${clause(error.message)}: ${clause(error.next)}`;
}
