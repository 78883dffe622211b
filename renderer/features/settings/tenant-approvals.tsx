import type { ReactElement } from 'react';
import type { TenantApproval } from '../../../preload/contract/tenant.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Icon } from '../../ui/icon.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';

function Row({ approval, onDone }: { approval: TenantApproval; onDone: () => void }): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const { host, id, title, server, tool, canDecideInline, link } = approval;
  const decide = (approve: boolean): void => {
    void run(() => call('tenant.decide', { host, id, approve })).then((done) => {
      if (done !== undefined) onDone();
    });
  };
  return (
    <li className="space-y-2 border-t border-line px-4 py-3">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <p className="font-medium">
            <VisibleText text={title === '' ? tool : title} max={200} />
          </p>
          <p className="text-soft">
            <VisibleText text={`${tool} on ${server}, at ${host}`} max={300} />
          </p>
        </div>
        <div className="flex gap-2">
          {canDecideInline ? (
            <>
              <Button busy={busy} onClick={() => decide(false)}>
                Deny
              </Button>
              <Button busy={busy} onClick={() => decide(true)}>
                Approve
              </Button>
            </>
          ) : /^https?:\/\//.test(link) ? (
            <a
              href={link}
              target="_blank"
              rel="noopener noreferrer"
              className="inline-flex items-center gap-1.5 font-medium text-accent-ink hover:underline"
            >
              Decide at the tenant
              <Icon name="external" className="size-3.5" />
            </a>
          ) : null}
        </div>
      </div>
      {waitingForYes ? <WaitingForYes /> : null}
      {failure === undefined ? null : <ErrorBox failure={failure} />}
    </li>
  );
}

/** What waits at the tenants for somebody's answer. A yes is given in the approval window. */
export function TenantApprovals(): ReactElement {
  const { kind, value, failure, reload } = useQuery('tenant.approvals', {});
  return (
    <Section title="Waiting at the tenant" aside={<Button onClick={reload}>Ask again</Button>}>
      {failure === undefined ? null : (
        <div className="px-4 pb-4">
          <ErrorBox failure={failure} onRetry={reload} />
        </div>
      )}
      {kind === 'loading' ? <Loading rows={1} /> : null}
      {value === undefined ? null : (
        <>
          {value.unanswered.map(({ host, problem }) => (
            <p key={host} className="border-t border-line px-4 py-2.5 text-warn">
              <VisibleText text={`${host} was not heard: ${problem}`} max={400} />
            </p>
          ))}
          {value.approvals.length === 0 ? (
            <Empty>{value.unanswered.length === 0 ? 'Nothing waits.' : 'Nothing is known to wait.'}</Empty>
          ) : (
            <ul>
              {value.approvals.map((approval) => (
                <Row key={`${approval.host} ${approval.id}`} approval={approval} onDone={reload} />
              ))}
            </ul>
          )}
        </>
      )}
    </Section>
  );
}
