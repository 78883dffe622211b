import { useState, type ReactElement } from 'react';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/card.tsx';
import { Command } from '../../ui/command.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { VisibleLines } from '../../ui/visible-lines.tsx';

/** A text to put into a report, shown whole before it goes anywhere. */
export function ReportSection(): ReactElement {
  const { call } = useCompanion();
  const { run, busy, failure } = useAction();
  const [text, setText] = useState<string>();
  const [isCopied, setCopied] = useState(false);
  const make = async (): Promise<void> => {
    const made = await run(() => call('about.diagnostics', {}));
    if (made !== undefined) setText(made.text);
    setCopied(false);
  };
  const copy = (): void => {
    navigator.clipboard.writeText(text ?? '').then(
      () => setCopied(true),
      // Where the clipboard is closed, the text can be marked.
      () => undefined,
    );
  };
  return (
    <Section
      title="Report a problem"
      aside={
        <Button busy={busy} onClick={() => void make()}>
          {text === undefined ? 'Show diagnostics' : 'Make anew'}
        </Button>
      }
    >
      <div className="space-y-3 border-t border-line px-4 py-3">
        <p className="text-soft">
          First let the companion look for itself: <Command text="runlayer doctor" /> Then tell whoever gave you the
          companion what you did and what happened, with the diagnostics. They hold versions, states and counts; no
          secret, no argument, no name of a connector or tenant. Warnings may name files: read them before you share
          them.
        </p>
        {failure === undefined ? null : <ErrorBox failure={failure} onRetry={() => void make()} />}
        {text === undefined ? null : (
          <>
            <VisibleLines label="Diagnostics" text={text} />
            <Button onClick={copy} onBlur={() => setCopied(false)}>
              {isCopied ? 'Copied' : 'Copy the diagnostics'}
            </Button>
          </>
        )}
      </div>
    </Section>
  );
}
