import { useState, type ReactElement } from 'react';
import type { HubBindingView } from '../../../preload/contract/hub.ts';
import { useCompanion } from '../../state/context.ts';
import type { Query } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { Command } from '../../ui/command.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { fullText, momentText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { bindingText, rotateCommand } from './hub-model.ts';
import { TokenDialog } from './token-dialog.tsx';

function Moment({ time, now }: { time: string; now: number }): ReactElement {
  return (
    <time dateTime={time} title={fullText(time)}>
      {momentText(time, now)}
    </time>
  );
}

function Row({
  binding,
  now,
  onRotate,
  onRevoke,
}: {
  binding: HubBindingView;
  now: number;
  onRotate: () => void;
  onRevoke: () => void;
}): ReactElement {
  const { id, client, secrets, sessions, lastUsedAt, createdAt, rotatedAt, problem } = binding;
  const carried = Object.entries(secrets);
  return (
    <tr className="border-t border-line align-top">
      <Cell>
        <div className="font-medium">
          <VisibleText text={bindingText(binding)} />
        </div>
        <div className="font-mono text-xs text-soft">{id}</div>
        {problem === '' ? null : (
          <p className="mt-1 text-warn">
            <VisibleText text={problem} max={300} />
          </p>
        )}
      </Cell>
      <Cell>
        {client === undefined ? <span className="text-soft">anyone with it</span> : <VisibleText text={client} />}
      </Cell>
      <Cell>
        {carried.length === 0 ? (
          <span className="text-soft">none of its own</span>
        ) : (
          <ul>
            {carried.map(([as, reference]) => (
              <li key={as} className="font-mono text-xs break-all">
                <VisibleText text={`${as} ← ${reference}`} max={160} />
              </li>
            ))}
          </ul>
        )}
      </Cell>
      <Cell className="text-soft whitespace-nowrap">
        <div>
          {sessions > 0 ? (
            <Badge tone="good">{sessions === 1 ? '1 session' : `${sessions} sessions`}</Badge>
          ) : lastUsedAt === undefined ? (
            'not since the start'
          ) : (
            <Moment time={lastUsedAt} now={now} />
          )}
        </div>
        <div className="text-xs">
          {rotatedAt === undefined ? 'made ' : 'renewed '}
          <Moment time={rotatedAt ?? createdAt} now={now} />
        </div>
      </Cell>
      <Cell>
        <div className="flex gap-1">
          <Button aria-label={`New token for ${id}`} onClick={onRotate}>
            New token
          </Button>
          <Button variant="danger" aria-label={`Revoke ${id}`} onClick={onRevoke}>
            Revoke
          </Button>
        </div>
      </Cell>
    </tr>
  );
}

/** Who holds a token, for what; each ends one by one. */
export function BindingsSection({ query, now }: { query: Query<HubBindingView[]>; now: number }): ReactElement {
  const { call } = useCompanion();
  const [revoking, setRevoking] = useState<HubBindingView>();
  const [rotating, setRotating] = useState<HubBindingView>();
  const { kind, value = [], failure, reload } = query;
  return (
    <Section title="Tokens">
      {failure === undefined ? null : (
        <div className="px-4 pb-4">
          <ErrorBox failure={failure} onRetry={reload} />
        </div>
      )}
      {kind === 'loading' ? <Loading rows={2} /> : null}
      {kind !== 'ready' ? null : value.length === 0 ? (
        <Empty>
          <p>
            No token was made yet. A client that speaks HTTP needs one; clients that start “runlayer run” need none.
          </p>
          <p className="mt-3">
            <Command text="runlayer hub bind --all" />
          </p>
        </Empty>
      ) : (
        <Table label="Tokens" columns={['Opens', 'Made for', 'Secrets', 'Used', 'Actions']}>
          {value.map((binding) => (
            <Row
              key={binding.id}
              binding={binding}
              now={now}
              onRotate={() => setRotating(binding)}
              onRevoke={() => setRevoking(binding)}
            />
          ))}
        </Table>
      )}
      {rotating === undefined ? null : (
        <TokenDialog
          title={`New token for ${bindingText(rotating)}`}
          command={rotateCommand(rotating.id)}
          after="The old token is dead as soon as the new one is made. Put the new one into the client afterwards."
          onClose={() => setRotating(undefined)}
        />
      )}
      {revoking === undefined ? null : (
        <ConfirmDialog
          title={`Revoke the token for ${bindingText(revoking)}?`}
          action="Revoke"
          does={() => call('hub.revoke', { binding: revoking.id })}
          onClose={() => setRevoking(undefined)}
          onDone={() => {
            setRevoking(undefined);
            reload();
          }}
        >
          <p>Whoever uses it is refused from now on, and its sessions end. A new token has to be made to go on.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}
