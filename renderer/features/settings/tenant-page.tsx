import type { ReactElement } from 'react';
import { useQuery } from '../../state/use-query.ts';
import { Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { ServersSection } from './servers-section.tsx';
import { SignInSection } from './sign-in-section.tsx';
import { TenantApprovals } from './tenant-approvals.tsx';
import { TenantsSection } from './tenants-section.tsx';

export function TenantPage(): ReactElement {
  const list = useQuery('tenant.list', {});
  const settings = useQuery('settings.get', {});
  const tenants = list.value ?? [];
  const asked = tenants.filter(({ credential }) => credential !== 'missing').map(({ host }) => host);
  const isLoading = list.kind === 'loading' || settings.kind === 'loading';
  const proposed =
    tenants.find(({ credential, state }) => credential === 'missing' || state === 'unauthorized')?.host ??
    (tenants.length === 0 ? (settings.value?.managed.defaultHost ?? '') : '');
  return (
    <Page
      title="Tenant"
      about="Your organisation’s Runlayer. It gives you connectors and decides about their calls; your own rules can only tighten that."
      actions={
        <a href="#/settings" className="font-medium text-accent-ink underline">
          All settings
        </a>
      }
    >
      {list.failure === undefined ? null : <ErrorBox failure={list.failure} onRetry={list.reload} />}
      {isLoading ? (
        <Section title="Signed in">
          <Loading rows={2} />
        </Section>
      ) : (
        <>
          {tenants.length === 0 ? null : <TenantsSection tenants={tenants} onChanged={list.reload} />}
          <SignInSection proposed={proposed} isFirst={tenants.length === 0} onDone={list.reload} />
        </>
      )}
      {asked.length === 0 ? null : <TenantApprovals />}
      {asked.map((host) => (
        <ServersSection key={host} host={host} />
      ))}
      {asked.length === 0 ? null : (
        <p className="text-soft">
          What a tenant recorded about your calls is joined with this machine’s own audit trail by “runlayer logs
          --tenant”; the{' '}
          <a href="#/activity" className="text-accent-ink underline">
            Activity
          </a>{' '}
          page shows this machine’s.
        </p>
      )}
    </Page>
  );
}
