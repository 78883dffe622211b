import type { ReactElement } from 'react';
import type { TenantServer } from '../../../preload/contract/tenant.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Field } from '../../ui/field.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { consentLines } from './tenant-model.ts';

/** The whole of what a tenant's connector runs or reaches, before a yes to exactly that. */
export function AcceptDialog({
  host,
  server,
  onClose,
  onDone,
}: {
  host: string;
  server: TenantServer;
  onClose: () => void;
  onDone: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const asked = { host, target: server.id, default: 'allow' } as const;
  const preview = useQuery('tenant.preview', asked, { on: [] });
  const request = preview.value;
  const accept = async (): Promise<void> => {
    if (request === undefined) return;
    const saved = await run(() => call('tenant.accept', { ...asked, consentHash: request.hash }));
    if (saved !== undefined) onDone();
  };
  return (
    <Dialog
      wide
      title={<VisibleText text={server.name} max={128} />}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button variant="primary" busy={busy} disabled={request === undefined} onClick={() => void accept()}>
            {server.connector === undefined ? 'Accept' : 'Accept what it is now'}
          </Button>
        </>
      }
    >
      {preview.failure === undefined ? null : <ErrorBox failure={preview.failure} onRetry={preview.reload} />}
      {preview.kind === 'loading' ? <Loading rows={4} /> : null}
      {request === undefined ? null : (
        <>
          <p className="text-soft">
            Clients will know it as <span className="font-mono text-xs text-ink">{request.connector}</span>. The tenant
            decides about its calls; your rules can only tighten that.
          </p>
          <dl>
            {consentLines(request).map(({ label, text }) => (
              <Field key={`${label} ${text}`} label={label}>
                <span className="font-mono text-xs">
                  <VisibleText text={text} />
                </span>
              </Field>
            ))}
          </dl>
          {request.risks.length === 0 ? null : (
            <ul className="space-y-1 rounded-lg border border-warn-line bg-warn-soft px-4 py-2.5 text-warn">
              {request.risks.map(({ code, text, evidence }) => (
                <li key={`${code} ${evidence}`}>
                  <VisibleText text={text} /> <code className="font-mono text-xs">{evidence}</code>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      {waitingForYes ? <WaitingForYes /> : null}
      {failure === undefined ? null : <ErrorBox failure={failure} />}
    </Dialog>
  );
}
