import { useState, type ReactElement } from 'react';
import { visibleLabel } from '../../../preload/contract/visible-characters.ts';
import type { ClientView } from '../../../preload/contract/client.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/card.tsx';
import { Field } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { ClientProof } from './client-proof.tsx';
import { problemText, standingOf } from './client-model.ts';
import { ConnectDialog } from './connect-dialog.tsx';
import { DriftNotice } from './drift-notice.tsx';
import { DisconnectDialog, PutDialog, UndoDialog } from './small-changes.tsx';

type Open =
  | { readonly kind: 'connect' | 'undo' }
  | { readonly kind: 'disconnect'; readonly connector: string }
  | { readonly kind: 'put'; readonly connector: string; readonly inPlaceOf: string | undefined };

/** One client: what it starts through the companion, what is wrong, and what can be done. */
export function ClientCard({
  client,
  connectors,
}: {
  client: ClientView;
  /** Names of all connectors; undefined while they are not known. */
  connectors: readonly string[] | undefined;
}): ReactElement {
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  const available = (connectors ?? []).filter((name) => !client.connectors.includes(name));
  const { text, tone } = standingOf(client);
  const canChange = client.state !== 'invalid';
  return (
    <Section title={client.title} aside={<Badge tone={tone}>{text}</Badge>}>
      <div className="space-y-3 border-t border-line px-4 py-3">
        {client.problem === undefined ? null : (
          <p role="status" className="rounded-lg border border-bad-line bg-bad-soft px-3 py-2 text-bad">
            <VisibleText text={problemText(client)} />
          </p>
        )}
        {client.drift.map((drift) => (
          <DriftNotice
            key={`${drift.kind} ${drift.entry}`}
            drift={drift}
            onPut={(connector, inPlaceOf) => setOpen({ kind: 'put', connector, inPlaceOf })}
            onForget={(connector) => setOpen({ kind: 'disconnect', connector })}
          />
        ))}
        <dl>
          <Field label="File">
            <span className="font-mono text-xs">
              <VisibleText text={client.path} />
            </span>
            {client.state === 'no_file' ? <span className="text-soft"> (not there yet)</span> : null}
          </Field>
          <Field label="Through Runlayer">
            {client.connectors.length === 0 ? (
              <span className="text-soft">Nothing yet</span>
            ) : (
              <ul className="flex flex-wrap gap-1.5">
                {client.connectors.map((name) => (
                  <li
                    key={name}
                    className="inline-flex items-center gap-1 rounded-md border border-line bg-sunk py-0.5 pr-0.5 pl-2"
                  >
                    <a href={`#/connectors/${encodeURIComponent(name)}`} className="hover:underline">
                      <VisibleText text={name} />
                    </a>
                    <button
                      type="button"
                      aria-label={`Take ${visibleLabel(name, 80)} out of ${client.title}`}
                      className="rounded p-1 text-soft hover:bg-card hover:text-ink"
                      onClick={() => setOpen({ kind: 'disconnect', connector: name })}
                    >
                      <Icon name="close" className="size-3" />
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </Field>
        </dl>
        <ClientProof client={client} />
        <div className="flex flex-wrap gap-2">
          {!canChange || available.length === 0 ? null : (
            <Button
              variant={client.connectors.length === 0 && client.state !== 'absent' ? 'primary' : 'plain'}
              onClick={() => setOpen({ kind: 'connect' })}
            >
              {client.state === 'absent' ? 'Connect anyway' : 'Connect'}
              <span className="sr-only"> {client.title}</span>
            </Button>
          )}
          {client.undo ? (
            <Button onClick={() => setOpen({ kind: 'undo' })}>
              <Icon name="undo" /> Undo the last change
              <span className="sr-only"> to {client.title}</span>
            </Button>
          ) : null}
          {connectors?.length === 0 && client.connectors.length === 0 ? (
            <p className="text-soft">
              There is nothing to connect yet.{' '}
              <a className="text-accent-ink underline" href="#/connectors/catalogue">
                Add a connector
              </a>{' '}
              first.
            </p>
          ) : null}
        </div>
      </div>
      {open?.kind === 'connect' ? <ConnectDialog client={client} available={available} onClose={close} /> : null}
      {open?.kind === 'undo' ? <UndoDialog client={client} onClose={close} /> : null}
      {open?.kind === 'disconnect' ? (
        <DisconnectDialog client={client} connector={open.connector} onClose={close} />
      ) : null}
      {open?.kind === 'put' ? (
        <PutDialog
          client={client}
          connector={open.connector}
          {...(open.inPlaceOf === undefined ? {} : { inPlaceOf: open.inPlaceOf })}
          onClose={close}
        />
      ) : null}
    </Section>
  );
}
