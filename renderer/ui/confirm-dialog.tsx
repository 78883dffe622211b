import type { ReactElement, ReactNode } from 'react';
import { useAction } from '../state/use-action.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorBox } from './error-box.tsx';
import { WaitingForYes } from './waiting-for-yes.tsx';

/** Asks before something is taken away that has to be made anew. */
export function ConfirmDialog({
  title,
  action,
  does,
  onClose,
  onDone,
  children,
}: {
  title: string;
  /** On the button: what happens. */
  action: string;
  does: () => Promise<unknown>;
  onClose: () => void;
  onDone: () => void;
  children: ReactNode;
}): ReactElement {
  const { run, busy, waitingForYes, failure } = useAction();
  const go = async (): Promise<void> => {
    const isDone = await run(async () => {
      await does();
      return true;
    });
    if (isDone === true) onDone();
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onClick={onClose}>
            Cancel
          </Button>
          <Button variant="danger" busy={busy} onClick={() => void go()}>
            {action}
          </Button>
        </>
      }
    >
      {children}
      {waitingForYes ? <WaitingForYes /> : null}
      {failure === undefined ? null : <ErrorBox failure={failure} />}
    </Dialog>
  );
}
