import { useState, type ReactElement } from 'react';
import type { ClientView } from '../../../preload/contract/client.ts';
import type { ConnectorView } from '../../../preload/contract/connector.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Command } from '../../ui/command.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Icon } from '../../ui/icon.tsx';
import { clockText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { askFor, becameOf, firstCall, titleOf } from './first-run-model.ts';

/** Calls that are looked through for the first one. */
const LOOKED = 50;

/** The third step: what to type in the client, then the call when it comes. */
export function CallStep({
  clients,
  connectors,
}: {
  clients: readonly ClientView[];
  connectors: readonly ConnectorView[];
}): ReactElement {
  const [since] = useState(() => new Date().toISOString());
  const calls = useQuery('logs.query', { limit: LOOKED }, { on: ['log'] });
  const call = firstCall(calls.value ?? [], since);
  const client = clients.find((view) => view.connectors.length > 0);
  const connector = connectors.find(({ name }) => client?.connectors.includes(name));
  return (
    <>
      {client === undefined || connector === undefined ? (
        <p>No client is connected yet. Go back one step, or finish and connect one later.</p>
      ) : (
        <>
          <p>
            <strong className="font-semibold">{client.restartHint}</strong> Then type this in a new chat:
          </p>
          <Command text={askFor(connector)} />
        </>
      )}
      {calls.failure === undefined ? null : <ErrorBox failure={calls.failure} onRetry={calls.reload} />}
      <Card className="px-4 py-4">
        <div role="status">
          {call === undefined ? (
            <p className="flex items-center gap-3 text-soft">
              <span
                aria-hidden="true"
                className="size-4 animate-spin rounded-full border-2 border-accent border-r-transparent"
              />
              Waiting for the first call. It shows here at once.
            </p>
          ) : (
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <Icon name="check" className="size-5 text-good" />
              <span className="min-w-0">
                <strong className="font-semibold">
                  <VisibleText text={titleOf(call.client)} max={100} />
                </strong>{' '}
                called{' '}
                <strong className="font-semibold">
                  <VisibleText text={call.tool ?? 'a tool'} max={100} />
                </strong>{' '}
                of <VisibleText text={call.connector ?? ''} /> at {clockText(call.time)}.
              </span>
              <Badge tone={becameOf(call).tone}>{becameOf(call).text}</Badge>
            </p>
          )}
        </div>
        {call?.reason === undefined ? null : (
          <p className="mt-1 text-soft">
            <VisibleText text={call.reason} max={300} />
          </p>
        )}
        {call === undefined ? null : (
          <p className="mt-2">
            Every call is recorded like this.{' '}
            <a className="text-accent-ink underline" href="#/activity">
              See all of them
            </a>
          </p>
        )}
      </Card>
    </>
  );
}
