import { useState, type ReactElement } from 'react';
import { visibleLabel } from '../../../preload/contract/visible-characters.ts';
import type { TenantServer } from '../../../preload/contract/tenant.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { AcceptDialog } from './accept-dialog.tsx';

const MAX_SHOWN = 100;

function LookButton({
  server,
  onLook,
}: {
  server: TenantServer;
  onLook: (server: TenantServer) => void;
}): ReactElement {
  const text = server.connector === undefined ? 'Look at it' : 'Look again';
  return (
    <Button aria-label={`${text}: ${visibleLabel(server.name, 128)}`} onClick={() => onLook(server)}>
      {text}
    </Button>
  );
}

/** What one tenant offers. Accepting one is agreed to in the approval window, with the whole of what it runs. */
export function ServersSection({ host }: { host: string }): ReactElement {
  const { kind, value = [], failure, reload } = useQuery('tenant.servers', { host }, { on: [] });
  const [looking, setLooking] = useState<TenantServer>();
  return (
    <Section
      title={`Connectors of ${host}`}
      aside={
        <Button onClick={reload} aria-label={`Load again: connectors of ${host}`}>
          Load again
        </Button>
      }
    >
      {failure === undefined ? null : (
        <div className="px-4 pb-4">
          <ErrorBox failure={failure} onRetry={reload} />
        </div>
      )}
      {kind === 'loading' ? <Loading rows={3} /> : null}
      {kind !== 'ready' ? null : value.length === 0 ? (
        <Empty>This tenant gives you no connector. Ask whoever runs it.</Empty>
      ) : (
        <Table label={`Connectors of ${host}`} columns={['Name', 'About', 'Here', 'Actions']}>
          {value.slice(0, MAX_SHOWN).map((server) => (
            <tr key={server.id} className="border-t border-line">
              <Cell className="font-medium">
                <VisibleText text={server.name} max={128} />
              </Cell>
              <Cell className="text-soft">
                <VisibleText text={server.description} max={300} />
              </Cell>
              <Cell>
                {server.connector === undefined ? (
                  <Badge tone="plain">not accepted</Badge>
                ) : (
                  <a
                    className="text-accent-ink underline"
                    href={`#/connectors/${encodeURIComponent(server.connector)}`}
                  >
                    <VisibleText text={server.connector} />
                  </a>
                )}
              </Cell>
              <Cell>
                <LookButton server={server} onLook={setLooking} />
              </Cell>
            </tr>
          ))}
        </Table>
      )}
      {value.length > MAX_SHOWN ? (
        <p className="border-t border-line px-4 py-2 text-soft">
          And {value.length - MAX_SHOWN} more: see “runlayer tenant servers”.
        </p>
      ) : null}
      {looking === undefined ? null : (
        <AcceptDialog
          host={host}
          server={looking}
          onClose={() => setLooking(undefined)}
          onDone={() => {
            setLooking(undefined);
            reload();
          }}
        />
      )}
    </Section>
  );
}
