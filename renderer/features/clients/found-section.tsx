import { useState, type ReactElement } from 'react';
import type { ClientView, FoundServer } from '../../../preload/contract/client.ts';
import type { Query } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { BringInDialog } from './bring-in-dialog.tsx';
import { countText, runsText } from './client-model.ts';
import { PutDialog } from './small-changes.tsx';

type Open = { readonly kind: 'bring' | 'same'; readonly server: FoundServer };

function FoundRow({
  server,
  title,
  onOpen,
}: {
  server: FoundServer;
  title: string;
  onOpen: (open: Open) => void;
}): ReactElement {
  const { target, risks, sameAs, entry } = server;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-4 py-3">
      <div className="min-w-0 flex-1 basis-80">
        <p className="flex flex-wrap items-center gap-2">
          <strong className="font-medium">
            <VisibleText text={entry} max={100} />
          </strong>
          <span className="text-soft">in {title}</span>
          {risks.length === 0 ? null : (
            <Badge tone="warn">{countText(risks.length, 'thing to weigh', 'things to weigh')}</Badge>
          )}
        </p>
        <p className={`mt-0.5 line-clamp-2 text-soft ${target.kind === 'unusable' ? '' : 'font-mono text-xs'}`}>
          <VisibleText text={runsText(server)} max={300} />
          {target.kind === 'unusable' ? <> {target.next}</> : null}
        </p>
      </div>
      {target.kind === 'unusable' ? null : (
        <span className="flex flex-wrap gap-2">
          {sameAs === undefined ? null : (
            <Button onClick={() => onOpen({ kind: 'same', server })}>{`Use your connector “${sameAs}”`}</Button>
          )}
          <Button
            variant={sameAs === undefined ? 'primary' : 'plain'}
            onClick={() => onOpen({ kind: 'bring', server })}
          >
            Bring in
            <span className="sr-only">
              {' '}
              <VisibleText text={entry} max={100} /> of {title}
            </span>
          </Button>
        </span>
      )}
    </li>
  );
}

/** Servers that clients start without the companion, each with a way in. */
export function FoundSection({
  query,
  clients,
}: {
  query: Query<FoundServer[]>;
  clients: readonly ClientView[];
}): ReactElement {
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  const found = query.value ?? [];
  const titleOf = ({ client }: FoundServer): string => clients.find(({ id }) => id === client)?.title ?? client;
  const shown = open === undefined ? undefined : { id: open.server.client, title: titleOf(open.server) };
  return (
    <Section
      title="Servers that bypass the companion"
      aside={found.length === 0 ? null : <Badge tone="warn">{String(found.length)}</Badge>}
    >
      {query.kind === 'loading' ? <Loading rows={3} /> : null}
      {query.failure === undefined ? null : (
        <div className="border-t border-line p-4">
          <ErrorBox failure={query.failure} onRetry={query.reload} />
        </div>
      )}
      {query.kind === 'ready' && found.length === 0 ? (
        <Empty>Your clients start nothing without the companion.</Empty>
      ) : null}
      {found.length === 0 ? null : (
        <>
          <p className="border-t border-line px-4 py-2 text-soft">
            These start by themselves: no rule decides about their calls, and nothing is recorded. Bring them in to
            change that.
          </p>
          <ul>
            {found.map((server) => (
              <FoundRow
                key={`${server.client} ${server.entry}`}
                server={server}
                title={titleOf(server)}
                onOpen={setOpen}
              />
            ))}
          </ul>
        </>
      )}
      {open?.kind === 'bring' && shown !== undefined ? (
        <BringInDialog server={open.server} client={shown} onClose={close} />
      ) : null}
      {open?.kind === 'same' && shown !== undefined && open.server.sameAs !== undefined ? (
        <PutDialog client={shown} connector={open.server.sameAs} inPlaceOf={open.server.entry} onClose={close} />
      ) : null}
    </Section>
  );
}
