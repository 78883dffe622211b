import { useRef, type KeyboardEvent, type ReactElement } from 'react';

/** A row of tabs; the arrow keys walk over them. The panel belongs to whoever draws it: give it `id={panelId}`, role `tabpanel`. */
export function Tabs<T extends string>({
  label,
  tabs,
  selected,
  onSelect,
  panelId,
}: {
  label: string;
  tabs: readonly { readonly id: T; readonly title: string }[];
  selected: T;
  onSelect: (id: T) => void;
  panelId: string;
}): ReactElement {
  const row = useRef<HTMLDivElement>(null);
  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = tabs.findIndex(({ id }) => id === selected);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    onSelect(next.id);
    row.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div
      ref={row}
      role="tablist"
      aria-label={label}
      className="flex flex-wrap gap-5 border-b border-line"
      onKeyDown={walk}
    >
      {tabs.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          role="tab"
          data-tab={id}
          aria-selected={id === selected}
          aria-controls={id === selected ? panelId : undefined}
          tabIndex={id === selected ? 0 : -1}
          onClick={() => onSelect(id)}
          className={`-mb-px border-b-2 pt-1 pb-2 ${
            id === selected ? 'border-accent font-medium' : 'border-transparent text-soft hover:text-ink'
          }`}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
