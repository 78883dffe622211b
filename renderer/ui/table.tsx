import type { ReactElement, ReactNode } from 'react';

export function Table({
  label,
  columns,
  widths,
  children,
}: {
  label: string;
  columns: readonly string[];
  /** One width class per column holds the columns still while rows come and go; '' takes what is left. */
  widths?: readonly string[];
  children: ReactNode;
}): ReactElement {
  return (
    <div className="overflow-x-auto">
      <table
        aria-label={label}
        className={`w-full border-collapse text-left ${widths === undefined ? '' : 'min-w-160 table-fixed'}`}
      >
        <thead>
          <tr className="border-t border-line bg-sunk text-soft">
            {columns.map((column, index) => (
              <th
                key={column}
                scope="col"
                className={`px-4 py-2 font-medium whitespace-nowrap ${widths?.[index] ?? ''}`}
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export function Cell({ children, className = '' }: { children: ReactNode; className?: string }): ReactElement {
  return <td className={`px-4 py-2 ${className}`}>{children}</td>;
}
