import type { ReactElement, ReactNode } from 'react';

export function Card({ children, className = '' }: { children: ReactNode; className?: string }): ReactElement {
  return <div className={`rounded-xl border border-line bg-card shadow-card ${className}`}>{children}</div>;
}

/** A card with a heading that names it for assistive technology too. */
export function Section({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <section aria-label={title} className="overflow-hidden rounded-xl border border-line bg-card shadow-card">
      <div className="flex min-h-11 items-center justify-between gap-3 px-4 py-2">
        <h2 className="font-semibold">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

export function Stat({ label, value, note }: { label: string; value: string; note?: ReactNode }): ReactElement {
  return (
    <Card className="min-w-0 px-3.5 py-3">
      <div className="text-soft">{label}</div>
      <div className="mt-0.5 truncate text-xl font-semibold tracking-tight tabular-nums">{value}</div>
      {note === undefined ? null : <div className="mt-0.5 line-clamp-2 text-xs text-soft">{note}</div>}
    </Card>
  );
}

export function Empty({ children }: { children: ReactNode }): ReactElement {
  return <div className="border-t border-line px-4 py-10 text-center text-soft">{children}</div>;
}

/** Stands where something is being loaded; says so once, to those who cannot see it. */
export function Loading({ rows }: { rows: number }): ReactElement {
  return (
    <div role="status" className="space-y-3 border-t border-line p-4">
      <span className="sr-only">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="h-4 animate-pulse rounded bg-sunk" />
      ))}
    </div>
  );
}
