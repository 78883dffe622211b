/**
 * The one way out to the system's browser. An address is a message: a script in our page could write into it what it read.
 * So only addresses are opened that main holds: of sign-ins that wait, of tenants, and a fixed list of the project's pages.
 */
import { isLoopbackHost } from '../../preload/contract/loopback-host.ts';
import { PROJECT_PAGES } from '../../preload/contract/project-pages.ts';
import type { Electron } from './companion-host.ts';

const MAX_LENGTH = 2048;

/**
 * @returns the address to hand to the system's browser, normalised; undefined for everything that is not plainly a web
 * page. Other schemes start programs, and credentials in an address mislead about where it leads. http only on this machine.
 */
export function externalAddress(address: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (address.length > MAX_LENGTH || /[\u0000-\u0020\u007f]/.test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isWebPage = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
  return isWebPage && url.username === '' && url.password === '' ? url.href : undefined;
}

/**
 * @param known what main holds at this moment, besides the project's own pages.
 * @returns false where nothing was opened; a browser that cannot be started counts as that too.
 */
export async function openExternal(
  electron: Pick<Electron, 'shell'>,
  address: string,
  known: readonly string[],
): Promise<boolean> {
  const checked = externalAddress(address);
  if (checked === undefined) return false;
  const allowed = [...Object.values(PROJECT_PAGES), ...known].some((page) => externalAddress(page) === checked);
  if (!allowed) return false;
  return electron.shell.openExternal(checked).then(
    () => true,
    () => false,
  );
}
