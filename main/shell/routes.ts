/** Pages of the interface that the shell opens by itself. */
import { APP_URL } from './app-protocol.ts';

export type Route = '/' | '/activity' | `/activity/${string}` | '/clients' | '/settings/tenant' | '/about';

const PLAIN_ID = /^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/;

/** The page of one call; of an id that is none of ours, the list. */
export function callRoute(id: string): Route {
  return PLAIN_ID.test(id) ? `/activity/${id}` : '/activity';
}

export function routeAddress(route: Route): string {
  return route === '/' ? APP_URL : `${APP_URL}#${route}`;
}
