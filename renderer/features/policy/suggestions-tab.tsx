import { useState, type ReactElement } from 'react';
import type { Suggestion } from '../../../preload/contract/policy-operations.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select } from '../../ui/fields.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Progress } from '../../ui/progress.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { SuggestionView } from './suggestion-view.tsx';

const DAYS = ['1', '7', '14', '30'] as const;
type Days = (typeof DAYS)[number];
const DAY_MS = 86_400_000;

const isEmpty = ({ rules, defaults, dropped }: Suggestion): boolean =>
  rules.length + defaults.length + dropped.length === 0;

/** Learn, then lock: rules from what was used, and a question about everything else. */
export function SuggestionsTab({ canUndo, onChanged }: { canUndo: boolean; onChanged: () => void }): ReactElement {
  const { call } = useCompanion();
  const learning = useAction();
  const action = useAction();
  const [days, setDays] = useState<Days>('7');
  const [suggestion, setSuggestion] = useState<Suggestion>();
  const [done, setDone] = useState<string>();

  const learn = async (): Promise<void> => {
    setSuggestion(undefined);
    setDone(undefined);
    const since = new Date(Date.now() - Number(days) * DAY_MS).toISOString();
    const found = await learning.run(() => call('policy.suggest', { since }));
    if (found !== undefined) setSuggestion(found);
  };
  const lock = async ({ id, since }: Suggestion): Promise<void> => {
    const locked = await action.run(() => call('policy.apply', { id, since }));
    if (locked === undefined) return;
    setSuggestion(undefined);
    setDone('What was learned is in force. Everything else is asked about.');
    onChanged();
  };
  const undo = async (): Promise<void> => {
    const back = await action.run(() => call('policy.undo', {}));
    if (back === undefined) return;
    setDone('The rules and defaults from before are back. What was tightened since stays.');
    onChanged();
  };
  return (
    <div className="space-y-4">
      <Card className="space-y-3 p-4">
        <p className="max-w-prose">
          The companion looks at the calls that were made, and suggests the smallest rules that allow them. Everything
          else is asked about from then on. Nothing changes before you lock it.
        </p>
        <div className="flex flex-wrap items-end gap-3">
          <div className="w-44">
            <Select
              label="Learn from"
              value={days}
              onChange={setDays}
              options={DAYS.map((value) => ({
                value,
                text: value === '1' ? 'the last day' : `the last ${value} days`,
              }))}
            />
          </div>
          <Button
            variant={suggestion === undefined ? 'primary' : 'plain'}
            busy={learning.busy}
            onClick={() => void learn()}
          >
            Learn
          </Button>
          {suggestion === undefined || isEmpty(suggestion) ? null : (
            <Button variant="primary" busy={action.busy} onClick={() => void lock(suggestion)}>
              <Icon name="lock" /> Lock to this
            </Button>
          )}
          {canUndo ? (
            <Button busy={action.busy} onClick={() => void undo()}>
              <Icon name="undo" /> Undo the last one
            </Button>
          ) : null}
        </div>
        {learning.busy ? <Progress label="Reading past calls" /> : null}
        {done === undefined ? null : <p role="status">{done}</p>}
        {learning.failure === undefined ? null : <ErrorBox failure={learning.failure} />}
        {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
        {action.waitingForYes ? <WaitingForYes /> : null}
      </Card>
      {suggestion === undefined ? null : <SuggestionView suggestion={suggestion} />}
    </div>
  );
}
