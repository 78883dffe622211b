import type { ReactElement } from 'react';
import type { CallStory } from '../../../preload/contract/activity.ts';
import { navigate } from '../../state/navigate.ts';
import { Button } from '../../ui/button.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';

function isAddress(host: string): boolean {
  return URL.canParse(host) && new URL(host).protocol === 'https:';
}

/** Who can let a call like this through: the tenant's people where the tenant said no, the person themselves otherwise. */
export function RequestAccess({ story: { entry } }: { story: CallStory }): ReactElement {
  const { tenant, decidedBy, id, code } = entry;
  if (decidedBy === 'tenant' && tenant !== undefined) {
    return (
      <div className="space-y-2">
        <p>
          <VisibleText text={tenant.host} max={200} /> refused this call. Ask its administrator for access
          {tenant.correlation_id === undefined ? null : (
            <>
              ; there the call is known as{' '}
              <span className="font-mono text-xs">
                <VisibleText text={tenant.correlation_id} max={256} />
              </span>
            </>
          )}
          .
        </p>
        {isAddress(tenant.host) ? (
          <a className="text-accent-ink underline" href={tenant.host} target="_blank" rel="noreferrer noopener">
            Open the tenant&rsquo;s page
          </a>
        ) : null}
      </div>
    );
  }
  if (decidedBy === 'guard' || code?.startsWith('guard_') === true)
    return (
      <p>The guard stopped it for what was found in it. Take that out of the request, then let the client try again.</p>
    );
  if (decidedBy === 'pin')
    return (
      <div className="space-y-2">
        <p>The tool is not what was agreed to. Look at what changed, and agree to it if it is right.</p>
        <Button onClick={() => navigate(`/connectors/${encodeURIComponent(entry.connector ?? '')}`)}>
          Show the connector
        </Button>
      </div>
    );
  return (
    <div className="space-y-2">
      <p>This machine decided it. A rule of yours can allow calls like this one, or ask you each time.</p>
      <Button variant="primary" onClick={() => navigate(`/policy?from=${encodeURIComponent(id)}`)}>
        Add a rule
      </Button>
    </div>
  );
}
