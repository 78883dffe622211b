import { useEffect, useRef, useState } from 'react';
import { armedCount, type Shown } from './armed-count.ts';

/** A person needs this long to see what a button is about; whoever makes them click is quicker. */
export const ARM_MS = 500;

/**
 * How many of these, from the first on, take a yes now: the window was in front for half a second, and each of them stood still
 * so long, with all that stands above it. What comes at the end leaves the others armed; anything that hides the window, or
 * changes its size, begins anew.
 */
export function useArmed(keys: readonly string[]): number {
  const shown = useRef<Shown>([]);
  const [armed, setArmed] = useState<{ readonly of: string; readonly count: number }>({ of: '', count: 0 });
  const all = keys.join(' ');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (isAnew: boolean): void => {
      clearTimeout(timer);
      const now = performance.now();
      const isInFront = document.visibilityState === 'visible' && document.hasFocus();
      const next = armedCount(all === '' ? [] : all.split(' '), isAnew ? [] : shown.current, now, ARM_MS);
      shown.current = isInFront ? next.shown : [];
      setArmed({ of: all, count: isInFront ? next.count : 0 });
      if (isInFront && next.nextMs !== undefined) timer = setTimeout(() => look(false), next.nextMs);
    };
    const anew = (): void => look(true);
    look(false);
    window.addEventListener('focus', anew);
    window.addEventListener('blur', anew);
    window.addEventListener('resize', anew);
    document.addEventListener('visibilitychange', anew);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('focus', anew);
      window.removeEventListener('blur', anew);
      window.removeEventListener('resize', anew);
      document.removeEventListener('visibilitychange', anew);
    };
  }, [all]);
  return armed.of === all ? armed.count : 0;
}
