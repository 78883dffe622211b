import type { ReactElement, ReactNode } from 'react';

/** A link to a page of ours that looks like a button: it goes somewhere, it does nothing. */
export function ButtonLink({ path, children }: { path: string; children: ReactNode }): ReactElement {
  return (
    <a
      href={`#${path}`}
      className="inline-flex min-h-8 items-center rounded-md border border-line bg-card px-3 py-1 font-medium whitespace-nowrap text-ink hover:bg-sunk"
    >
      {children}
    </a>
  );
}
