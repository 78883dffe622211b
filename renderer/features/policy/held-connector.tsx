import type { ReactElement } from 'react';
import type { PinDiff } from '../../../preload/contract/pin.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { HeldItem } from './held-item.tsx';
import type { HeldConnector } from './pins-model.ts';
import { many } from './policy-words.ts';

/** Everything of one connector that waits for a look. */
export function HeldConnectorSection({
  held: { connector, held, isUnreadable },
  onChanged,
}: {
  held: HeldConnector;
  onChanged: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const query = useQuery('pins.diff', isUnreadable ? undefined : { connector });
  const accept = async (diffs: readonly PinDiff[]): Promise<void> => {
    // What is agreed to is what is shown here: each by the hash of what was seen.
    const items = diffs.flatMap(({ pin: { kind, name, seen } }) => (seen === undefined ? [] : [{ kind, name, seen }]));
    const done = await action.run(() => call('pins.accept', { connector, items }));
    query.reload();
    if (done !== undefined) onChanged();
  };
  const forget = async (): Promise<void> => {
    const done = await action.run(() => call('pins.reset', { connector }));
    if (done !== undefined) onChanged();
  };
  const diffs = query.value ?? [];
  return (
    <Section
      title={connector}
      aside={
        isUnreadable ? (
          <Button variant="danger" busy={action.busy} onClick={() => void forget()}>
            Forget what was agreed to
          </Button>
        ) : diffs.length > 1 ? (
          <Button busy={action.busy} onClick={() => void accept(diffs)}>
            Agree to all {diffs.length}
          </Button>
        ) : null
      }
    >
      <div className="space-y-2 px-4 pb-3 text-soft">
        {isUnreadable ? (
          <p>
            What was agreed to of <VisibleText text={connector} max={64} /> cannot be read, so nothing of it is used. If
            you forget it, what its server offers next is taken as it is then.
          </p>
        ) : (
          <p>
            {many(held.length, 'item')} held back: hidden from clients, and refused. Nothing happens until you agree;
            the rest of the connector goes on.
          </p>
        )}
        {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
        {action.waitingForYes ? <WaitingForYes /> : null}
      </div>
      {query.kind === 'failed' && query.failure !== undefined ? (
        <div className="border-t border-line p-3">
          <ErrorBox failure={query.failure} onRetry={query.reload} />
        </div>
      ) : !isUnreadable && query.kind === 'loading' ? (
        <Loading rows={3} />
      ) : null}
      <ul>
        {diffs.map((diff) => (
          <HeldItem
            key={`${diff.pin.kind} ${diff.pin.name}`}
            diff={diff}
            busy={action.busy}
            onAccept={() => void accept([diff])}
          />
        ))}
      </ul>
    </Section>
  );
}
