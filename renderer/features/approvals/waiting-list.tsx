import type { ReactElement, ReactNode } from 'react';
import type { ApprovalView } from '../../../preload/contract/approval.ts';
import type { HeldQuestion } from '../../../preload/contract/held.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/card.tsx';
import { clockText } from '../../ui/time.ts';
import { VisibleLines, VisibleText } from '../../ui/visible-text.tsx';

const STATES: Readonly<Record<ApprovalView['state'], string>> = {
  waiting: 'Its client waits.',
  pending: 'Its client was told to call again.',
  approved: 'Approved; it is made when its client calls again.',
};

function Item({
  title,
  note,
  detail,
  actions,
}: {
  title: ReactNode;
  note: ReactNode;
  detail: string;
  actions: ReactNode;
}): ReactElement {
  return (
    <li className="border-t border-line px-4 py-3">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1">
          <div className="font-semibold">{title}</div>
          <div className="mt-0.5 text-soft">{note}</div>
        </div>
        <div className="flex gap-2">{actions}</div>
      </div>
      {detail === '' ? null : (
        <pre
          tabIndex={0}
          role="group"
          aria-label="All of it"
          className="mt-2 max-h-40 overflow-auto rounded-md bg-sunk px-3 py-2 font-mono text-xs/5 whitespace-pre-wrap"
        >
          <VisibleLines text={detail} />
        </pre>
      )}
    </li>
  );
}

/** All that waits. From here it can be refused; a yes is given in the approval window. */
export function WaitingList({
  held,
  approvals,
  busy,
  onRefuse,
  onDeny,
  onPause,
}: {
  held: readonly HeldQuestion[];
  approvals: readonly ApprovalView[];
  busy: boolean;
  onRefuse: (id: string) => void;
  onDeny: (id: string) => void;
  onPause: (client: string) => void;
}): ReactElement {
  return (
    <Section title="Waiting for you">
      <ul>
        {held.map(({ id, title, detail, from, expiresAt }) => (
          <Item
            key={id}
            title={<VisibleText text={title} />}
            note={
              <>
                Asked by: <VisibleText text={from} max={200} />. Answer until {clockText(expiresAt)}.
              </>
            }
            detail={detail}
            actions={
              <Button variant="danger" disabled={busy} onClick={() => onRefuse(id)}>
                Deny
              </Button>
            }
          />
        ))}
        {approvals.map((approval) => (
          <Item
            key={approval.id}
            title={
              <>
                <VisibleText text={approval.client} max={120} />{' '}
                {approval.about === 'answer' ? 'is to get an answer of' : 'wants to call'}{' '}
                <VisibleText text={approval.tool} max={200} />
                <span className="font-normal text-soft"> on </span>
                <VisibleText text={approval.connector} max={80} />
              </>
            }
            note={
              <>
                <VisibleText text={approval.reason} max={400} /> {STATES[approval.state]} Answer until{' '}
                {clockText(approval.expiresAt)}.
              </>
            }
            detail={approval.arguments}
            actions={
              <>
                <Button disabled={busy} onClick={() => onPause(approval.client)}>
                  Pause this client
                </Button>
                <Button
                  disabled={busy}
                  onClick={() => {
                    window.location.hash = `#/policy?approval=${encodeURIComponent(approval.id)}`;
                  }}
                >
                  Add a rule
                </Button>
                <Button variant="danger" disabled={busy} onClick={() => onDeny(approval.id)}>
                  Deny
                </Button>
              </>
            }
          />
        ))}
      </ul>
    </Section>
  );
}
