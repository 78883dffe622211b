import type { ReactElement } from 'react';
import type { ClientView } from '../../../preload/contract/client.ts';
import type { ConnectorView } from '../../../preload/contract/connector.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Empty, Section } from '../../ui/card.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { CONNECTOR_STATES, DEFAULT_TEXTS, targetText } from './overview-model.ts';

export function Connectors({ connectors }: { connectors: readonly ConnectorView[] }): ReactElement {
  return (
    <Section title="Connectors">
      {connectors.length === 0 ? (
        <Empty>
          <p className="mb-3">No connector yet. A connector is a server whose tools your AI clients may use.</p>
          <ButtonLink path="/connectors/catalogue">Add the first one</ButtonLink>
        </Empty>
      ) : (
        <Table label="Connectors" columns={['Name', 'Runs or reaches', 'Unless a rule says else', 'Sessions', 'State']}>
          {connectors.map((connector) => {
            const state = CONNECTOR_STATES[connector.state];
            return (
              <tr key={connector.name} className="border-t border-line align-top">
                <Cell className="min-w-32 font-medium">
                  <a href={`#/connectors/${encodeURIComponent(connector.name)}`} className="hover:underline">
                    <VisibleText text={connector.name} />
                  </a>
                </Cell>
                <Cell className="max-w-80">
                  <span className="font-mono text-xs text-soft">
                    <VisibleText text={targetText(connector.target)} max={160} />
                  </span>
                  {connector.next === undefined ? null : (
                    <div className="mt-1">
                      <VisibleText text={connector.next} max={400} />
                    </div>
                  )}
                </Cell>
                <Cell className="text-soft">{DEFAULT_TEXTS[connector.default]}</Cell>
                <Cell className="text-soft tabular-nums">{connector.sessions}</Cell>
                <Cell>
                  <Badge tone={state.tone}>{state.text}</Badge>
                </Cell>
              </tr>
            );
          })}
        </Table>
      )}
    </Section>
  );
}

function clientState(client: ClientView): { text: string; tone: Tone } {
  if (client.state === 'absent') return { text: 'not installed', tone: 'plain' };
  if (client.state === 'invalid') return { text: 'unreadable', tone: 'bad' };
  if (client.unmanaged.length > 0) return { text: `${client.unmanaged.length} unmanaged`, tone: 'warn' };
  return client.connectors.length > 0 ? { text: 'managed', tone: 'good' } : { text: 'no connectors', tone: 'plain' };
}

export function Clients({ clients }: { clients: readonly ClientView[] }): ReactElement {
  return (
    <Section title="AI clients">
      <Table label="AI clients" columns={['Client', 'Through the companion', 'Without it', 'State']}>
        {clients.map((client) => {
          const state = clientState(client);
          return (
            <tr key={client.id} className="border-t border-line align-top">
              <Cell className="font-medium">{client.title}</Cell>
              <Cell className="text-soft">
                <VisibleText text={client.connectors.join(', ') || '–'} max={200} />
              </Cell>
              <Cell className="text-soft">
                <VisibleText text={client.unmanaged.join(', ') || '–'} max={200} />
              </Cell>
              <Cell>
                <Badge tone={state.tone}>{state.text}</Badge>
              </Cell>
            </tr>
          );
        })}
      </Table>
    </Section>
  );
}
