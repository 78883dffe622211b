import { useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { flushSync } from 'react-dom';

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
  const frame = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    // In the frame that it is about.
    const observer = new ResizeObserver(() => flushSync(() => setScrolls(element.scrollWidth > element.clientWidth)));
    observer.observe(element);
    if (element.firstElementChild !== null) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, []);

  // The keyboard scrolls what it can stop at; where all of it is seen a stop would only be in the way.
  const stop = scrolls ? { tabIndex: 0, role: 'region', 'aria-label': label } : {};
  return (
    <div ref={frame} {...stop} className="overflow-x-auto outline-offset-[-2px]">
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
