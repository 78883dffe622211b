import type { ReactElement } from 'react';
import type { ConnectorHealth } from '../../../preload/contract/connector-health.ts';
import type { ConnectorView } from '../../../preload/contract/connector.ts';
import { navigate } from '../../state/navigate.ts';
import { useQuery, type Query } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Card, Loading } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { targetText } from '../overview/overview-model.ts';
import { connectorPath, STATES } from './connector-model.ts';
import { DefinitionTab } from './definition-tab.tsx';
import { LogsTab } from './logs-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { ToolsTab } from './tools-tab.tsx';
import { TryTab } from './try-tab.tsx';

const TABS = [
  { id: 'overview', title: 'Overview' },
  { id: 'tools', title: 'Tools' },
  { id: 'try', title: 'Try a tool' },
  { id: 'logs', title: 'Log' },
  { id: 'definition', title: 'Definition' },
] as const;
type TabId = (typeof TABS)[number]['id'];

type Health = Query<ConnectorHealth>;

function Panel({ tab, connector, health }: { tab: TabId; connector: ConnectorView; health: Health }): ReactElement {
  switch (tab) {
    case 'overview':
      return <OverviewTab connector={connector} health={health} />;
    case 'tools':
      return <ToolsTab name={connector.name} />;
    case 'try':
      return <TryTab name={connector.name} />;
    case 'logs':
      return <LogsTab name={connector.name} />;
    case 'definition':
      return <DefinitionTab connector={connector} />;
    default:
      return tab satisfies never;
  }
}

/** Agreed to and switched on is not enough where its server asks who it is. */
function StateBadge({ connector, health }: { connector: ConnectorView; health: Health }): ReactElement {
  const { text, tone } = STATES[connector.state];
  if (connector.state === 'ready' && health.value?.signIn === 'signed_out')
    return <Badge tone="warn">not signed in</Badge>;
  return <Badge tone={tone}>{text}</Badge>;
}

export function DetailPage({ name, tab }: { name: string; tab: string | undefined }): ReactElement {
  const query = useQuery('connectors.get', { name });
  const connector = query.value;
  const health = useQuery('connectors.health', { name }, { on: ['status_changed', 'log'] });
  const selected = TABS.find(({ id }) => id === tab)?.id ?? 'overview';
  return (
    <Page
      title={
        <span className="flex flex-wrap items-center gap-2">
          <VisibleText text={name} max={64} />
          {connector === undefined ? null : <StateBadge connector={connector} health={health} />}
        </span>
      }
      about={
        connector === undefined ? undefined : (
          <span className="font-mono text-xs">
            <VisibleText text={targetText(connector.target)} max={300} />
          </span>
        )
      }
      actions={<ButtonLink path="/connectors">All connectors</ButtonLink>}
    >
      {query.failure === undefined ? null : <ErrorBox failure={query.failure} onRetry={query.reload} />}
      {query.kind === 'loading' ? (
        <Card>
          <Loading rows={4} />
        </Card>
      ) : null}
      {connector === undefined ? null : (
        <>
          <Tabs
            label="About this connector"
            tabs={TABS}
            selected={selected}
            onSelect={(id) => navigate(connectorPath(name, id))}
            panelId="connector-panel"
          />
          <div
            id="connector-panel"
            role="tabpanel"
            aria-label={TABS.find(({ id }) => id === selected)?.title ?? ''}
            className="space-y-4"
          >
            <Panel tab={selected} connector={connector} health={health} />
          </div>
        </>
      )}
    </Page>
  );
}
