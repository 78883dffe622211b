import type { ReactElement } from 'react';

const PATHS = {
  overview: 'M4 4h6v7H4zM14 4h6v4h-6zM14 12h6v8h-6zM4 15h6v5H4z',
  activity: 'M3 12h4l3-8 4 16 3-8h4',
  shield: 'M12 3l7 2.500v5.500c0 4.700-2.900 8-7 9.900-4.100-1.900-7-5.200-7-9.900V5.500z',
  shieldCheck:
    'M12 3l7 2.500v5.500c0 4.700-2.900 8-7 9.900-4.100-1.900-7-5.200-7-9.900V5.500zM8.800 11.800l2.300 2.300 4.200-4.400',
  shieldAlert: 'M12 3l7 2.500v5.500c0 4.700-2.900 8-7 9.900-4.100-1.900-7-5.200-7-9.900V5.500zM12 8v4.500M12 15.800v.1',
  shieldOff:
    'M12 3l7 2.500v5.500c0 4.700-2.900 8-7 9.900-4.100-1.900-7-5.200-7-9.900V5.500zM9.300 9.300l5.400 5.400M14.700 9.300l-5.400 5.400',
  chevron: 'M9 6l6 6-6 6',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  close: 'M6 6l12 12M18 6L6 18',
} as const;

export type IconName = keyof typeof PATHS;

/** Decorative: what it means stands beside it as text. */
export function Icon({ name, className = 'size-4' }: { name: IconName; className?: string }): ReactElement {
  return (
    <svg
      viewBox="0 0 24 24"
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
