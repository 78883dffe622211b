import type { ReactElement, ReactNode } from 'react';

/** How every field looks. */
export const BOX =
  'w-full rounded-md border border-line bg-card px-2.5 py-1.5 text-ink placeholder:text-soft aria-invalid:border-bad';

export interface FieldProps {
  readonly label: string;
  /** Below the field; what it is for. */
  readonly hint?: ReactNode | undefined;
  /** What is wrong with it; says so to assistive technology too. */
  readonly problem?: ReactNode | undefined;
}

/** A field with its name above it, and what is to be known of it below. */
export function Labelled({
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

/** Joins a field with what stands below it, for assistive technology. */
export function described(
  id: string,
  { hint, problem }: Pick<FieldProps, 'hint' | 'problem'>,
): { 'aria-describedby'?: string; 'aria-invalid'?: true } {
  const ids = [hint === undefined ? [] : `${id}-hint`, problem === undefined ? [] : `${id}-problem`].flat();
  return {
    ...(ids.length === 0 ? {} : { 'aria-describedby': ids.join(' ') }),
    ...(problem === undefined ? {} : { 'aria-invalid': true as const }),
  };
}
