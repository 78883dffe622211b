import { useState, type ReactElement } from 'react';
import { visibleLabel } from '../../preload/contract/visible-characters.ts';
import type { GrantScope } from '../../preload/contract/approval.ts';
import { Button } from '../ui/button.tsx';
import { Diff } from '../ui/diff.tsx';
import { Select } from '../ui/fields.tsx';
import { clockText } from '../ui/time.ts';
import { VisibleLines, VisibleText } from '../ui/visible-text.tsx';
import type { Waiting } from './waiting.ts';

/** Nothing of what a person agrees to is cut. */
const WHOLE = Number.POSITIVE_INFINITY;

const SCOPES: Readonly<Record<GrantScope, string>> = {
  once: 'This one call',
  session: 'Calls of this tool, in this session',
  hour: 'Calls of this tool, for one hour',
};

export interface AnswerProps {
  readonly onAllow: (waiting: Waiting, scope: GrantScope) => void;
  readonly onDeny: (waiting: Waiting) => void;
  readonly onPause: (client: string) => void;
}

/** One question with the whole of what it is about. The focus begins on Deny; Allow takes clicks once it is armed. */
export function WaitingCard({
  waiting,
  armed,
  busy,
  first,
  chosen,
  onChoose,
  onAllow,
  onDeny,
  onPause,
}: AnswerProps & {
  waiting: Waiting;
  armed: boolean;
  busy: boolean;
  first: boolean;
  /** Undefined where it is the only one. */
  chosen: boolean | undefined;
  onChoose: (chosen: boolean) => void;
}): ReactElement {
  const [scope, setScope] = useState<GrantScope>('once');
  return (
    <section
      aria-label={visibleLabel(waiting.title, WHOLE)}
      className="space-y-3 rounded-xl border border-line bg-card p-4 shadow-card"
    >
      <div className="flex items-start gap-3">
        {chosen === undefined ? null : (
          <input
            type="checkbox"
            aria-label={`Choose: ${visibleLabel(waiting.title, WHOLE)}`}
            checked={chosen}
            onChange={(event) => onChoose(event.target.checked)}
            className="mt-1 size-4"
          />
        )}
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold">
            <VisibleText text={waiting.title} max={WHOLE} />
          </h2>
          {waiting.reason === '' ? null : (
            <p className="mt-0.5 text-soft">
              <VisibleText text={waiting.reason} max={WHOLE} />
            </p>
          )}
          <p className="mt-0.5 text-soft">
            {waiting.kind === 'call' ? 'Connector: ' : 'Asked by: '}
            <VisibleText text={waiting.from} max={200} /> · answer until {clockText(waiting.expiresAt)}
          </p>
        </div>
      </div>
      {waiting.detail === '' ? null : (
        <pre
          tabIndex={0}
          aria-label="All of it"
          role="group"
          className="max-h-72 overflow-auto rounded-md border border-line bg-sunk px-3 py-2 font-mono text-xs/5 whitespace-pre-wrap"
        >
          <VisibleLines text={waiting.detail} />
        </pre>
      )}
      {waiting.changes.length === 0 ? null : (
        <div className="space-y-1">
          <h3 className="text-soft">What differs from the last one that you allowed</h3>
          <Diff label="Difference to the last call" lines={waiting.changes} />
        </div>
      )}
      {waiting.scopes.length < 2 ? null : (
        <Select
          label="Allow"
          value={scope}
          onChange={setScope}
          options={waiting.scopes.map((value) => ({ value, text: SCOPES[value] }))}
        />
      )}
      <div className="flex flex-wrap justify-end gap-2">
        {waiting.client === undefined ? null : (
          <Button variant="ghost" disabled={busy} onClick={() => onPause(waiting.client ?? '')}>
            Pause this client for 15 minutes
          </Button>
        )}
        <Button variant="danger" autoFocus={first} disabled={busy} onClick={() => onDeny(waiting)}>
          Deny
        </Button>
        <Button variant="primary" disabled={!armed || busy} onClick={() => onAllow(waiting, scope)}>
          Allow
        </Button>
      </div>
    </section>
  );
}
