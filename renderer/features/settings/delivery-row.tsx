import { useState, type ReactElement } from 'react';
import type { DeliveryState } from '../../../preload/contract/delivery.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { fullText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { EndpointDialog } from './endpoint-dialog.tsx';
import { SettingRow } from './setting-row.tsx';
import { deliverySaid } from './settings-model.ts';

/** Where the audit trail is delivered to, and how far that is. */
export function DeliveryRow({ delivery }: { delivery: DeliveryState }): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const [isOpen, setOpen] = useState(false);
  const said = deliverySaid(delivery);
  const isOff = delivery.state === 'off';
  return (
    <SettingRow
      title="Delivery"
      control={
        <>
          <Button onClick={() => setOpen(true)}>{isOff ? 'Deliver it' : 'Change'}</Button>
          {isOff ? null : (
            <Button
              variant="danger"
              busy={busy}
              onClick={() => void run(() => call('audit.setEndpoint', { endpoint: null }))}
            >
              Stop
            </Button>
          )}
        </>
      }
    >
      <p>
        <Badge tone={said.tone}>{said.badge}</Badge>{' '}
        {delivery.endpoint === null ? null : (
          <span className="text-ink">
            <VisibleText text={delivery.endpoint} max={300} />
          </span>
        )}
      </p>
      <p>
        <VisibleText text={said.text} max={600} />
        {delivery.lastSuccessAt === null || isOff ? null : ` Last taken ${fullText(delivery.lastSuccessAt)}.`}
      </p>
      {waitingForYes ? <WaitingForYes /> : null}
      {failure === undefined ? null : <ErrorBox failure={failure} />}
      {isOpen ? <EndpointDialog onClose={() => setOpen(false)} /> : null}
    </SettingRow>
  );
}
