import type { ReactElement } from 'react';
import type { PinDiff } from '../../../preload/contract/pin.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Diff } from '../../ui/diff.tsx';
import { fullText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { PIN_WORDS } from './policy-words.ts';

/** One item that is not what was agreed to: what is different, line by line. */
export function HeldItem({
  diff,
  busy,
  onAccept,
}: {
  diff: PinDiff;
  busy: boolean;
  onAccept: () => void;
}): ReactElement {
  const { pin, fields } = diff;
  return (
    <li className="space-y-2 border-t border-line px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div className="min-w-0">
          <span className="font-medium">
            {PIN_WORDS[pin.kind]}{' '}
            {pin.name === '' ? null : (
              <span className="font-mono text-xs">
                <VisibleText text={pin.name} max={300} />
              </span>
            )}
          </span>{' '}
          <Badge tone={pin.state === 'changed' ? 'bad' : 'warn'}>{pin.state === 'changed' ? 'changed' : 'new'}</Badge>
          <div className="text-xs text-soft">
            {pin.changedAt === undefined
              ? `seen first on ${fullText(pin.firstSeenAt)}`
              : `another since ${fullText(pin.changedAt)}`}
          </div>
        </div>
        <Button busy={busy} disabled={pin.seen === undefined} onClick={onAccept}>
          {pin.state === 'changed' ? 'Agree to the change' : 'Agree to it'}
        </Button>
      </div>
      {fields.map(({ field, lines }) => (
        <div key={field} className="space-y-1">
          <div className="text-xs text-soft">{field}</div>
          <Diff label={`What is different in ${field}`} lines={lines} />
        </div>
      ))}
    </li>
  );
}
