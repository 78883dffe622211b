import type { ReactElement } from 'react';
import type { PolicyView } from '../../../preload/contract/policy-page.ts';
import type { DefaultMode } from '../../../preload/contract/policy.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Badge } from '../../ui/badge.tsx';
import { BareSelect } from '../../ui/bare-select.tsx';
import { Empty, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { DEFAULT_WORDS } from './policy-words.ts';

const MODES = (['deny', 'ask', 'read-only', 'allow'] as const).map((mode) => ({
  value: mode,
  text: DEFAULT_WORDS[mode],
}));

/** What each connector does with what no rule names. */
export function DefaultsSection({
  connectors,
  onChanged,
}: {
  connectors: PolicyView['connectors'];
  onChanged: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const change = async (connector: string, mode: DefaultMode): Promise<void> => {
    const done = await action.run(() => call('policy.setDefault', { connector, default: mode }));
    if (done !== undefined) onChanged();
  };
  return (
    <Section title="Where no rule speaks">
      {connectors.length === 0 ? <Empty>There are no connectors yet. Add one on the connectors page.</Empty> : null}
      <ul>
        {connectors.map((connector) => (
          <li
            key={connector.name}
            className="flex flex-wrap items-center justify-between gap-3 border-t border-line px-4 py-2"
          >
            <span className="font-medium">
              <VisibleText text={connector.name} max={64} />{' '}
              {connector.enabled ? null : <Badge tone="plain">switched off</Badge>}
            </span>
            <BareSelect
              label={`What ${connector.name} does with a tool that no rule names`}
              value={connector.default}
              disabled={action.busy}
              options={MODES}
              onChange={(mode) => void change(connector.name, mode)}
            />
          </li>
        ))}
      </ul>
      {action.failure === undefined && !action.waitingForYes ? null : (
        <div className="space-y-2 border-t border-line p-3">
          {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
          {action.waitingForYes ? <WaitingForYes /> : null}
        </div>
      )}
    </Section>
  );
}
