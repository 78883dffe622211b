/** Listens on 127.0.0.1, and on ::1 with the same port where that can be had; nowhere else, and never on another port. */
import { bindServer, closeServer, createHttpServer, type HttpServerParts } from './http-server.ts';

export interface LoopbackListener {
  readonly port: number;
  /** Somebody else listens on this port of ::1. */
  readonly isIpv6Taken: boolean;
  close(): Promise<void>;
}

/**
 * @param port 0 lets the system choose.
 * @param taken makes the error for a 127.0.0.1 that cannot be had; ::1 may be missing.
 */
export async function listenOnLoopback(
  parts: HttpServerParts,
  port: number,
  taken: (cause: unknown) => Error,
): Promise<LoopbackListener> {
  const v4 = createHttpServer(parts);
  const bound = await bindServer(v4, { host: '127.0.0.1', port }).catch((cause: unknown) => {
    throw taken(cause);
  });
  const v6 = createHttpServer(parts);
  const servers = [v4];
  let isIpv6Taken = false;
  try {
    await bindServer(v6, { host: '::1', port: bound });
    servers.push(v6);
  } catch (error) {
    // No IPv6, or the port is taken there: addresses name 127.0.0.1, so nobody misses it.
    isIpv6Taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  }
  return {
    port: bound,
    isIpv6Taken,
    async close() {
      await Promise.all(servers.map(closeServer));
    },
  };
}

/** The names under which a listener on loopback is reached. */
export function loopbackHosts(port: number): ReadonlySet<string> {
  return new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
}
