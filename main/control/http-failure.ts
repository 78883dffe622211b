import type { Failure } from '../../preload/contract/failure.ts';

/** A request that is not served: the HTTP status and what the person is told. */
export interface HttpRefusal {
  readonly status: number;
  readonly failure: Failure;
  readonly headers?: Readonly<Record<string, string>>;
}

const OPEN_AGAIN = 'Run "runlayer open" and use the link that it prints.';
const DO_NOT = 'Open the interface with "runlayer open"; nothing else needs this address.';

function refusal(status: number, code: string, message: string, next = DO_NOT): HttpRefusal {
  return { status, failure: { code, message, next } };
}

/** Every refusal of the interface's listener, in one place, so that a test can list them. */
export const refusals = {
  malformed: refusal(400, 'E_BAD_REQUEST', 'This request is not one that a browser sends.'),
  host: refusal(403, 'E_WRONG_HOST', 'The Host of this request is not this address.'),
  origin: refusal(403, 'E_WRONG_ORIGIN', 'This request comes from another page.'),
  crossSite: refusal(403, 'E_CROSS_SITE', 'This request comes from another site.'),
  version: refusal(505, 'E_HTTP_VERSION', 'Only HTTP/1.1 is spoken here.'),
  expectation: refusal(417, 'E_EXPECTATION', 'Expectations are not supported here.'),
  tooManyHeaders: refusal(431, 'E_TOO_MANY_HEADERS', 'This request has too many headers.'),
  notFound: refusal(404, 'E_NOT_FOUND', 'There is nothing at this address.'),
  mediaType: refusal(415, 'E_MEDIA_TYPE', 'The content type must be application/json, without a content encoding.'),
  tooLarge: refusal(413, 'E_TOO_LARGE', 'The request is larger than 1 MiB.'),
  timeout: refusal(408, 'E_TIMEOUT', 'The request took too long to arrive.'),
  notJson: refusal(400, 'E_BAD_JSON', 'The request body is not a JSON object.'),
  unauthenticated: refusal(401, 'E_SIGNED_OUT', 'This page is not signed in to the companion (any more).', OPEN_AGAIN),
  linkUsed: refusal(401, 'E_LINK_USED', 'This link was used already.', OPEN_AGAIN),
  linkUnknown: refusal(401, 'E_LINK_EXPIRED', 'This link is not valid (any more).', OPEN_AGAIN),
  tooManyAttempts: {
    ...refusal(429, 'E_TOO_MANY_ATTEMPTS', 'Too many links were tried.', 'Wait a minute, then run "runlayer open".'),
    headers: { 'retry-after': '60' },
  },
  tooManyPages: refusal(
    503,
    'E_TOO_MANY_PAGES',
    'Too many pages are open.',
    'Close other pages of the interface, then reload.',
  ),
  unknownOperation: refusal(
    404,
    'E_UNKNOWN_OPERATION',
    'The interface cannot ask for this.',
    'Run "runlayer --help" to see what a terminal can do.',
  ),
} as const satisfies Record<string, HttpRefusal>;

export function methodRefusal(allow: string): HttpRefusal {
  return { ...refusal(405, 'E_METHOD', `Only ${allow} is answered at this address.`), headers: { allow } };
}
