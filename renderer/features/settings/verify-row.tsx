import type { ReactElement } from 'react';
import type { VerificationResult } from '../../../preload/contract/verification.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Progress } from '../../ui/progress.tsx';
import { fullText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { SettingRow } from './setting-row.tsx';
import { bytesText, resultSaid, sentence } from './settings-model.ts';
import { useVerification } from './use-verification.ts';

const MAX_SHOWN = 20;

function Result({ result, endedAt }: { result: VerificationResult; endedAt: string | null }): ReactElement {
  const said = resultSaid(result);
  const hidden = result.problems.length + result.moreProblems - Math.min(result.problems.length, MAX_SHOWN);
  return (
    <div role="status" className="mt-2 space-y-1">
      <p>
        <Badge tone={said.tone}>{said.badge}</Badge> <span className="text-ink">{said.text}</span>
        {endedAt === null ? null : ` Checked ${fullText(endedAt)}.`}
      </p>
      {result.note === '' ? null : (
        <p>
          <VisibleText text={sentence(result.note)} max={400} />
        </p>
      )}
      {result.why === '' ? null : (
        <p>
          <VisibleText text={result.why} max={400} />
        </p>
      )}
      {result.problems.length === 0 ? null : (
        <ul className="space-y-0.5 font-mono text-xs text-bad">
          {result.problems.slice(0, MAX_SHOWN).map(({ file, line, code, text }) => (
            <li key={`${file}:${line} ${code} ${text}`}>
              <VisibleText text={`${file === '' ? 'journal' : file}:${line} ${text} (${code})`} max={300} />
            </li>
          ))}
          {hidden > 0 ? <li>and {hidden} more; see “runlayer audit verify”</li> : null}
        </ul>
      )}
    </div>
  );
}

/** Proves the whole journal; it goes on when the page is closed. */
export function VerifyRow(): ReactElement {
  const { value, failure, begin, cancel } = useVerification();
  const isRunning = value?.state === 'running';
  return (
    <SettingRow
      title="Verify"
      control={isRunning ? <Button onClick={cancel}>Stop</Button> : <Button onClick={begin}>Verify now</Button>}
    >
      <p>Reads every record and proves that none is missing, changed or out of order. Calls go on meanwhile.</p>
      {isRunning ? (
        <Progress
          label={
            value.bytesTotal === 0
              ? 'Reading the keychain'
              : `Read ${bytesText(value.bytesRead)} of ${bytesText(value.bytesTotal)}`
          }
          {...(value.bytesTotal === 0 ? {} : { done: value.bytesRead, total: value.bytesTotal })}
        />
      ) : null}
      {value?.state === 'done' && value.result !== null ? (
        <Result result={value.result} endedAt={value.endedAt} />
      ) : null}
      {value?.state === 'cancelled' ? <p role="status">Stopped before its end.</p> : null}
      {value?.state === 'failed' && value.failure !== null ? (
        <ErrorBox failure={value.failure} onRetry={begin} />
      ) : null}
      {failure === undefined ? null : <ErrorBox failure={failure} />}
    </SettingRow>
  );
}
