import { useState, type ReactElement } from 'react';
import { useMinute } from '../../state/use-minute.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { BindingsSection } from './bindings-section.tsx';
import { ConfigsSection } from './configs-section.tsx';
import { EndpointSection } from './endpoint-section.tsx';
import { bindCommand } from './hub-model.ts';
import { ReachSection } from './reach-section.tsx';
import { TokenDialog } from './token-dialog.tsx';

export function HubPage(): ReactElement {
  const now = useMinute();
  const endpoint = useQuery('hub.endpoint', {});
  const bindings = useQuery('hub.binds', {});
  const configs = useQuery('hub.configs.list', {});
  const [isMaking, setMaking] = useState(false);
  return (
    <Page
      title="Hub tokens"
      about="One local address for all servers. Each client that speaks HTTP gets a token of its own, which you can end here."
      actions={
        <Button variant="primary" onClick={() => setMaking(true)}>
          Make a token
        </Button>
      }
    >
      <EndpointSection query={endpoint} />
      <BindingsSection query={bindings} now={now} />
      <ConfigsSection query={configs} />
      {endpoint.value === undefined ? null : <ReachSection endpoint={endpoint.value} onChanged={endpoint.reload} />}
      {isMaking ? (
        <TokenDialog
          title="A token for all connectors"
          command={bindCommand(null)}
          after="To narrow it to one connector and some of its tools, make a config first, and a token for that."
          onClose={() => setMaking(false)}
        />
      ) : null}
    </Page>
  );
}
