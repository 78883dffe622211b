import { useEffect, useState } from 'react';

/** Ages are shown in minutes, so the clock of a page need not be finer. @returns milliseconds since the epoch. */
export function useMinute(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
