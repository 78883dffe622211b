import { useRef, useState, type FormEvent, type ReactElement } from 'react';
import type { SecretView } from '../../../preload/contract/secret.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { TextField } from '../../ui/fields.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { nameProblem, placeText } from './secrets-model.ts';

/** What is stored: a new one, one that a connector waits for, or another value for one that is there. */
export type Storing =
  | { readonly kind: 'new' }
  | { readonly kind: 'missing'; readonly name: string; readonly wantedBy: readonly string[] }
  | { readonly kind: 'replace'; readonly secret: SecretView };

function Where({ storing }: { storing: Storing }): ReactElement | null {
  if (storing.kind === 'new') return null;
  const places = storing.kind === 'missing' ? storing.wantedBy : storing.secret.uses.map(placeText);
  return (
    <div className="text-soft">
      {places.length === 0 ? (
        'Nothing uses it now.'
      ) : (
        <>
          Used by{' '}
          <span className="text-ink">
            <VisibleText text={places.join(', ')} max={400} />
          </span>
          .
        </>
      )}{' '}
      {storing.kind === 'replace' ? 'The old value is overwritten and cannot be had back.' : null}
    </div>
  );
}

export function StoreDialog({
  storing,
  taken,
  onClose,
  onStored,
}: {
  storing: Storing;
  taken: readonly string[];
  onClose: () => void;
  onStored: (secret: SecretView) => void;
}): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const fixed = storing.kind === 'new' ? '' : storing.kind === 'missing' ? storing.name : storing.secret.name;
  const [typed, setTyped] = useState(fixed);
  const [isEmpty, setEmpty] = useState(false);
  const name = typed.trim();
  const problem = storing.kind === 'new' ? nameProblem(name, taken) : undefined;

  const store = async (): Promise<void> => {
    if (name === '' || problem !== undefined || busy) return;
    const value = takeSecret(field.current);
    setEmpty(value === '');
    if (value === '') return;
    const stored = await run(() => call('secrets.set', { name, value }));
    if (stored !== undefined) onStored(stored);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void store();
  };

  return (
    <Dialog
      title={
        storing.kind === 'replace' ? `Replace ${fixed}` : storing.kind === 'missing' ? `Store ${fixed}` : 'Add a secret'
      }
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form="store-secret"
            busy={busy}
            disabled={name === '' || problem !== undefined}
          >
            {storing.kind === 'replace' ? 'Replace' : 'Store'}
          </Button>
        </>
      }
    >
      <form id="store-secret" className="space-y-4" onSubmit={submit}>
        {storing.kind === 'new' ? (
          <TextField
            label="Name"
            value={typed}
            onChange={setTyped}
            placeholder="github-token"
            mono
            autoFocus
            hint="A connector names it as keychain:name."
            {...(problem === undefined ? {} : { problem })}
          />
        ) : (
          <Where storing={storing} />
        )}
        <SecretField
          label="Value"
          field={field}
          lines
          autoFocus={storing.kind !== 'new'}
          hint="Nothing shows it again, this page included."
          {...(isEmpty ? { problem: 'Type or paste the value.' } : {})}
        />
      </form>
      {waitingForYes ? <WaitingForYes /> : null}
      {failure === undefined ? null : (
        <>
          <ErrorBox failure={failure} />
          <p className="text-soft">The field was emptied. Type the value again to try once more.</p>
        </>
      )}
    </Dialog>
  );
}
