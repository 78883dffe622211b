import type { ReactElement } from 'react';
import type { ApprovalView } from '../../../preload/contract/approval.ts';
import { Section } from '../../ui/card.tsx';
import { Command } from '../../ui/command.tsx';
import { clockText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';

const STATES: Readonly<Record<ApprovalView['state'], string>> = {
  waiting: '',
  pending: 'Its client was told to call again. ',
  approved: 'Approved; it is made when its client calls again. ',
};

/** Calls that wait for a person. From here they can be denied; allowing one needs a terminal. */
export function WaitingCalls({
  approvals,
  onDeny,
}: {
  approvals: readonly ApprovalView[];
  onDeny: (id: string) => void;
}): ReactElement | null {
  if (approvals.length === 0) return null;
  const waiting = approvals.filter(({ state }) => state !== 'approved').length;
  return (
    <Section
      title={waiting === 1 ? '1 call waits for you' : `${waiting} calls wait for you`}
      aside={<span className="text-soft">Allow at a terminal, or deny here</span>}
    >
      <ul>
        {approvals.map((approval) => (
          <li key={approval.id} className="border-t border-line px-4 py-3">
            <div className="flex items-start justify-between gap-4">
              <div className="min-w-0">
                <div>
                  <span className="font-semibold">
                    <VisibleText text={approval.client} max={80} />
                  </span>{' '}
                  <span className="text-soft">{approval.about === 'answer' ? 'gets an answer of' : 'calls'}</span>{' '}
                  <span className="font-mono text-xs">
                    <VisibleText text={`${approval.connector} / ${approval.tool}`} max={200} />
                  </span>
                </div>
                <div className="mt-0.5 text-soft">
                  <VisibleText text={approval.reason} max={300} /> {STATES[approval.state]}Expires{' '}
                  {clockText(approval.expiresAt)}.
                </div>
              </div>
              <button
                type="button"
                className="shrink-0 rounded-md border border-line bg-card px-3 py-1 font-medium hover:border-bad-line hover:bg-bad-soft hover:text-bad"
                onClick={() => onDeny(approval.id)}
              >
                Deny
              </button>
            </div>
            <pre className="mt-2 max-h-40 overflow-auto rounded-md bg-sunk px-3 py-2 font-mono text-xs whitespace-pre-wrap">
              <VisibleText text={approval.arguments} />
            </pre>
            {approval.state === 'approved' ? null : (
              <div className="mt-2">
                <Command text={`runlayer approvals approve ${approval.id}`} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
