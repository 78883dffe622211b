import type { ReactElement } from 'react';
import type { ClientView, FoundServer } from '../../../preload/contract/client.ts';
import type { Query } from '../../state/use-query.ts';
import { Card, Empty } from '../../ui/card.tsx';
import { FoundSection } from '../clients/found-section.tsx';

/** The first step: servers that clients start by themselves, or the catalogue where there are none. */
export function FoundStep({
  clients,
  found,
  connectors,
}: {
  clients: readonly ClientView[];
  found: Query<FoundServer[]>;
  /** How many there are. */
  connectors: number;
}): ReactElement {
  const titles = clients.filter(({ state }) => state !== 'absent').map(({ title }) => title);
  const isNothing = found.kind === 'ready' && found.value?.length === 0;
  return (
    <>
      <p>
        {titles.length === 0
          ? 'Neither Claude Desktop nor Cursor was found for you on this machine. You can go on and connect one later.'
          : `${titles.join(' and ')} ${titles.length === 1 ? 'is' : 'are'} on this machine.`}
      </p>
      {isNothing ? (
        <Card>
          <Empty>
            {connectors === 0 ? (
              <>
                No client starts a server by itself. Choose a first one from the{' '}
                <a className="text-accent-ink underline" href="#/connectors/catalogue">
                  catalogue
                </a>
                , then come back here.
              </>
            ) : (
              'Nothing starts without the companion. Go on to the next step.'
            )}
          </Empty>
        </Card>
      ) : (
        <FoundSection query={found} clients={clients} />
      )}
    </>
  );
}
