import { useState, type ReactElement } from 'react';
import type { ClientView, FoundServer } from '../../../preload/contract/client.ts';
import type { DefaultMode } from '../../../preload/contract/policy.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { useSettled } from '../../state/use-settled.ts';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select, TextField } from '../../ui/fields.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { ChangePreview } from './change-preview.tsx';
import { DEFAULTS, namedValues } from './client-model.ts';
import { MovedValues } from './moved-values.tsx';
import { RunsDetail } from './runs-detail.tsx';

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const SETTLE_MS = 250;

/** Everything that bringing a server in does, before it is done. The approval window asks about the whole of it once more. */
export function BringInDialog({
  server,
  client,
  onClose,
}: {
  server: FoundServer;
  client: Pick<ClientView, 'id' | 'title'>;
  onClose: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const [name, setName] = useState(server.suggestedName);
  const [mode, setMode] = useState<DefaultMode>('read-only');
  const values = namedValues(server);
  const [moved, setMoved] = useState<readonly string[]>(() =>
    values.filter(({ looksSecret }) => looksSecret).map((value) => value.name),
  );
  const isName = NAME.test(name);
  const settledName = useSettled(name, SETTLE_MS);
  const input = { client: client.id, entry: server.entry, name: settledName, default: mode, moveSecrets: [...moved] };
  const preview = useQuery('clients.bringInPreview', NAME.test(settledName) ? input : undefined, { on: [] });
  const isCurrent = isName && settledName === name;
  const shown = isCurrent && preview.failure === undefined ? preview.value : undefined;
  const needsKeychain = preview.failure?.code.startsWith('E_KEYCHAIN') === true && moved.length > 0;

  const bringIn = async (): Promise<void> => {
    if (shown === undefined) return;
    const { hash } = shown.consent;
    if ((await action.run(() => call('clients.bringIn', { ...input, consentHash: hash }))) !== undefined) onClose();
  };
  return (
    <Dialog
      title={
        <>
          Bring in “<VisibleText text={server.entry} max={100} />” of {client.title}
        </>
      }
      onClose={onClose}
      wide
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={action.busy} disabled={shown === undefined} onClick={() => void bringIn()}>
            Bring in
          </Button>
        </>
      }
    >
      <p className="text-soft">
        It becomes a connector: {client.title} starts it through the companion, your rules decide about every call, and
        every call is recorded.
      </p>
      {action.waitingForYes ? <WaitingForYes /> : null}
      {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          mono
          {...(isName
            ? {}
            : { problem: 'Use a to z, 0 to 9, "-" and "_", at most 63, and begin with a letter or digit.' })}
        />
        <Select label="Calls that no rule names" value={mode} onChange={setMode} options={DEFAULTS} />
      </div>
      <MovedValues values={values} moved={moved} onChange={setMoved} isHttp={server.target.kind === 'http'} />
      {preview.failure === undefined ? null : (
        <div className="space-y-2">
          <ErrorBox failure={preview.failure} onRetry={preview.reload} />
          {needsKeychain ? <Button onClick={() => setMoved([])}>Leave the values where they are</Button> : null}
        </div>
      )}
      {preview.kind === 'loading' && isName ? <Loading rows={5} /> : null}
      {shown === undefined ? null : (
        <>
          <RunsDetail request={shown.consent} />
          <ChangePreview change={shown.change} />
          {shown.notes.map((note) => (
            <p key={note} className="text-soft">
              <VisibleText text={note} />
            </p>
          ))}
        </>
      )}
    </Dialog>
  );
}
