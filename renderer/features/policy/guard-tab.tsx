import { useState, type ReactElement } from 'react';
import type { GuardAction, GuardCategory } from '../../../preload/contract/guard.ts';
import type { GuardView } from '../../../preload/contract/policy-page.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Loading, Section } from '../../ui/card.tsx';
import { BareSelect } from '../../ui/bare-select.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select } from '../../ui/fields.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { builtInText, choiceOf, EVERYWHERE, GUARD_TITLES } from './guard-model.ts';
import { ACTION_WORDS } from './policy-words.ts';

const ACTIONS: readonly GuardAction[] = ['block', 'mask', 'alert', 'off'];
const AS_IS = 'as-is';

function Choice({
  view,
  on,
  category,
  busy,
  onChange,
}: {
  view: GuardView;
  on: string;
  category: GuardView['categories'][number];
  busy: boolean;
  onChange: (action: GuardAction | null) => void;
}): ReactElement {
  const chosen = choiceOf(view, on, category.category);
  const otherwise = on === EVERYWHERE ? 'As built in' : 'As everywhere';
  return (
    <BareSelect<GuardAction | typeof AS_IS>
      label={`What happens with: ${GUARD_TITLES[category.category]}`}
      value={chosen ?? AS_IS}
      disabled={busy}
      options={[
        { value: AS_IS, text: otherwise },
        ...ACTIONS.map((action) => ({ value: action, text: ACTION_WORDS[action] })),
      ]}
      onChange={(value) => onChange(value === AS_IS ? null : value)}
    />
  );
}

/** What the guard looks for in every text, and what it does when it finds it. */
export function GuardTab(): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const query = useQuery('guard.view', {});
  const [on, setOn] = useState(EVERYWHERE);
  const view = query.value;
  const set = async (category: GuardCategory, chosen: GuardAction | null): Promise<void> => {
    const connector = on === EVERYWHERE ? null : on;
    await action.run(() => call('guard.set', { connector, category, action: chosen }));
    query.reload();
  };
  if (view === undefined)
    return query.kind === 'failed' && query.failure !== undefined ? (
      <ErrorBox failure={query.failure} onRetry={query.reload} />
    ) : (
      <Loading rows={6} />
    );
  const connectors = [...new Set([...view.connectors, ...Object.keys(view.settings.connectors)])].toSorted();
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <p className="max-w-prose text-soft">
          The guard reads what goes to servers, what comes back, and what servers say of their tools. What you choose
          here counts for all three; as built in, each has its own.
        </p>
        <div className="w-56">
          <Select
            label="For"
            value={on}
            onChange={setOn}
            options={[
              { value: EVERYWHERE, text: 'every connector' },
              ...connectors.map((name) => ({ value: name, text: name })),
            ]}
          />
        </div>
      </div>
      {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
      {action.waitingForYes ? <WaitingForYes /> : null}
      <Section title="What it looks for">
        <Table
          label="What the guard looks for"
          columns={['What', 'What happens', 'As built in']}
          widths={['', 'w-48', 'w-64']}
        >
          {view.categories.map((category) => (
            <tr key={category.category} className="border-t border-line align-top">
              <Cell>
                <div className="font-medium">{GUARD_TITLES[category.category]}</div>
                <div className="text-soft">{category.text}</div>
              </Cell>
              <Cell>
                <Choice
                  view={view}
                  on={on}
                  category={category}
                  busy={action.busy}
                  onChange={(chosen) => void set(category.category, chosen)}
                />
              </Cell>
              <Cell className="text-xs text-soft">{builtInText(category)}</Cell>
            </tr>
          ))}
        </Table>
      </Section>
    </div>
  );
}
