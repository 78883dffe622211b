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
  hand: 'M8 12V6a1.500 1.500 0 0 1 3 0v5V4.500a1.500 1.500 0 0 1 3 0V11V6.500a1.500 1.500 0 0 1 3 0V14c0 4-2.500 7-6 7-3 0-4.500-1.500-7-5.500a1.500 1.500 0 0 1 2.500-1.600L8 15.500',
  plug: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4',
  app: 'M4 5h16v14H4zM4 9h16M7 7v.1M9.500 7v.1',
  key: 'M15 4a5 5 0 1 1-4.600 7L4 17.400V20h3v-2h2v-2h2l1-1.100M16 8v.1',
  link: 'M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700L12 6.500M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700L12 17.500',
  settings:
    'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3v2.500M12 18.500V21M3 12h2.500M18.500 12H21M5.600 5.600l1.800 1.800M16.600 16.600l1.800 1.800M5.600 18.400l1.800-1.800M16.600 7.400l1.800-1.800',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8v.1',
  plus: 'M12 5v14M5 12h14',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.500 4.500',
  refresh: 'M20 12a8 8 0 1 1-2.300-5.700M20 3v4.500h-4.500',
  undo: 'M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
  play: 'M8 5l11 7-11 7z',
  external: 'M14 4h6v6M20 4l-9 9M18 14v5H5V6h5',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  download: 'M12 4v11M7.500 11L12 15.500 16.500 11M5 20h14',
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
