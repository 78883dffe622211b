import type { ReactElement, ReactNode } from 'react';
import type { LogEntry } from '../../../preload/contract/audit.ts';
import { fullText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { attemptsOf, deciderText, durationOf, findingsOf, outcomeText } from './activity-model.ts';
import { argumentLines, type ArgumentLine } from './argument-lines.ts';

function Field({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <div className="grid grid-cols-[7rem_1fr] gap-2 py-1">
      <dt className="text-soft">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

const INDENTS = ['pl-0', 'pl-4', 'pl-8', 'pl-12', 'pl-16', 'pl-20'] as const;

function Line({ line }: { line: ArgumentLine }): ReactElement {
  return (
    <div className={INDENTS[Math.min(line.depth, INDENTS.length - 1)]}>
      {line.key === undefined ? null : (
        <span className="text-soft">
          <VisibleText text={line.key} max={200} />:{' '}
        </span>
      )}
      <span className={line.described ? 'text-soft italic' : ''}>
        <VisibleText text={line.value} max={600} />
      </span>
    </div>
  );
}

/** All that the journal knows about one call, in words. */
export function CallDetail({ entry }: { entry: LogEntry }): ReactElement {
  const attempts = attemptsOf(entry);
  const findings = findingsOf(entry);
  return (
    <div className="grid gap-x-8 gap-y-3 lg:grid-cols-2">
      <dl>
        <Field label="Reason">
          <VisibleText text={entry.reason ?? '–'} />
        </Field>
        <Field label="Decided by">
          <VisibleText text={deciderText(entry)} />
        </Field>
        <Field label="Rule">
          <span className="font-mono text-xs">
            <VisibleText text={entry.ruleId ?? 'none'} />
          </span>
        </Field>
        <Field label="Outcome">
          <VisibleText text={outcomeText(entry)} />
        </Field>
        {findings.length === 0 ? null : (
          <Field label="Found">
            {findings.map((finding) => (
              <div key={finding}>
                <VisibleText text={finding} max={200} />
              </div>
            ))}
          </Field>
        )}
        <Field label="Duration">{durationOf(entry)}</Field>
        {attempts === undefined ? null : (
          <Field label="Attempts">{attempts}: the server asked for input and the client called again with it.</Field>
        )}
        <Field label="Time">
          <time dateTime={entry.time}>{fullText(entry.time)}</time>
        </Field>
        <Field label="Method">
          <span className="font-mono text-xs">
            <VisibleText text={entry.method ?? '–'} max={200} />
          </span>
        </Field>
        <Field label="Reference">
          <span className="font-mono text-xs">
            <VisibleText text={entry.id} max={200} />
          </span>
        </Field>
      </dl>
      <div className="min-w-0">
        <h3 className="py-1 text-soft">Arguments, as the journal keeps them</h3>
        <div className="max-h-72 overflow-auto rounded-md border border-line bg-card px-3 py-2 font-mono text-xs/5">
          {entry.arguments === undefined ? (
            <span className="text-soft italic">none</span>
          ) : (
            argumentLines(entry.arguments).map((line, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- lines of one call have no other identity
              <Line key={index} line={line} />
            ))
          )}
        </div>
      </div>
    </div>
  );
}
