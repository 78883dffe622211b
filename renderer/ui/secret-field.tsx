import { useId, useState, type ReactElement, type ReactNode, type Ref } from 'react';
import { BOX, described, Labelled } from './labelled.tsx';

/**
 * A value that goes in and is never shown. It stands in the field alone, not in what the page knows: whoever draws it reads it
 * once with {@link takeSecret}, which empties the field. `lines`: a key of several lines may be pasted, which a password field
 * would make into one.
 */
export function SecretField({
  label,
  field,
  hint,
  problem,
  lines = false,
  autoFocus = false,
}: {
  label: string;
  field: Ref<HTMLInputElement & HTMLTextAreaElement>;
  hint?: ReactNode;
  problem?: ReactNode;
  lines?: boolean;
  autoFocus?: boolean;
}): ReactElement {
  const id = useId();
  const [isLong, setLong] = useState(false);
  const shared = {
    id,
    ref: field,
    autoComplete: 'new-password',
    spellCheck: false,
    autoCapitalize: 'none',
    ...described(id, { hint, problem }),
  } as const;
  return (
    <Labelled id={id} label={label} hint={hint} problem={problem}>
      {isLong ? (
        <textarea {...shared} rows={5} className={`${BOX} font-mono text-xs/5 [-webkit-text-security:disc]`} />
      ) : (
        <input {...shared} type="password" autoFocus={autoFocus} className={BOX} />
      )}
      {lines ? (
        <label className="flex items-center gap-1.5 text-soft">
          <input type="checkbox" checked={isLong} onChange={(event) => setLong(event.target.checked)} />
          It has several lines, like a private key
        </label>
      ) : null}
    </Labelled>
  );
}

/** What stands in the field, once: it is empty afterwards. */
export function takeSecret(field: HTMLInputElement | HTMLTextAreaElement | null): string {
  const value = field?.value ?? '';
  if (field !== null) field.value = '';
  return value;
}
