import type { ReactElement, ReactNode } from 'react';

/** One thing that can be chosen: its name, what it does, and the control beside it. */
export function SettingRow({
  title,
  control,
  children,
}: {
  title: string;
  control?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 border-t border-line px-4 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <h3 className="font-medium">{title}</h3>
        <div className="mt-0.5 space-y-1 text-soft">{children}</div>
      </div>
      {control === undefined ? null : <div className="flex shrink-0 items-center gap-2">{control}</div>}
    </div>
  );
}
