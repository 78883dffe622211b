import type { Electron } from './companion-host.ts';

const MAX_LENGTH = 2048;

/**
 * @returns the address to hand to the system's browser, normalised; undefined for everything that is not plainly a web
 * page. Other schemes start programs, and credentials in an address mislead about where it leads.
 */
export function externalAddress(address: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (address.length > MAX_LENGTH || /[\u0000-\u0020\u007f]/.test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : undefined;
}

/** The one way out to a browser. An address that does not pass is not opened, and nothing else happens. */
export async function openExternal(electron: Pick<Electron, 'shell'>, address: string): Promise<boolean> {
  const checked = externalAddress(address);
  if (checked === undefined) return false;
  await electron.shell.openExternal(checked);
  return true;
}
