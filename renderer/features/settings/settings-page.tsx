import type { ReactElement } from 'react';
import { useCompanion } from '../../state/context.ts';
import { useLocation } from '../../state/navigate.ts';
import { useQuery } from '../../state/use-query.ts';
import { Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { AppSection } from './app-section.tsx';
import { AuditSection } from './audit-section.tsx';
import { ManagedSection } from './managed-section.tsx';
import { ProtectionSection } from './protection-section.tsx';
import { TenantPage } from './tenant-page.tsx';
import { TenantSummary } from './tenant-summary.tsx';

function AllSettings(): ReactElement {
  const { state } = useCompanion();
  const settings = useQuery('settings.get', {});
  const updates = useQuery('updates.get', {});
  const companion = state.status?.companion;
  return (
    <Page
      title="Settings"
      about="What decides besides your rules. Whatever lets more through waits for your yes in the approval window."
    >
      {settings.failure === undefined ? null : <ErrorBox failure={settings.failure} onRetry={settings.reload} />}
      <TenantSummary tenants={companion?.tenants} />
      {settings.value === undefined ? (
        settings.kind === 'loading' ? (
          <Section title="Protection">
            <Loading rows={3} />
          </Section>
        ) : null
      ) : (
        <ProtectionSection settings={settings.value} onChanged={settings.reload} />
      )}
      {companion === undefined || settings.value === undefined ? null : (
        <AuditSection companion={companion} settings={settings.value} updates={updates.value} />
      )}
      <AppSection updates={updates.value} />
      {settings.value === undefined ? null : <ManagedSection managed={settings.value.managed} />}
    </Page>
  );
}

export function SettingsPage(): ReactElement {
  const { parts } = useLocation();
  return parts[1] === 'tenant' ? <TenantPage /> : <AllSettings />;
}
