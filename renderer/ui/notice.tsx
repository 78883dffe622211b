import type { ReactElement, ReactNode } from 'react';
import { Icon } from './icon.tsx';
import { VisibleText } from './visible-text.tsx';

const QUOTED_COMMAND = /"(runlayer [a-z -]+)"/;

/** The command that a failure's next step names, if it names one. */
export function commandOf(next: string): string | undefined {
  return QUOTED_COMMAND.exec(next)?.[1];
}

/** A line across the page about something that happened; `alert` interrupts a screen reader, `status` waits. */
export function Notice({
  role,
  tone,
  children,
  onDismiss,
}: {
  role: 'alert' | 'status';
  tone: 'bad' | 'warn';
  children: ReactNode;
  onDismiss?: () => void;
}): ReactElement {
  const colors = tone === 'bad' ? 'border-bad-line bg-bad-soft text-bad' : 'border-warn-line bg-warn-soft text-warn';
  return (
    <div role={role} className={`flex items-center gap-3 rounded-xl border px-4 py-2.5 ${colors}`}>
      <Icon name={tone === 'bad' ? 'shieldOff' : 'shieldAlert'} className="size-4.5" />
      <div className="min-w-0 flex-1">{children}</div>
      {onDismiss === undefined ? null : (
        <button type="button" aria-label="Dismiss" className="rounded p-1 hover:bg-card" onClick={onDismiss}>
          <Icon name="close" className="size-3.5" />
        </button>
      )}
    </div>
  );
}

export function FailureText({ message, next }: { message: string; next: string }): ReactElement {
  return (
    <>
      <strong className="font-semibold">
        <VisibleText text={message} />
      </strong>{' '}
      <VisibleText text={next} />
    </>
  );
}
