import type { ReactElement } from 'react';
import type { ClientView } from '../../../preload/contract/client.ts';
import { Card, Empty } from '../../ui/card.tsx';
import { ClientCard } from '../clients/client-card.tsx';

/** The second step: a client that starts connectors through the companion. */
export function ConnectStep({
  clients,
  connectors,
}: {
  clients: readonly ClientView[];
  connectors: readonly string[] | undefined;
}): ReactElement {
  const here = clients.filter(({ state }) => state !== 'absent');
  return (
    <>
      <p>
        A connected client starts its servers through the companion. You see the change before it is written, and you
        can undo it.
      </p>
      {here.length === 0 ? (
        <Card>
          <Empty>
            No client was found for you on this machine. Install Claude Desktop or Cursor, then come back here.
          </Empty>
        </Card>
      ) : (
        here.map((client) => <ClientCard key={client.id} client={client} connectors={connectors} />)
      )}
    </>
  );
}
