import { useState, type ReactElement } from 'react';
import type { ActivityFilter, ExportFormat } from '../../../preload/contract/activity.ts';
import { useStore } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select } from '../../ui/fields.tsx';
import { Progress } from '../../ui/progress.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { isNarrowed, numberText, totalText } from './activity-model.ts';
import { useJob } from './use-job.ts';

const FORMATS = [
  { value: 'csv', text: 'CSV, for spreadsheets' },
  { value: 'json', text: 'JSON lines, for programs: one entry a line' },
] as const;

/** Writes what is shown into a file. It goes on when the dialog, or the window, is closed. */
export function ExportDialog({
  filter,
  total,
  job,
  onStarted,
  onClose,
}: {
  filter: ActivityFilter;
  total: number;
  /** Of the export that was begun last. */
  job: string | undefined;
  onStarted: (job: string) => void;
  onClose: () => void;
}): ReactElement {
  const store = useStore();
  const action = useAction();
  const [format, setFormat] = useState<ExportFormat>('csv');
  const view = useJob(job);
  const isRunning = view?.state === 'running';
  const start = async (): Promise<void> => {
    const started = await action.run(() => store.call('activity.export', { format, filter }));
    if (started !== undefined) onStarted(started.job);
  };
  return (
    <Dialog
      title="Export"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          {isRunning ? (
            <Button variant="danger" onClick={() => void action.run(() => store.call('jobs.cancel', { id: view.id }))}>
              Cancel the export
            </Button>
          ) : (
            <Button variant="primary" busy={action.busy} disabled={total === 0} onClick={() => void start()}>
              Export {totalText(total, filter.events)}
            </Button>
          )}
        </>
      }
    >
      <p>
        {isNarrowed(filter) ? 'What the search and the filters show now' : 'Everything in the log'} is written into a
        new file in your Downloads folder. Only you can read it. Arguments are in it as the journal keeps them: short
        values, and of long ones only the size.
      </p>
      <Select label="Format" value={format} options={FORMATS} onChange={setFormat} />
      {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
      {view === undefined ? null : (
        <div role="status">
          {view.state === 'running' ? (
            <Progress label={`${numberText(view.done)} written`} done={view.done} total={view.total} />
          ) : null}
          {view.state === 'done' ? (
            <p>
              {numberText(view.done)} entries are in{' '}
              <span className="font-mono text-xs">
                <VisibleText text={view.result ?? ''} />
              </span>
            </p>
          ) : null}
          {view.state === 'cancelled' ? <p>The export was cancelled. No file is left.</p> : null}
          {view.failure === undefined ? null : <ErrorBox failure={view.failure} />}
        </div>
      )}
    </Dialog>
  );
}
