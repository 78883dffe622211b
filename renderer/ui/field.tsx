import type { ReactElement, ReactNode } from 'react';

/** A name and its value, inside a `<dl>`. */
export function Field({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <div className="grid grid-cols-[8rem_1fr] gap-2 py-1 max-sm:grid-cols-1 max-sm:gap-0">
      <dt className="text-soft">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}
