import type { SettingsStore } from '../settings/settings-store.ts';
import type { RunningSession } from '../transport/run-session.ts';

export interface EndCallsParts {
  readonly sessions: Iterable<Pick<RunningSession, 'lockDown' | 'stop'>>;
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly onSettingsChanged: (changed: () => void) => void;
  readonly failed: (error: unknown) => void;
}

/** Ends the calls of all sessions where a person stopped everything; returns how many. One session that fails spares no other. */
export function createEndCalls({ sessions, settings, onSettingsChanged, failed }: EndCallsParts): () => number {
  const lockDown = (session: Pick<RunningSession, 'lockDown' | 'stop'>): number => {
    try {
      return session.lockDown();
    } catch (error) {
      failed(error);
      void session.stop();
      return 0;
    }
  };
  const endAll = (): number => [...sessions].reduce((ended, session) => ended + lockDown(session), 0);
  let wasLockedDown = false;
  // Also where another host wrote it: the one that still serves what began before stops as well.
  onSettingsChanged(() => {
    const isLockedDown = settings.read().lockdown !== null;
    if (isLockedDown && !wasLockedDown) endAll();
    wasLockedDown = isLockedDown;
  });
  return endAll;
}
