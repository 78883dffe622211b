import { useState, type ReactElement } from 'react';
import type { PolicyView } from '../../../preload/contract/policy-page.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Icon } from '../../ui/icon.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { ChainEditor } from './chain-editor.tsx';
import { Findings, Sentence } from './sentence.tsx';

/** What is asked about, or denied, only after a certain answer. */
export function ChainsTab({ view, onChanged }: { view: PolicyView; onChanged: () => void }): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const [isAdding, setAdding] = useState(false);
  const remove = async (id: string): Promise<void> => {
    const gone = await action.run(() => call('policy.removeChain', { id }));
    if (gone !== undefined) onChanged();
  };
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="max-w-prose text-soft">
          A chain looks at two calls together: after an answer from one tool, another one is asked about or denied. So a
          page that was read cannot send your files on its own.
        </p>
        <Button variant="primary" onClick={() => setAdding(true)}>
          <Icon name="plus" /> New chain
        </Button>
      </div>
      {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
      {action.waitingForYes ? <WaitingForYes /> : null}
      <Section title="Chains">
        {view.chains.length === 0 ? <Empty>There are no chains yet: each call is decided by itself.</Empty> : null}
        <ul>
          {view.chains.map(({ chain, sentence, full, findings }) => (
            <li key={chain.id} className="flex items-start gap-3 border-t border-line px-4 py-2.5">
              <div className="min-w-0 flex-1">
                <div className="font-medium">
                  <Sentence sentence={sentence} full={full} />
                </div>
                {chain.note === undefined ? null : (
                  <div className="text-soft">
                    <VisibleText text={chain.note} max={500} />
                  </div>
                )}
                <div className="mt-0.5 font-mono text-xs text-soft">{chain.id}</div>
                <Findings findings={findings} />
              </div>
              <button
                type="button"
                aria-label={`Remove chain ${chain.id}`}
                className="rounded p-1.5 text-soft hover:bg-sunk hover:text-bad"
                onClick={() => void remove(chain.id)}
              >
                <Icon name="trash" />
              </button>
            </li>
          ))}
        </ul>
      </Section>
      {isAdding ? (
        <ChainEditor
          onClose={() => setAdding(false)}
          onSaved={() => {
            setAdding(false);
            onChanged();
          }}
        />
      ) : null}
    </div>
  );
}
