import { useId, useState, type ReactElement, type ReactNode, type Ref } from 'react';

const BOX = 'w-full rounded-md border border-line bg-card px-2.5 py-1.5 text-ink aria-invalid:border-bad';

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
  const described = [hint === undefined ? '' : `${id}-hint`, problem === undefined ? '' : `${id}-problem`]
    .join(' ')
    .trim();
  const shared = {
    id,
    ref: field,
    autoComplete: 'new-password',
    spellCheck: false,
    autoCapitalize: 'none',
    'aria-invalid': problem !== undefined,
    ...(described === '' ? {} : { 'aria-describedby': described }),
  } as const;
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
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

/** What stands in the field, once: it is empty afterwards. */
export function takeSecret(field: HTMLInputElement | HTMLTextAreaElement | null): string {
  const value = field?.value ?? '';
  if (field !== null) field.value = '';
  return value;
}
