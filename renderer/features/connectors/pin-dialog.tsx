import type { ReactElement } from 'react';
import type { ConnectorTool } from '../../../preload/contract/connector-tool.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Diff } from '../../ui/diff.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';

/** What is different about a tool, and a yes to exactly that. */
export function PinDialog({
  name,
  tool,
  onClose,
  onAccepted,
}: {
  name: string;
  tool: ConnectorTool;
  onClose: () => void;
  onAccepted: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const diff = useQuery('pins.diff', { connector: name, kind: 'tool', name: tool.name });
  const [first] = diff.value ?? [];
  const seen = first?.pin.seen;
  const accept = async (): Promise<void> => {
    if (seen === undefined) return;
    const items = [{ kind: 'tool' as const, name: tool.name, seen }];
    const accepted = await run(() => call('pins.accept', { connector: name, items }));
    if (accepted !== undefined) onAccepted();
  };
  return (
    <Dialog
      wide
      title={
        <>
          {tool.pin === 'new' ? 'New: ' : 'Changed: '}
          <VisibleText text={tool.name} />
        </>
      }
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onClick={onClose}>
            Leave it held back
          </Button>
          <Button busy={busy} disabled={seen === undefined} onClick={() => void accept()}>
            Agree to it as it is now
          </Button>
        </>
      }
    >
      <p>
        {tool.pin === 'new'
          ? 'The server offers a tool that it did not offer before. Clients get it once you agree.'
          : 'This tool is not what you agreed to. A description is read by the model: look for anything that gives orders.'}
      </p>
      {diff.kind === 'loading' ? <Loading rows={3} /> : null}
      {diff.failure === undefined ? null : <ErrorBox failure={diff.failure} onRetry={diff.reload} />}
      {first?.fields.map(({ field, lines }) => (
        <div key={field} className="space-y-1">
          <h3 className="font-medium">
            <VisibleText text={field} />
          </h3>
          <Diff label={`What is different in ${field}`} lines={lines} />
        </div>
      ))}
      {waitingForYes ? <WaitingForYes /> : null}
      {failure === undefined ? null : <ErrorBox failure={failure} />}
    </Dialog>
  );
}
