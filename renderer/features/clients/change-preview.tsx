import type { ReactElement } from 'react';
import type { ClientChange } from '../../../preload/contract/client.ts';
import { Diff } from '../../ui/diff.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { diffLines } from './client-model.ts';

/** What would be written to which file, and what the person does afterwards. Values of others are hidden in it. */
export function ChangePreview({ change }: { change: ClientChange }): ReactElement {
  return (
    <div className="space-y-2">
      <h3 className="font-medium">
        {change.action === 'unchanged' ? 'Nothing changes in ' : 'Changes in '}
        <span className="font-mono text-xs">
          <VisibleText text={change.path} />
        </span>
      </h3>
      {change.diff === '' ? null : <Diff label={`Changes in ${change.path}`} lines={diffLines(change)} />}
      {change.notes.length === 0 ? null : (
        <ul className="list-disc space-y-1 pl-5 text-soft">
          {change.notes.map((note) => (
            <li key={note}>
              <VisibleText text={note} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
