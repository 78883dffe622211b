import type { ReactElement } from 'react';
import { useCompanion } from '../../state/context.ts';
import { useLocation } from '../../state/navigate.ts';
import { useQuery } from '../../state/use-query.ts';
import { Card, Empty, Loading } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { ClientCard } from './client-card.tsx';
import { FoundSection } from './found-section.tsx';

/** The AI clients of this machine: `#/clients` all of them, `#/clients/cursor` one. */
export function ClientsPage(): ReactElement {
  const { state } = useCompanion();
  const { parts } = useLocation();
  const list = useQuery('clients.list', {});
  const found = useQuery('clients.found', {});
  const [, wanted] = parts;
  const all = list.value ?? [];
  const shown = all.filter(({ id }) => wanted === undefined || id === wanted);
  const servers = found.value?.filter(({ client }) => shown.some(({ id }) => id === client));
  const connectors = state.connectors?.map(({ name }) => name);
  return (
    <Page
      title={wanted === undefined ? 'Clients' : (shown[0]?.title ?? 'Clients')}
      about={
        wanted === undefined ? (
          'The AI applications of this machine, and what they start through the companion.'
        ) : (
          <a href="#/clients" className="text-accent-ink hover:underline">
            All clients
          </a>
        )
      }
    >
      {list.kind === 'loading' ? (
        <Card>
          <Loading rows={6} />
        </Card>
      ) : null}
      {list.failure === undefined ? null : <ErrorBox failure={list.failure} onRetry={list.reload} />}
      {shown.map((client) => (
        <ClientCard key={client.id} client={client} connectors={connectors} />
      ))}
      {list.kind === 'ready' && shown.length === 0 ? (
        <Card>
          <Empty>There is no client of that name here.</Empty>
        </Card>
      ) : null}
      {shown.length === 0 ? null : (
        <FoundSection query={servers === undefined ? found : { ...found, value: servers }} clients={all} />
      )}
    </Page>
  );
}
