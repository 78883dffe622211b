import { useId, type ChangeEvent, type ReactElement } from 'react';
import { BOX, described, Labelled, type FieldProps } from './labelled.tsx';

type Change = (value: string) => void;
const change =
  (onChange: Change) =>
  (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>): void =>
    onChange(event.target.value);

/** One line of text. */
export function TextField({
  value,
  onChange,
  placeholder,
  mono = false,
  autoFocus,
  ...field
}: FieldProps & {
  value: string;
  onChange: Change;
  placeholder?: string;
  mono?: boolean;
  autoFocus?: boolean;
}): ReactElement {
  const id = useId();
  return (
    <Labelled id={id} {...field}>
      <input
        id={id}
        type="text"
        value={value}
        onChange={change(onChange)}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        autoFocus={autoFocus}
        className={`${BOX} ${mono ? 'font-mono text-xs' : ''}`}
        {...described(id, field)}
      />
    </Labelled>
  );
}

export function TextArea({
  value,
  onChange,
  rows = 4,
  placeholder,
  ...field
}: FieldProps & { value: string; onChange: Change; rows?: number; placeholder?: string }): ReactElement {
  const id = useId();
  return (
    <Labelled id={id} {...field}>
      <textarea
        id={id}
        rows={rows}
        value={value}
        onChange={change(onChange)}
        placeholder={placeholder}
        spellCheck={false}
        className={`${BOX} font-mono text-xs/5`}
        {...described(id, field)}
      />
    </Labelled>
  );
}

export function Select<T extends string>({
  value,
  onChange,
  options,
  ...field
}: FieldProps & {
  value: T;
  onChange: (value: T) => void;
  options: readonly { readonly value: T; readonly text: string }[];
}): ReactElement {
  const id = useId();
  return (
    <Labelled id={id} {...field}>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
        className={BOX}
        {...described(id, field)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

export function SearchField({
  label,
  value,
  onChange,
  placeholder,
}: {
  label: string;
  value: string;
  onChange: Change;
  placeholder?: string;
}): ReactElement {
  return (
    <input
      type="search"
      aria-label={label}
      value={value}
      onChange={change(onChange)}
      placeholder={placeholder}
      autoComplete="off"
      spellCheck={false}
      className={`${BOX} max-w-sm`}
    />
  );
}
