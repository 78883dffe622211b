import type { ReactElement } from 'react';
import type { ClientDrift } from '../../../preload/contract/client.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';

/** One thing that is not as we wrote it, with what can be done about it. */
export function DriftNotice({
  drift,
  onPut,
  onForget,
}: {
  drift: ClientDrift;
  onPut: (connector: string, inPlaceOf: string | undefined) => void;
  onForget: (connector: string) => void;
}): ReactElement {
  const { kind, connector, entry, text, next } = drift;
  const put = { removed: 'Put it back', replaced: 'Put ours back', launcher: 'Repair', unknown: undefined }[kind];
  const forget = { removed: 'Leave it out', replaced: 'Leave it', launcher: undefined, unknown: 'Take it out' }[kind];
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-3 rounded-lg border border-warn-line bg-warn-soft px-3 py-2 text-warn"
    >
      <Icon name="shieldAlert" className="size-4.5" />
      <p className="min-w-0 flex-1">
        <strong className="font-semibold">
          <VisibleText text={text} />
        </strong>{' '}
        <VisibleText text={next} />
      </p>
      {connector === null ? null : (
        <span className="flex gap-2">
          {put === undefined ? null : (
            <Button onClick={() => onPut(connector, kind === 'replaced' ? entry : undefined)}>{put}</Button>
          )}
          {forget === undefined ? null : <Button onClick={() => onForget(connector)}>{forget}</Button>}
        </span>
      )}
    </div>
  );
}
