/**
 * Owns the end of the app: the first wish to quit is held until the companion has drained, for five seconds at most,
 * then the app goes whatever happened. The companion's reaper ends children that are left.
 */
import type { Electron } from './companion-host.ts';

export const DRAIN_MS = 5000;

/** @param drain ends the companion; it may reject or never settle. */
export function drainBeforeQuit(electron: Pick<Electron, 'app'>, drain: () => Promise<void>): void {
  let state: 'running' | 'draining' | 'done' = 'running';
  electron.app.on('before-quit', (event) => {
    if (state === 'done') return;
    event.preventDefault();
    if (state === 'draining') return;
    state = 'draining';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DRAIN_MS);
    });
    void Promise.race([drain().catch(() => undefined), limit]).then(() => {
      clearTimeout(timer);
      state = 'done';
      electron.app.quit();
    });
  });
}
