import { useEffect, useState } from 'react';

/** A person needs this long to see what a button is about; whoever makes them click is quicker. */
export const ARM_MS = 500;

/**
 * Whether a yes counts now: the window was in front and showed the very same (`key`) for half a second. Anything that comes,
 * goes or hides the window begins it anew.
 */
export function useArmed(key: string): boolean {
  const [armed, setArmed] = useState<string>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = (): void => {
      clearTimeout(timer);
      setArmed(undefined);
      if (document.visibilityState === 'visible' && document.hasFocus())
        timer = setTimeout(() => setArmed(key), ARM_MS);
    };
    begin();
    window.addEventListener('focus', begin);
    window.addEventListener('blur', begin);
    window.addEventListener('resize', begin);
    document.addEventListener('visibilitychange', begin);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('focus', begin);
      window.removeEventListener('blur', begin);
      window.removeEventListener('resize', begin);
      document.removeEventListener('visibilitychange', begin);
    };
  }, [key]);
  return armed === key;
}
