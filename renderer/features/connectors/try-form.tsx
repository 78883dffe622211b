import { useState, type FormEvent, type ReactElement } from 'react';
import { visibleLabel } from '../../../preload/contract/visible-characters.ts';
import type { ConnectorTool, HandCall } from '../../../preload/contract/connector-tool.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select, TextArea } from '../../ui/fields.tsx';
import { Progress } from '../../ui/progress.tsx';
import { VisibleLines, VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { EFFECTS, OUTCOMES, sizeText } from './connector-model.ts';
import { argumentsExample } from './schema-example.ts';

function Answer({ answer }: { answer: HandCall }): ReactElement {
  const { outcome, message, parts, durationMs, decision, isCut, call } = answer;
  const words = OUTCOMES[outcome];
  return (
    <section aria-label="Answer" className="space-y-3">
      <p className="flex flex-wrap items-center gap-2" role="status">
        <Badge tone={words.tone}>{words.text}</Badge>
        <span className="text-soft tabular-nums">{durationMs} ms</span>
        {decision === null ? null : (
          <span className="text-soft">
            <VisibleText text={`${EFFECTS[decision.effect].text}: ${decision.reason}`} />
          </span>
        )}
        {call === null ? null : (
          <a href="#/activity" className="text-accent-ink underline">
            In the journal
          </a>
        )}
      </p>
      {message === '' ? null : (
        <p>
          <VisibleText text={message} />
        </p>
      )}
      {parts.map(({ type, mimeType, text, bytes, isCut: isPartCut }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- parts of one answer have no other identity
        <div key={index} className="overflow-hidden rounded-md border border-line">
          <div className="flex justify-between gap-3 bg-sunk px-3 py-1 text-xs text-soft">
            <VisibleText text={mimeType === null ? type : `${type}, ${mimeType}`} />
            <span className="tabular-nums">{sizeText(bytes)}</span>
          </div>
          {text === '' ? null : (
            <div
              role="group"
              aria-label={`Part ${index + 1} of the answer`}
              tabIndex={0}
              className="max-h-96 overflow-auto px-3 py-2 font-mono text-xs/5 whitespace-pre-wrap"
            >
              <VisibleLines text={text} />
            </div>
          )}
          {isPartCut ? (
            <p className="border-t border-line px-3 py-1 text-xs text-soft">The rest is not shown.</p>
          ) : null}
        </div>
      ))}
      {isCut ? <p className="text-soft">The answer was longer than is shown here.</p> : null}
    </section>
  );
}

export function TryForm({
  name,
  tool,
  tools,
  onChoose,
}: {
  name: string;
  tool: ConnectorTool;
  tools: readonly ConnectorTool[];
  onChoose: (tool: string) => void;
}): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const [text, setText] = useState(() => argumentsExample(tool.inputSchema));
  const [answer, setAnswer] = useState<HandCall>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setAnswer(undefined);
    setAnswer(await run(() => call('connectors.callTool', { name, tool: tool.name, arguments: text })));
  };
  return (
    <form className="space-y-4" onSubmit={(event) => void submit(event)}>
      <Select
        label="Tool"
        value={tool.name}
        onChange={onChoose}
        options={tools.map((one) => ({ value: one.name, text: visibleLabel(one.name, 80) }))}
      />
      <p className="whitespace-pre-wrap text-soft">
        <VisibleText text={tool.description} max={1000} />
      </p>
      <TextArea label="Arguments" value={text} onChange={setText} rows={8} hint="A JSON object." />
      {tool.inputSchema === '' ? null : (
        <details>
          <summary className="cursor-pointer text-soft">What it takes</summary>
          <div
            role="group"
            aria-label="Input schema"
            tabIndex={0}
            className="mt-2 max-h-72 overflow-auto rounded-md border border-line bg-sunk px-3 py-2 font-mono text-xs/5 whitespace-pre-wrap"
          >
            <VisibleLines text={tool.inputSchema} />
          </div>
        </details>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="primary" type="submit" busy={busy}>
          Call it once
        </Button>
        <span className="text-soft">
          You are asked in the approval window first. Your rules decide about it as about any call.
        </span>
      </div>
      {waitingForYes ? <WaitingForYes /> : null}
      {busy && !waitingForYes ? <Progress label="The server is started and asked." /> : null}
      {failure === undefined ? null : <ErrorBox failure={failure} />}
      {answer === undefined ? null : <Answer answer={answer} />}
    </form>
  );
}
