import { useState, type ReactElement } from 'react';
import type { ImportPreview } from '../../../preload/contract/policy-page.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Switch } from '../../ui/switch.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { ChangePreviewPanel } from './change-preview.tsx';
import { many } from './policy-words.ts';
import { Findings, Sentence } from './sentence.tsx';

/** As the companion bounds it. */
const MAX_CHARACTERS = 5_000_000;
const SHOWN = 200;

function Lines({ lines }: { lines: ImportPreview['lines'] }): ReactElement {
  if (lines.length === 0) return <p className="text-soft">It changes nothing: all of it is there already.</p>;
  const added = lines.filter(({ mark }) => mark === '+').length;
  return (
    <div className="space-y-2">
      <p className="font-medium">
        {added} would be added, {lines.length - added} would go.
      </p>
      <ul aria-label="What would change" tabIndex={0} className="max-h-72 overflow-auto rounded-md border border-line">
        {lines.slice(0, SHOWN).map((line, at) => (
          <li
            // oxlint-disable-next-line react/no-array-index-key -- lines of one file have no other identity
            key={at}
            className={`flex gap-2 border-b border-line px-3 py-1.5 last:border-b-0 ${line.mark === '+' ? 'bg-good-soft' : 'bg-bad-soft'}`}
          >
            <span className="font-mono">
              <span aria-hidden="true">{line.mark}</span>
              <span className="sr-only">{line.mark === '+' ? 'Added:' : 'Removed:'}</span>
            </span>
            <span className="min-w-0">
              <Sentence sentence={line.sentence} full={line.full} />
              {line.note === undefined ? null : (
                <span className="block text-xs text-soft">
                  <VisibleText text={line.note} max={300} />
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
      {lines.length > SHOWN ? (
        <p className="text-xs text-soft">
          The first {SHOWN} of {many(lines.length, 'line')}.
        </p>
      ) : null}
    </div>
  );
}

/** Rules from a file: read, shown, tried on past calls, and only then taken in. */
export function ImportDialog({ onClose, onDone }: { onClose: () => void; onDone: () => void }): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const [text, setText] = useState<string>();
  const [replace, setReplace] = useState(false);
  const query = useQuery('policy.previewImport', text === undefined ? undefined : { text, replace });
  const preview = query.value;
  const set = preview?.set;

  const read = async (file: File | undefined): Promise<void> => {
    setText(undefined);
    if (file === undefined) return;
    // One character more is enough to be told that it is too long.
    const whole = await action.run(() => file.slice(0, 4 * MAX_CHARACTERS).text());
    if (whole !== undefined) setText(whole.slice(0, MAX_CHARACTERS));
  };
  const take = async (): Promise<void> => {
    if (set === undefined) return;
    const done = await action.run(() => call('policy.import', { set, replace }));
    if (done !== undefined) onDone();
  };
  return (
    <Dialog
      wide
      title="Import rules"
      onClose={onClose}
      footer={
        <>
          {preview?.weakens === true ? (
            <p className="mr-auto self-center text-xs text-soft">
              It lets more through, so you are asked in the approval window.
            </p>
          ) : null}
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={action.busy}
            disabled={set === undefined || preview?.lines.length === 0}
            onClick={() => void take()}
          >
            Import
          </Button>
        </>
      }
    >
      <div className="space-y-1">
        <label htmlFor="rules-file" className="block font-medium">
          File of rules
        </label>
        <input
          id="rules-file"
          type="file"
          accept=".json,application/json"
          onChange={(event) => void read(event.target.files?.[0])}
          className="w-full rounded-md border border-line bg-card px-2.5 py-1.5 file:mr-3 file:rounded file:border-0 file:bg-sunk file:px-2 file:py-1 file:text-ink"
        />
      </div>
      <div className="flex items-center gap-3">
        <Switch label="Replace the rules of now" on={replace} onChange={setReplace} />
        <span>Replace the rules of now: what is not in the file goes.</span>
      </div>
      {text === undefined ? (
        <p className="text-soft">Choose a file that was exported here or with "runlayer policy export".</p>
      ) : query.kind === 'failed' && query.failure !== undefined ? (
        <ErrorBox failure={query.failure} onRetry={query.reload} />
      ) : preview === undefined ? (
        <Progress label="Reading the file" />
      ) : set === undefined ? (
        <div role="alert" className="rounded-lg border border-bad-line bg-bad-soft px-4 py-2.5 text-bad">
          <p className="font-semibold">This is no set of rules. Nothing was changed.</p>
          <ul>
            {preview.problems.map(({ path, text: problem }) => (
              <li key={`${path} ${problem}`}>
                {path === '' ? null : <code className="font-mono text-xs">{path}: </code>}
                <VisibleText text={problem} max={500} />
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <>
          <Lines lines={preview.lines} />
          <Findings findings={preview.findings} />
          {preview.lines.length === 0 ? null : <ChangePreviewPanel change={{ import: { set, replace } }} />}
        </>
      )}
      {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
      {action.waitingForYes ? <WaitingForYes /> : null}
    </Dialog>
  );
}
