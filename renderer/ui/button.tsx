import type { ButtonHTMLAttributes, ReactElement } from 'react';

export type ButtonVariant = 'primary' | 'plain' | 'danger' | 'ghost';

const VARIANTS: Readonly<Record<ButtonVariant, string>> = {
  primary: 'border-transparent bg-accent text-white hover:brightness-110',
  plain: 'border-line bg-card text-ink hover:bg-sunk',
  danger: 'border-line bg-card text-ink hover:border-bad-line hover:bg-bad-soft hover:text-bad',
  ghost: 'border-transparent text-accent-ink hover:bg-sunk',
};

/** A button. `busy` keeps its place and its name, shows that it works, and takes no second click. */
export function Button({
  variant = 'plain',
  busy = false,
  disabled,
  className = '',
  children,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { variant?: ButtonVariant; busy?: boolean }): ReactElement {
  return (
    <button
      {...rest}
      // A form is not sent a second time either.
      type={busy ? 'button' : (rest.type ?? 'button')}
      aria-busy={busy}
      aria-disabled={disabled === true || busy}
      disabled={disabled === true}
      onClick={busy ? undefined : rest.onClick}
      className={`inline-flex min-h-8 items-center justify-center gap-1.5 rounded-md border px-3 py-1 font-medium whitespace-nowrap disabled:cursor-not-allowed disabled:opacity-50 ${VARIANTS[variant]} ${busy ? 'opacity-70' : ''} ${className}`}
    >
      {busy ? (
        <span
          aria-hidden="true"
          className="size-3 animate-spin rounded-full border-2 border-current border-r-transparent"
        />
      ) : null}
      {children}
    </button>
  );
}
