import { useState, type FormEvent, type ReactElement } from 'react';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select, TextField } from '../../ui/fields.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { endpointProblem } from './settings-model.ts';

/** An address that takes the audit trail. The yes to it is given in the approval window, with the whole address. */
export function EndpointDialog({ onClose }: { onClose: () => void }): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const secrets = useQuery('secrets.list', {});
  const [url, setUrl] = useState('');
  const [secret, setSecret] = useState('');
  const [isTried, setTried] = useState(false);
  const problem = endpointProblem(url.trim());
  const names = (secrets.value ?? [])
    .filter(({ uses }) => !uses.some(({ by }) => by === 'companion'))
    .map(({ name }) => name);

  const store = async (): Promise<void> => {
    setTried(true);
    if (problem !== undefined || busy) return;
    const endpoint = {
      url: url.trim(),
      ...(secret === '' ? {} : { authorization: `Bearer keychain:${secret}` }),
    };
    if ((await run(() => call('audit.setEndpoint', { endpoint }))) !== undefined) onClose();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void store();
  };

  return (
    <Dialog
      title="Deliver the audit trail"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="audit-endpoint" busy={busy}>
            Deliver it there
          </Button>
        </>
      }
    >
      <p className="text-soft">
        Every call is told there from now on: who called which tool, when, with which short values, and what was
        decided. Secrets are taken out first.
      </p>
      <form id="audit-endpoint" className="space-y-4" onSubmit={submit}>
        <TextField
          label="Address"
          value={url}
          onChange={setUrl}
          placeholder="https://audit.example.com/ingest"
          mono
          autoFocus
          hint="It takes batches of CloudEvents."
          {...(isTried && problem !== undefined ? { problem } : {})}
        />
        <Select
          label="Authorisation"
          value={secret}
          onChange={setSecret}
          options={[
            { value: '', text: 'None' },
            ...names.map((name) => ({ value: name, text: `Bearer, with the secret ${name}` })),
          ]}
          hint="The address gets the value of this secret."
        />
      </form>
      {waitingForYes ? <WaitingForYes /> : null}
      {failure === undefined ? null : <ErrorBox failure={failure} />}
    </Dialog>
  );
}
