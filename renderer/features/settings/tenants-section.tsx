import { useState, type ReactElement } from 'react';
import type { TenantView } from '../../../preload/contract/tenant.ts';
import { useCompanion } from '../../state/context.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/card.tsx';
import { fullText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { tenantSaid } from './tenant-model.ts';

function Row({ tenant, onSignOut }: { tenant: TenantView; onSignOut: () => void }): ReactElement {
  const said = tenantSaid(tenant);
  const { host, account, signedInAt, isDefault, credential } = tenant;
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 border-t border-line px-4 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <VisibleText text={host} />
          <Badge tone={said.tone}>{said.badge}</Badge>
          {isDefault ? <Badge tone="plain">default</Badge> : null}
        </p>
        <p className="mt-0.5 text-soft">
          {account === undefined ? null : (
            <>
              <VisibleText text={account} max={120} />,{' '}
            </>
          )}
          {credential === 'environment' ? 'by a key in the companion’s environment' : `since ${fullText(signedInAt)}`}
        </p>
        <p className={said.tone === 'good' || said.tone === 'plain' ? 'text-soft' : 'text-warn'}>
          <VisibleText text={said.text} max={400} />
        </p>
      </div>
      {credential === 'environment' ? null : (
        <Button variant="danger" aria-label={`Sign out of ${host}`} onClick={onSignOut}>
          Sign out
        </Button>
      )}
    </li>
  );
}

export function TenantsSection({
  tenants,
  onChanged,
}: {
  tenants: readonly TenantView[];
  onChanged: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const [leaving, setLeaving] = useState<string>();
  return (
    <Section title="Signed in">
      <ul>
        {tenants.map((tenant) => (
          <Row key={tenant.host} tenant={tenant} onSignOut={() => setLeaving(tenant.host)} />
        ))}
      </ul>
      {leaving === undefined ? null : (
        <ConfirmDialog
          title="Sign out?"
          action="Sign out"
          does={() => call('tenant.signOut', { host: leaving })}
          onClose={() => setLeaving(undefined)}
          onDone={() => {
            setLeaving(undefined);
            onChanged();
          }}
        >
          <p>
            <VisibleText text={leaving} />
          </p>
          <p className="text-soft">
            The key is taken out of the keychain, and connectors of this tenant are refused until somebody signs in
            again. What you accepted stays accepted.
          </p>
        </ConfirmDialog>
      )}
    </Section>
  );
}
