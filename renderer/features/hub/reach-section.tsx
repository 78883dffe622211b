import { useState, type ReactElement } from 'react';
import type { HubEndpoint } from '../../../preload/contract/hub.ts';
import { useCompanion } from '../../state/context.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/card.tsx';
import { Command } from '../../ui/command.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { listenerText } from './hub-model.ts';

type Closing = { readonly kind: 'listener' | 'origin'; readonly id: string; readonly text: string };

/** Where else the hub can be reached from. Opening a way in is done at a terminal, closing one here. */
export function ReachSection({ endpoint, onChanged }: { endpoint: HubEndpoint; onChanged: () => void }): ReactElement {
  const { call } = useCompanion();
  const [closing, setClosing] = useState<Closing>();
  const { listeners, origins } = endpoint;
  return (
    <Section title="Other ways in">
      {listeners.length === 0 && origins.length === 0 ? (
        <p className="border-t border-line px-4 py-3 text-soft">
          None. Sandboxes and containers do not reach the hub, and requests that name a web page as their origin are
          refused.
        </p>
      ) : (
        <Table label="Other ways in" columns={['Way in', 'State', 'Actions']}>
          {listeners.map(({ listener, state, problem }) => (
            <tr key={listener.id} className="border-t border-line">
              <Cell>
                <VisibleText text={listenerText(listener)} />
                {listener.kind === 'address' && listener.lan === true ? (
                  <p className="text-warn">Other machines on your network reach it too.</p>
                ) : null}
                {problem === '' ? null : (
                  <p className="text-warn">
                    <VisibleText text={problem} max={300} />
                  </p>
                )}
              </Cell>
              <Cell>
                <Badge tone={state === 'listening' ? 'good' : 'bad'}>
                  {state === 'listening' ? 'listening' : 'failed'}
                </Badge>
              </Cell>
              <Cell>
                <Button
                  variant="danger"
                  aria-label={`Close ${listenerText(listener)}`}
                  onClick={() => setClosing({ kind: 'listener', id: listener.id, text: listenerText(listener) })}
                >
                  Close
                </Button>
              </Cell>
            </tr>
          ))}
          {origins.map((origin) => (
            <tr key={origin} className="border-t border-line">
              <Cell>
                Requests with the origin <VisibleText text={origin} />
              </Cell>
              <Cell>
                <Badge tone="plain">let in with a token</Badge>
              </Cell>
              <Cell>
                <Button
                  variant="danger"
                  aria-label={`Refuse ${origin}`}
                  onClick={() => setClosing({ kind: 'origin', id: origin, text: origin })}
                >
                  Refuse
                </Button>
              </Cell>
            </tr>
          ))}
        </Table>
      )}
      <div className="space-y-2 border-t border-line px-4 py-3 text-soft">
        <p>A way in for a sandbox or container is opened at a terminal, because a page could be made to open one:</p>
        <p className="flex flex-wrap gap-2">
          <Command text="runlayer hub listen --help" />
          <Command text="runlayer hub allow-origin --help" />
        </p>
      </div>
      {closing === undefined ? null : (
        <ConfirmDialog
          title={closing.kind === 'listener' ? 'Close this way in?' : 'Refuse this origin?'}
          action={closing.kind === 'listener' ? 'Close' : 'Refuse'}
          does={() =>
            closing.kind === 'listener'
              ? call('hub.listen.remove', { id: closing.id })
              : call('hub.origins.refuse', { origin: closing.id })
          }
          onClose={() => setClosing(undefined)}
          onDone={() => {
            setClosing(undefined);
            onChanged();
          }}
        >
          <p>
            <VisibleText text={closing.text} max={300} />
          </p>
          <p className="text-soft">What uses it is refused from now on. It is opened again at a terminal.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}
