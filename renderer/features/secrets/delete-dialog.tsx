import type { ReactElement } from 'react';
import type { SecretView } from '../../../preload/contract/secret.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { placeText } from './secrets-model.ts';

export function DeleteDialog({
  secret,
  onClose,
  onDeleted,
}: {
  secret: SecretView;
  onClose: () => void;
  onDeleted: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const remove = async (): Promise<void> => {
    const done = await run(() => call('secrets.remove', { name: secret.name }));
    if (done !== undefined) onDeleted();
  };
  return (
    <Dialog
      title={`Delete ${secret.name}?`}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onClick={onClose}>
            Keep it
          </Button>
          <Button variant="danger" busy={busy} onClick={() => void remove()}>
            Delete
          </Button>
        </>
      }
    >
      <p>The value is deleted from where it is kept and cannot be had back.</p>
      {secret.uses.length === 0 ? (
        <p className="text-soft">Nothing uses it.</p>
      ) : (
        <div>
          <p className="font-medium">These stop working:</p>
          <ul className="mt-1 list-disc space-y-0.5 pl-5">
            {secret.uses.map((use) => (
              <li key={placeText(use)}>
                <VisibleText text={placeText(use)} max={200} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {waitingForYes ? <WaitingForYes /> : null}
      {failure === undefined ? null : <ErrorBox failure={failure} />}
    </Dialog>
  );
}
