import type { ReactElement } from 'react';
import type { PreferencesChange, UpdateState } from '../../../preload/contract/shell-operations.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Switch } from '../../ui/switch.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { SettingRow } from './setting-row.tsx';
import { updateText } from './update-text.ts';

/** What the app itself does; a host without one says so. */
export function AppSection({ updates }: { updates: UpdateState | undefined }): ReactElement {
  const { call } = useCompanion();
  const { run, busy, failure } = useAction();
  const view = useQuery('preferences.get', {});
  const set = (change: PreferencesChange): void => {
    void run(() => call('preferences.set', change)).then(view.reload);
  };
  const preferences = view.value?.kind === 'available' ? view.value.preferences : undefined;
  const startAtLogin = preferences?.startAtLogin;
  return (
    <Section title="App">
      {view.failure === undefined ? null : (
        <div className="px-4 pb-3">
          <ErrorBox failure={view.failure} onRetry={view.reload} />
        </div>
      )}
      {view.kind === 'loading' ? <Loading rows={2} /> : null}
      {view.value?.kind === 'unavailable' ? (
        <p className="border-t border-line px-4 py-3 text-soft">
          <VisibleText text={view.value.reason} max={400} />
        </p>
      ) : null}
      {preferences === undefined ? null : (
        <>
          <SettingRow
            title="Start at login"
            control={
              startAtLogin === null || startAtLogin === undefined ? null : (
                <Switch
                  label="Start at login"
                  on={startAtLogin}
                  disabled={busy}
                  onChange={(on) => set({ startAtLogin: on })}
                />
              )
            }
          >
            {startAtLogin === null ? (
              <p>
                <VisibleText text={preferences.startAtLoginProblem ?? 'It cannot be set from here.'} max={400} />
              </p>
            ) : (
              <p>Clients find the companion without having to start it first.</p>
            )}
          </SettingRow>
          <SettingRow
            title="Notifications"
            control={
              <Switch
                label="Notifications"
                on={preferences.notifications}
                disabled={busy}
                onChange={(on) => set({ notifications: on })}
              />
            }
          >
            <p>
              Tells you about calls that wait for you or were blocked. Off or on, they are shown here and in the tray.
            </p>
          </SettingRow>
        </>
      )}
      <SettingRow title="Updates">
        <p>
          <VisibleText text={updateText(updates)} max={400} />
        </p>
      </SettingRow>
      {failure === undefined ? null : (
        <div className="px-4 pb-3">
          <ErrorBox failure={failure} />
        </div>
      )}
    </Section>
  );
}
