import type { ReactElement } from 'react';
import type { ClientView } from '../../../preload/contract/client.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { ChangeDialog } from './change-dialog.tsx';

interface ChangeProps {
  readonly client: Pick<ClientView, 'id' | 'title'>;
  readonly onClose: () => void;
}

/** Our entry again, where something else took it out, changed it, or another server stands. */
export function PutDialog({
  client,
  connector,
  inPlaceOf,
  onClose,
}: ChangeProps & { connector: string; inPlaceOf?: string }): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const input = { client: client.id, connectors: [connector], ...(inPlaceOf === undefined ? {} : { inPlaceOf }) };
  const preview = useQuery('clients.preview', input, { on: [] });
  return (
    <ChangeDialog
      title={`Let ${client.title} start "${connector}" through the companion`}
      about="Only this entry changes. You can undo it."
      query={preview}
      change={preview.value}
      action={action}
      confirm="Write it"
      onConfirm={() =>
        void action
          .run(() => call('clients.connect', input))
          .then((done) => {
            if (done !== undefined) onClose();
          })
      }
      onClose={onClose}
    />
  );
}

/** Takes our entries out. `connector`: that one alone. */
export function DisconnectDialog({ client, connector, onClose }: ChangeProps & { connector?: string }): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const input = { client: client.id, ...(connector === undefined ? {} : { connector }) };
  const preview = useQuery('clients.disconnect', { ...input, dryRun: true }, { on: [] });
  const what = connector === undefined ? 'all connectors' : `"${connector}"`;
  return (
    <ChangeDialog
      title={`Take ${what} out of ${client.title}`}
      about={`${client.title} cannot use it any more. The connector stays here, and you can connect it again.`}
      query={preview}
      change={preview.value}
      action={action}
      confirm="Take it out"
      variant="danger"
      onConfirm={() =>
        void action
          .run(() => call('clients.disconnect', { ...input, dryRun: false }))
          .then((done) => {
            if (done !== undefined) onClose();
          })
      }
      onClose={onClose}
    />
  );
}

/** Takes our last change to the client's file back. */
export function UndoDialog({ client, onClose }: ChangeProps): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const preview = useQuery('clients.undoPreview', { client: client.id }, { on: [] });
  const hash = preview.value?.consentHash;
  return (
    <ChangeDialog
      title={`Undo the last change to ${client.title}`}
      about={
        hash === undefined
          ? 'The file becomes what it was before our last change.'
          : `The file becomes what it was before. ${client.title} then starts a server without the companion again: no rule decides about it, and nothing is recorded. The approval window asks you first.`
      }
      query={preview}
      change={preview.value?.change}
      action={action}
      confirm="Undo"
      variant="danger"
      onConfirm={() =>
        void action
          .run(() => call('clients.undo', { client: client.id, ...(hash === undefined ? {} : { consentHash: hash }) }))
          .then((done) => {
            if (done !== undefined) onClose();
          })
      }
      onClose={onClose}
    />
  );
}
