/** Every route of the tenant. */
import { json } from '../answers.ts';
import type { Route } from '../exchange.ts';
import type { TenantState } from '../tenant-state.ts';
import { accountRoutes } from './account-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { deploymentRoutes } from './deployment-routes.ts';
import { deviceRoutes } from './device-routes.ts';
import { hookRoutes } from './hook-routes.ts';
import { ingestRoutes } from './ingest-routes.ts';
import { localRoutes } from './local-routes.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { proxyRoutes } from './proxy-routes.ts';
import { scanRoutes } from './scan-routes.ts';
import { sessionRoutes } from './session-routes.ts';

export function allRoutes(state: TenantState): Route[] {
  return [
    ...deviceRoutes(state),
    ...localRoutes(state),
    ...accountRoutes(state),
    ...sessionRoutes(state),
    ...proxyRoutes(state),
    ...hookRoutes(state),
    ...oauthRoutes(state),
    ...auditRoutes(state),
    ...scanRoutes(state),
    ...deploymentRoutes(state),
    ...ingestRoutes(state),
    { at: 'GET /.well-known/runlayer-identity-forward.jwks.json', handle: () => json(state.signing.jwks) },
  ];
}
