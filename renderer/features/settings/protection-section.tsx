import type { ReactElement } from 'react';
import type { SettingsView } from '../../../preload/contract/about.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Switch } from '../../ui/switch.tsx';
import { fullText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { SettingRow } from './setting-row.tsx';

export function ProtectionSection({
  settings,
  onChanged,
}: {
  settings: SettingsView;
  onChanged: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const change = (does: () => Promise<unknown>): void => {
    void run(does).then(onChanged);
  };
  const { lockdown, newItems } = settings;
  return (
    <Section title="Protection">
      <SettingRow
        title="Lockdown"
        control={
          <Switch
            label="Lockdown"
            on={lockdown !== null}
            disabled={busy}
            onChange={(on) => change(() => (on ? call('lockdown.on', {}) : call('lockdown.off', {})))}
          />
        }
      >
        <p>
          Stops every call of every client at once, those under way too. It stays until you end it, a restart does not.
        </p>
        {lockdown === null ? null : (
          <p className="font-medium text-warn">
            Locked down since {fullText(lockdown.since)} by <VisibleText text={lockdown.by} max={120} />. Every call is
            refused.
          </p>
        )}
      </SettingRow>
      <SettingRow
        title="Ask about new tools"
        control={
          <Switch
            label="Ask about new tools"
            on={newItems === 'ask'}
            disabled={busy}
            onChange={(on) => change(() => call('pins.newItems', { mode: on ? 'ask' : 'pin' }))}
          />
        }
      >
        <p>
          {newItems === 'ask'
            ? 'When a server offers a tool or prompt for the first time, it is held back until you agree to it.'
            : 'When a server offers a tool or prompt for the first time, it can be used, and is remembered as it is. A later change is always held back.'}
        </p>
      </SettingRow>
      {waitingForYes || failure !== undefined ? (
        <div className="space-y-2 px-4 pb-3">
          {waitingForYes ? <WaitingForYes /> : null}
          {failure === undefined ? null : <ErrorBox failure={failure} />}
        </div>
      ) : null}
      <p className="border-t border-line px-4 py-2.5 text-soft">
        Rules, defaults and what is looked for in calls are on the{' '}
        <a href="#/policy" className="text-accent-ink underline">
          Policy
        </a>{' '}
        page.
      </p>
    </Section>
  );
}
