/** Starts a reference tenant on this machine. Whoever starts it stops it; nothing of it is left then but a named database. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { randomUUID } from 'node:crypto';
import { createAdmin, type TenantAdmin } from './admin.ts';
import { createFaults, type Faults } from './faults.ts';
import { FIRST_PERSON } from './organisation.ts';
import { createRequestRecord, type Requests } from './requests.ts';
import { allRoutes } from './routes/all-routes.ts';
import { serveSafely } from './serve-requests.ts';
import { createSigning } from './signing.ts';
import { openStore } from './store/open-store.ts';
import type { IngestSettings, TenantState } from './tenant-state.ts';

export interface TenantOptions {
  /** 0, and so without it: any free one. */
  readonly port?: number;
  /** A file; in memory without it. */
  readonly database?: string;
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
  /** Name in `url`; it listens on 127.0.0.1 whatever it says. */
  readonly hostname?: string;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** The organisation of `seed/`; without it, one person and nothing else. */
  readonly seed?: boolean;
  readonly device?: { readonly expiresInS?: number; readonly intervalS?: number };
  readonly identityTtlS?: number;
  readonly ingest?: Partial<IngestSettings>;
  /** False where much is sent and nobody looks at it. */
  readonly keepsBodies?: boolean;
}

export interface RunningTenant {
  /** Its origin, such as http://127.0.0.1:4800. */
  readonly url: string;
  readonly faults: Faults;
  readonly admin: TenantAdmin;
  readonly requests: Requests;
  /** May be changed while it runs. */
  readonly settings: Pick<TenantState, 'ingest' | 'device' | 'identity'>;
  /** Ends every connection at once. */
  stop(): Promise<void>;
}

export async function startTenant(options: TenantOptions = {}): Promise<RunningTenant> {
  const { port = 0, database = ':memory:', tls, hostname = '127.0.0.1', clock = Date.now } = options;
  const store = openStore(database);
  let origin = '';
  const state: TenantState = {
    store,
    now: clock,
    origin: () => origin,
    signing: await createSigning(randomUUID),
    ingest: {
      token: 'ingest-token-of-the-reference-tenant',
      maxBytes: 2 * 1024 * 1024,
      isPoison: () => false,
      ...options.ingest,
    },
    device: { expiresInS: 600, intervalS: 5, ...options.device },
    identity: { ttlS: options.identityTtlS ?? 300 },
  };
  const admin = createAdmin(state);
  admin.addPerson(FIRST_PERSON);
  if (options.seed === true) (await import('./seed/seed.ts')).seed(state, admin);
  const faults = createFaults();
  const requests = createRequestRecord();
  const serving = { state, routes: allRoutes(state), faults, requests, keepsBodies: options.keepsBodies ?? true };
  const handler = (request: IncomingMessage, response: ServerResponse): void => serveSafely(serving, request, response);
  const server = tls === undefined ? createHttpServer(handler) : createHttpsServer({ ...tls }, handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  origin = `${tls === undefined ? 'http' : 'https'}://${hostname}:${address.port}`;
  return {
    url: origin,
    faults,
    admin,
    requests,
    settings: state,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      store.close();
    },
  };
}
