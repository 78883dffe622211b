/** Which processes listen at a port of this machine, whatever the system. Rejects where the system does not say. */
import { linuxListeners } from './linux-listeners.ts';
import type { Listener } from './listener.ts';
import { macListeners } from './mac-listeners.ts';
import { windowsListeners } from './windows-listeners.ts';

/** All that can be met at a loopback address. Empty: nobody listens. */
export async function listenersOf(port: number): Promise<Listener[]> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error('a port is 1 to 65535');
  if (process.platform === 'linux') return linuxListeners(port);
  if (process.platform === 'darwin') return macListeners(port);
  if (process.platform === 'win32') return windowsListeners(port);
  throw new Error('who listens at a port cannot be told on this system');
}
