import type { ReactElement } from 'react';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Card, Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Switch } from '../../ui/switch.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { HeldConnectorSection } from './held-connector.tsx';
import { heldBack, pinnedCounts } from './pins-model.ts';
import { many } from './policy-words.ts';

/** Tools and prompts that are not what was agreed to, and what happens to new ones. */
export function PinsTab({ newItems, onChanged }: { newItems: 'pin' | 'ask'; onChanged: () => void }): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const query = useQuery('pins.list', {});
  const held = heldBack(query.value ?? []);
  const counts = [...pinnedCounts(query.value ?? [])];
  const setNewItems = async (mode: 'pin' | 'ask'): Promise<void> => {
    const done = await action.run(() => call('pins.newItems', { mode }));
    if (done !== undefined) onChanged();
  };
  return (
    <div className="space-y-4">
      <Card className="space-y-2 p-4">
        <p className="max-w-prose text-soft">
          The companion remembers each tool as you first saw it. One that changes later is hidden and refused until you
          looked at the difference: a tool that said it reads may say something else tomorrow.
        </p>
        <div className="flex items-center gap-3">
          <Switch
            label="Ask about new tools too"
            on={newItems === 'ask'}
            disabled={action.busy}
            onChange={(on) => void setNewItems(on ? 'ask' : 'pin')}
          />
          <span>
            Ask about new tools too.{' '}
            <span className="text-soft">A new connector then offers nothing until you agreed to what it has.</span>
          </span>
        </div>
        {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
        {action.waitingForYes ? <WaitingForYes /> : null}
      </Card>
      {query.kind === 'failed' && query.failure !== undefined ? (
        <ErrorBox failure={query.failure} onRetry={query.reload} />
      ) : null}
      {query.kind === 'loading' ? <Loading rows={4} /> : null}
      {query.kind === 'ready' && held.length === 0 ? (
        <Section title="Held back">
          <Empty>Nothing is held back: every tool is what you agreed to.</Empty>
        </Section>
      ) : null}
      {held.map((one) => (
        <HeldConnectorSection key={one.connector} held={one} onChanged={query.reload} />
      ))}
      {counts.length === 0 ? null : (
        <Section title="As agreed to">
          <ul>
            {counts.map(([connector, count]) => (
              <li key={connector} className="flex justify-between gap-3 border-t border-line px-4 py-2">
                <VisibleText text={connector} max={64} />
                <span className="text-soft">{many(count, 'item')}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}
