import { useState, type ReactElement } from 'react';
import type { NewChain } from '../../../preload/contract/policy.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select, TextField } from '../../ui/fields.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { chainToText, EMPTY_CHAIN, HOLDING_WORDS } from './chain-form.ts';
import { CheckedPanel } from './checked-panel.tsx';
import { NameField } from './name-field.tsx';
import { problemOf } from './problem-of.ts';
import { useDebounced } from './use-debounced.ts';
import { useSteady } from './use-steady.ts';

const PAUSE_MS = 200;
const LABELS = ['anything', 'secret', 'injection'] as const;

/** A chain while it is written. Adding one only tightens, so nothing is asked about it. */
export function ChainEditor({ onClose, onSaved }: { onClose: () => void; onSaved: () => void }): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const [chain, setChain] = useState<NewChain>(EMPTY_CHAIN);
  const text = chainToText(chain);
  const settled = useDebounced(text, PAUSE_MS);
  const query = useQuery('policy.validate', { kind: 'chain', text: settled }, { on: [] });
  const names = useQuery('policy.names', {}, { on: [] });
  const checked = useSteady(query.value);
  const isCurrent = query.kind === 'ready' && settled === text;
  const problems = checked?.problems ?? [];
  const connectors = names.value?.connectors ?? [];
  const tools = (connector: string): string[] => [
    '*',
    ...new Set(connectors.filter(({ name }) => connector === '*' || name === connector).flatMap((one) => one.tools)),
  ];
  const save = async (): Promise<void> => {
    const ready = checked?.ok === true ? checked.chain : undefined;
    if (ready === undefined || !isCurrent) return;
    const done = await action.run(() => call('policy.addChain', ready));
    if (done !== undefined) onSaved();
  };
  const { after, before } = chain;
  return (
    <Dialog
      wide
      title="New chain"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={action.busy}
            disabled={!isCurrent || checked?.ok !== true}
            onClick={() => void save()}
          >
            Save
          </Button>
        </>
      }
    >
      <fieldset className="space-y-3">
        <legend className="mb-1 font-medium">Once this tool</legend>
        <div className="grid items-start gap-3 sm:grid-cols-3">
          <NameField
            label="Connector"
            value={after.connector}
            onChange={(connector) => setChain({ ...chain, after: { ...after, connector } })}
            names={['*', ...connectors.map(({ name }) => name)]}
            problem={problemOf(problems, 'after.connector')}
          />
          <NameField
            label="Tool"
            value={after.tool}
            onChange={(tool) => setChain({ ...chain, after: { ...after, tool } })}
            names={tools(after.connector)}
            problem={problemOf(problems, 'after.tool')}
          />
          <Select
            label="Did this"
            value={after.holding}
            onChange={(holding) => setChain({ ...chain, after: { ...after, holding } })}
            options={LABELS.map((value) => ({ value, text: HOLDING_WORDS[value] }))}
          />
        </div>
      </fieldset>
      <fieldset className="space-y-3">
        <legend className="mb-1 font-medium">Then, for calls of the same client, this tool</legend>
        <div className="grid items-start gap-3 sm:grid-cols-3">
          <NameField
            label="Connector"
            value={before.connector}
            onChange={(connector) => setChain({ ...chain, before: { ...before, connector } })}
            names={['*', ...connectors.map(({ name }) => name)]}
            problem={problemOf(problems, 'before.connector')}
          />
          <NameField
            label="Tool"
            value={before.tool}
            onChange={(tool) => setChain({ ...chain, before: { ...before, tool } })}
            names={tools(before.connector)}
            placeholder="send_*"
            problem={before.tool === '' ? undefined : problemOf(problems, 'before.tool')}
          />
          <Select
            label="Is"
            value={chain.effect}
            onChange={(effect) => setChain({ ...chain, effect })}
            options={[
              { value: 'ask', text: 'asked about first' },
              { value: 'deny', text: 'denied' },
            ]}
          />
        </div>
      </fieldset>
      <TextField
        label="Note"
        value={chain.note ?? ''}
        onChange={(note) => setChain({ ...chain, note })}
        hint="For people; it decides nothing."
      />
      <CheckedPanel checked={checked} isBegun={before.tool !== ''} />
      <p className="text-xs text-soft">
        What a session had read before is not in the journal, so a chain cannot be tried on past calls.
      </p>
      {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
      {action.waitingForYes ? <WaitingForYes /> : null}
    </Dialog>
  );
}
