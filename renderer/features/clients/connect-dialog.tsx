import { useState, type ReactElement } from 'react';
import type { ClientView } from '../../../preload/contract/client.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { ChangeDialog } from './change-dialog.tsx';

/** Chooses which connectors a client starts through the companion, and shows the change before it is written. */
export function ConnectDialog({
  client,
  available,
  onClose,
}: {
  client: ClientView;
  /** Names of connectors that it does not start yet. */
  available: readonly string[];
  onClose: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const [chosen, setChosen] = useState<readonly string[]>(available);
  const connectors = available.filter((name) => chosen.includes(name));
  const input = { client: client.id, connectors };
  const preview = useQuery('clients.preview', connectors.length === 0 ? undefined : input, { on: [] });
  const connect = async (): Promise<void> => {
    if ((await action.run(() => call('clients.connect', input))) !== undefined) onClose();
  };
  return (
    <ChangeDialog
      title={`Connect ${client.title}`}
      about={`${client.title} starts these servers through the companion from then on. Your rules decide about every call.`}
      query={connectors.length === 0 ? { ...preview, kind: 'ready' } : preview}
      change={connectors.length === 0 ? undefined : preview.value}
      action={action}
      confirm="Connect"
      onConfirm={() => void connect()}
      onClose={onClose}
    >
      <fieldset className="space-y-1">
        <legend className="mb-1 font-medium">Connectors</legend>
        {available.map((name) => (
          <label key={name} className="flex items-center gap-2">
            <input
              type="checkbox"
              className="size-4"
              checked={chosen.includes(name)}
              onChange={(event) =>
                setChosen((before) =>
                  event.target.checked ? [...before, name] : before.filter((other) => other !== name),
                )
              }
            />
            <VisibleText text={name} />
          </label>
        ))}
      </fieldset>
    </ChangeDialog>
  );
}
