/** The interface's listener on loopback, with its limits and its words for what is no request at all. */
import { CompanionError } from '../../preload/contract/failure.ts';
import type { BareProblem, HttpLimits, RequestHandler } from '../loopback/http-server.ts';
import { listenOnLoopback, type LoopbackListener } from '../loopback/listen-on-loopback.ts';
import { refusals, type HttpRefusal } from './http-failure.ts';
import { SECURITY_HEADERS } from './http-headers.ts';

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  headersTimeoutMs: 5000,
  requestTimeoutMs: 10_000,
  keepAliveMs: 5000,
  maxConnections: 64,
  maxHeaderBytes: 8 * 1024,
};

const BARE: Readonly<Record<BareProblem, HttpRefusal>> = {
  malformed: refusals.malformed,
  expectation: refusals.expectation,
  too_many_headers: refusals.tooManyHeaders,
  timeout: refusals.timeout,
};

/**
 * @param port 0 lets the system choose.
 * @throws CompanionError `E_PORT_TAKEN` when 127.0.0.1 cannot be had; ::1 may be missing.
 */
export function listenForPages(handler: RequestHandler, port: number, limits: HttpLimits): Promise<LoopbackListener> {
  return listenOnLoopback(
    {
      handler,
      limits,
      refusalOf: (problem) => {
        const { status, failure } = BARE[problem];
        const headers = {
          ...SECURITY_HEADERS,
          'cache-control': 'no-store',
          'content-type': 'application/json; charset=utf-8',
        };
        return { status, headers, body: JSON.stringify({ error: failure }) };
      },
    },
    port,
    (cause) =>
      new CompanionError(
        'E_PORT_TAKEN',
        `The interface cannot listen on 127.0.0.1:${port}.`,
        'Stop the program that uses this port, or start with another one.',
        { cause },
      ),
  );
}
