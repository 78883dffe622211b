import { useId, type ChangeEvent, type ReactElement, type ReactNode } from 'react';

const BOX =
  'w-full rounded-md border border-line bg-card px-2.5 py-1.5 text-ink placeholder:text-soft aria-invalid:border-bad';

interface FieldProps {
  readonly label: string;
  /** Below the field; what it is for. */
  readonly hint?: ReactNode;
  /** What is wrong with it; says so to assistive technology too. */
  readonly problem?: ReactNode;
}

function Labelled({
  id,
  label,
  hint,
  problem,
  children,
}: FieldProps & { id: string; children: ReactNode }): ReactElement {
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
      {children}
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="text-xs text-soft">
          {hint}
        </p>
      )}
      {problem === undefined ? null : (
        <p id={`${id}-problem`} role="alert" className="text-xs text-bad">
          {problem}
        </p>
      )}
    </div>
  );
}

function described(id: string, { hint, problem }: FieldProps): { 'aria-describedby'?: string; 'aria-invalid'?: true } {
  const ids = [hint === undefined ? [] : `${id}-hint`, problem === undefined ? [] : `${id}-problem`].flat();
  return {
    ...(ids.length === 0 ? {} : { 'aria-describedby': ids.join(' ') }),
    ...(problem === undefined ? {} : { 'aria-invalid': true as const }),
  };
}

type Change = (value: string) => void;
const change =
  (onChange: Change) =>
  (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>): void =>
    onChange(event.target.value);

/** One line of text. `secret`: shown as dots, never offered again by the browser. */
export function TextField({
  value,
  onChange,
  placeholder,
  secret = false,
  mono = false,
  autoFocus,
  ...field
}: FieldProps & {
  value: string;
  onChange: Change;
  placeholder?: string;
  secret?: boolean;
  mono?: boolean;
  autoFocus?: boolean;
}): ReactElement {
  const id = useId();
  return (
    <Labelled id={id} {...field}>
      <input
        id={id}
        type={secret ? 'password' : 'text'}
        value={value}
        onChange={change(onChange)}
        placeholder={placeholder}
        autoComplete={secret ? 'new-password' : 'off'}
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
