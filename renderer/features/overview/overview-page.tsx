import type { ReactElement } from 'react';
import { assessProtection } from '../../../preload/contract/protection.ts';
import { useCompanion } from '../../state/context.ts';
import { useMinute } from '../../state/use-minute.ts';
import { Card, Loading, Stat } from '../../ui/card.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { statsOf } from './overview-model.ts';
import { ProtectionCard } from './protection-card.tsx';
import { Clients, Connectors } from './tables.tsx';
import { WaitingCalls } from './waiting-calls.tsx';

export function OverviewPage(): ReactElement {
  const { state, denyApproval } = useCompanion();
  const now = useMinute();
  const { status, connectors, clients, approvals, connection } = state;
  const loading = status === undefined && connection.kind !== 'lost';
  return (
    <>
      <h1 className="text-lg font-semibold tracking-tight">Overview</h1>
      {loading ? (
        <Card>
          <Loading rows={4} />
        </Card>
      ) : (
        <ProtectionCard
          protection={assessProtection({ status, connectors, clients })}
          showNext={connection.kind !== 'lost'}
        />
      )}
      {status === undefined ? null : (
        <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
          {statsOf(status, now).map(({ label, value, note }) => (
            <Stat key={label} label={label} value={value} note={<VisibleText text={note} max={120} />} />
          ))}
        </div>
      )}
      {status === undefined ? null : (
        <WaitingCalls approvals={approvals ?? []} onDeny={(id) => void denyApproval(id)} />
      )}
      {connectors === undefined ? null : <Connectors connectors={connectors} />}
      {clients === undefined || clients.length === 0 ? null : <Clients clients={clients} />}
    </>
  );
}
