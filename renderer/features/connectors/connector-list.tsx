import type { ReactElement } from 'react';
import type { ConnectorView } from '../../../preload/contract/connector.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { targetText } from '../overview/overview-model.ts';
import { checkText, connectorPath, modeText, STATES } from './connector-model.ts';

/** One word about the last start that this companion saw. */
function HealthCell({ name }: { name: string }): ReactElement {
  const { value } = useQuery('connectors.health', { name });
  if (value === undefined) return <span className="text-soft">…</span>;
  if (value.check?.state === 'running') return <span className="text-soft">starting…</span>;
  const { text, tone } = checkText(value);
  if (tone === 'bad') return <Badge tone="bad">does not answer</Badge>;
  if (value.signIn === 'signed_out') return <Badge tone="warn">not signed in</Badge>;
  if (value.crashes > 0) return <Badge tone="warn">{value.crashes} crashes</Badge>;
  if (tone === 'good' || value.sessions > 0) return <Badge tone="good">answers</Badge>;
  return <span className="text-soft">{value.starts === 0 ? 'not started yet' : text}</span>;
}

function Row({ connector }: { connector: ConnectorView }): ReactElement {
  const { name, target, sessions, next } = connector;
  const state = STATES[connector.state];
  return (
    <tr className="border-t border-line align-top">
      <Cell className="min-w-32 font-medium">
        <a href={`#${connectorPath(name)}`} className="hover:underline">
          <VisibleText text={name} />
        </a>
      </Cell>
      <Cell className="max-w-80">
        <span className="font-mono text-xs text-soft">
          <VisibleText text={targetText(target)} max={160} />
        </span>
        {next === undefined ? null : (
          <div className="mt-1">
            <VisibleText text={next} max={400} />
          </div>
        )}
      </Cell>
      <Cell className="text-soft">{modeText(connector.default)}</Cell>
      <Cell className="text-soft tabular-nums">{sessions}</Cell>
      <Cell>
        <HealthCell name={name} />
      </Cell>
      <Cell>
        <Badge tone={state.tone}>{state.text}</Badge>
      </Cell>
    </tr>
  );
}

export function ConnectorList(): ReactElement {
  const list = useQuery('connectors.list', {});
  const all = list.value ?? [];
  return (
    <Page
      title="Connectors"
      about="Servers whose tools your AI clients may use. Every call goes through the companion."
      actions={
        <>
          <ButtonLink path="/connectors/add">Add your own</ButtonLink>
          <ButtonLink path="/connectors/catalogue">Add from the catalogue</ButtonLink>
        </>
      }
    >
      <Section title="Set up here">
        {list.failure === undefined ? null : (
          <div className="px-4 pb-4">
            <ErrorBox failure={list.failure} onRetry={list.reload} />
          </div>
        )}
        {list.kind === 'loading' ? <Loading rows={3} /> : null}
        {list.kind !== 'ready' ? null : all.length === 0 ? (
          <Empty>
            <p className="mb-3">No connector yet. Pick one from the catalogue: it takes a minute.</p>
            <ButtonLink path="/connectors/catalogue">Open the catalogue</ButtonLink>
          </Empty>
        ) : (
          <Table
            label="Connectors"
            columns={['Name', 'Runs or reaches', 'Unless a rule says otherwise', 'Sessions', 'Health', 'State']}
          >
            {all.map((connector) => (
              <Row key={connector.name} connector={connector} />
            ))}
          </Table>
        )}
      </Section>
    </Page>
  );
}
