import { useState } from 'react';

/** The last value that was there, while the next one is on its way: what a person reads does not flicker as they type. */
export function useSteady<T>(value: T | undefined): T | undefined {
  const [kept, setKept] = useState(value);
  if (value !== undefined && value !== kept) setKept(value);
  return value ?? kept;
}
