import type { ReactElement } from 'react';

/** On or off, at once. `label` is its name for assistive technology. */
export function Switch({
  label,
  on,
  onChange,
  disabled = false,
}: {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  disabled?: boolean;
}): ReactElement {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      disabled={disabled}
      onClick={() => onChange(!on)}
      className={`inline-flex h-5 w-9 shrink-0 items-center rounded-full border p-0.5 transition-colors disabled:cursor-not-allowed disabled:opacity-50 ${
        on ? 'border-transparent bg-accent' : 'border-soft bg-sunk'
      }`}
    >
      <span className={`size-3.5 rounded-full transition-transform ${on ? 'translate-x-4 bg-white' : 'bg-soft'}`} />
    </button>
  );
}
