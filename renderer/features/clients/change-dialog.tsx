import type { ReactElement, ReactNode } from 'react';
import type { ClientChange } from '../../../preload/contract/client.ts';
import type { Action } from '../../state/use-action.ts';
import type { Query } from '../../state/use-query.ts';
import { Button, type ButtonVariant } from '../../ui/button.tsx';
import { Loading } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { ChangePreview } from './change-preview.tsx';

/** A change to a client's file: exactly what would be written, then a button that writes it. */
export function ChangeDialog({
  title,
  about,
  query,
  change,
  action,
  confirm,
  variant = 'primary',
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  about: ReactNode;
  query: Pick<Query<unknown>, 'kind' | 'failure' | 'reload'>;
  change: ClientChange | undefined;
  action: Action;
  confirm: string;
  variant?: ButtonVariant;
  onConfirm: () => void;
  onClose: () => void;
  children?: ReactNode;
}): ReactElement {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      wide
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant={variant} busy={action.busy} disabled={change === undefined} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      <p className="text-soft">{about}</p>
      {children}
      {query.kind === 'loading' ? <Loading rows={4} /> : null}
      {query.failure === undefined ? null : <ErrorBox failure={query.failure} onRetry={query.reload} />}
      {change === undefined ? null : <ChangePreview change={change} />}
      {action.waitingForYes ? <WaitingForYes /> : null}
      {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
    </Dialog>
  );
}
