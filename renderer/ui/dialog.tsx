import { useEffect, useId, useRef, type ReactElement, type ReactNode } from 'react';
import { Icon } from './icon.tsx';

/**
 * A dialog over the page: the browser's own, which keeps the focus inside, gives it back, and closes on Escape. It is open as
 * long as it is drawn.
 */
export function Dialog({
  title,
  onClose,
  footer,
  wide = false,
  children,
}: {
  title: ReactNode;
  onClose: () => void;
  footer?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className={`m-auto max-h-[calc(100dvh-2rem)] w-[calc(100%-2rem)] flex-col rounded-xl border border-line bg-card p-0 text-ink shadow-xl backdrop:bg-black/40 open:flex ${wide ? 'max-w-3xl' : 'max-w-xl'}`}
    >
      <div className="flex items-center justify-between gap-4 border-b border-line px-4 py-3">
        <h2 id={id} className="min-w-0 font-semibold">
          {title}
        </h2>
        <button type="button" aria-label="Close" className="rounded p-1 text-soft hover:bg-sunk" onClick={onClose}>
          <Icon name="close" className="size-4" />
        </button>
      </div>
      <div className="min-h-0 flex-1 space-y-4 overflow-y-auto px-4 py-4">{children}</div>
      {footer === undefined ? null : (
        <div className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">{footer}</div>
      )}
    </dialog>
  );
}
