import type { ReactElement } from 'react';

/** A choice in a row or above a list, where what is around it says what it is for: its name is for assistive technology alone. */
export function BareSelect<T extends string>({
  label,
  value,
  options,
  onChange,
  disabled = false,
  narrow = false,
}: {
  label: string;
  value: T;
  options: readonly { readonly value: T; readonly text: string }[];
  onChange: (value: T) => void;
  disabled?: boolean;
  /** Long names are cut; the list that opens has them whole. */
  narrow?: boolean;
}): ReactElement {
  return (
    <select
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={({ target }) => {
        const chosen = options.find((option) => option.value === target.value);
        if (chosen !== undefined) onChange(chosen.value);
      }}
      className={`rounded-md border border-line bg-card px-2.5 py-1.5 text-ink ${narrow ? 'max-w-44' : 'max-w-full'}`}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text}
        </option>
      ))}
    </select>
  );
}
