import { useRef, useState, type FormEvent, type ReactElement } from 'react';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';

const MIN_PASSPHRASE = 8;

/** Makes the encrypted file, or opens it. The passphrase goes in; nothing shows it or keeps it here. */
export function VaultDialog({
  mode,
  onClose,
  onDone,
}: {
  mode: 'create' | 'unlock';
  onClose: () => void;
  onDone: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const first = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const second = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const [problem, setProblem] = useState<string>();
  const isNew = mode === 'create';

  const open = async (): Promise<void> => {
    if (busy) return;
    const passphrase = takeSecret(first.current);
    const again = takeSecret(second.current);
    const wrong =
      passphrase === ''
        ? 'Type the passphrase.'
        : isNew && passphrase.length < MIN_PASSPHRASE
          ? `Take at least ${MIN_PASSPHRASE} characters. Several words are good.`
          : isNew && passphrase !== again
            ? 'The two were not the same. Type both again.'
            : undefined;
    setProblem(wrong);
    if (wrong !== undefined) return;
    const state = await run(() =>
      isNew ? call('secrets.createVault', { passphrase }) : call('secrets.unlock', { passphrase }),
    );
    if (state !== undefined) onDone();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void open();
  };

  return (
    <Dialog
      title={isNew ? 'Keep secrets in an encrypted file' : 'Unlock your secrets'}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="vault-passphrase" busy={busy}>
            {isNew ? 'Make the file' : 'Unlock'}
          </Button>
        </>
      }
    >
      {isNew ? (
        <p className="text-soft">
          New secrets go into a file in the companion’s folder that only this passphrase opens. You type it again after
          each start. Nobody can recover it. Secrets that are in the keychain already stay there.
        </p>
      ) : null}
      <form id="vault-passphrase" className="space-y-4" onSubmit={submit}>
        <SecretField label="Passphrase" field={first} autoFocus {...(problem === undefined ? {} : { problem })} />
        {isNew ? <SecretField label="The same once more" field={second} /> : null}
      </form>
      {waitingForYes ? <WaitingForYes /> : null}
      {failure === undefined ? null : <ErrorBox failure={failure} />}
    </Dialog>
  );
}
