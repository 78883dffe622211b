import { useId, type ReactElement } from 'react';
import { visibleLabel } from '../../../preload/contract/visible-characters.ts';
import { BOX, described, Labelled } from '../../ui/labelled.tsx';

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
  return (
    <Labelled id={id} label={label} hint={hint} problem={problem}>
      <input
        id={id}
        list={`${id}-names`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        className={`${BOX} font-mono text-xs`}
        {...described(id, { hint, problem })}
      />
      <datalist id={`${id}-names`}>
        {names.slice(0, MAX_OFFERED).map((name) => (
          <option key={name} value={name} label={visibleLabel(name, 80)} />
        ))}
      </datalist>
    </Labelled>
  );
}
