import { useId, type ReactElement } from 'react';

const MAX_OFFERED = 200;

/** A line of text with names to choose from; anything else can be typed too. */
export function NameField({
  label,
  value,
  onChange,
  names,
  hint,
  problem,
  placeholder,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  names: readonly string[];
  hint?: string | undefined;
  problem?: string | undefined;
  placeholder?: string | undefined;
}): ReactElement {
  const id = useId();
  const described = [hint === undefined ? [] : `${id}-hint`, problem === undefined ? [] : `${id}-problem`].flat();
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
      <input
        id={id}
        list={`${id}-names`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={described.length === 0 ? undefined : described.join(' ')}
        className="w-full rounded-md border border-line bg-card px-2.5 py-1.5 font-mono text-xs text-ink placeholder:text-soft aria-invalid:border-bad"
      />
      <datalist id={`${id}-names`}>
        {names.slice(0, MAX_OFFERED).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
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
