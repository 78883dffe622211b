import type { ReactElement } from 'react';
import type { TenantView } from '../../../preload/contract/tenant.ts';
import { Badge } from '../../ui/badge.tsx';
import { Loading, Section } from '../../ui/card.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { tenantSaid } from './tenant-model.ts';

/** Who decides about connectors of an organisation, and the way to the page about it. */
export function TenantSummary({ tenants }: { tenants: readonly TenantView[] | undefined }): ReactElement {
  return (
    <Section
      title="Tenant"
      aside={
        <a href="#/settings/tenant" className="font-medium text-accent-ink hover:underline">
          {tenants === undefined || tenants.length > 0 ? 'Manage' : 'Sign in'}
        </a>
      }
    >
      {tenants === undefined ? (
        <Loading rows={1} />
      ) : tenants.length === 0 ? (
        <p className="border-t border-line px-4 py-3 text-soft">
          Nobody is signed in. Everything is decided on this machine, by your rules. Sign in if your organisation uses
          Runlayer.
        </p>
      ) : (
        <ul>
          {tenants.map((tenant) => {
            const said = tenantSaid(tenant);
            return (
              <li
                key={tenant.host}
                className="flex flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-2.5"
              >
                <span className="min-w-0">
                  <span className="font-medium">
                    <VisibleText text={tenant.host} />
                  </span>
                  {tenant.account === undefined ? null : (
                    <span className="text-soft">
                      {' '}
                      as <VisibleText text={tenant.account} max={120} />
                    </span>
                  )}
                </span>
                <Badge tone={said.tone}>{said.badge}</Badge>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}
