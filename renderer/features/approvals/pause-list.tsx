import type { ReactElement } from 'react';
import type { PauseView } from '../../../preload/contract/approval.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/card.tsx';
import { clockText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';

/** Clients that nobody is asked about for a while. */
export function PauseList({
  pauses,
  busy,
  onResume,
}: {
  pauses: readonly PauseView[];
  busy: boolean;
  onResume: (client: string) => void;
}): ReactElement {
  return (
    <Section title="Paused clients">
      <ul>
        {pauses.map(({ client, endsAt }) => (
          <li key={client} className="flex items-center justify-between gap-4 border-t border-line px-4 py-2.5">
            <span className="min-w-0">
              <span className="font-medium">
                <VisibleText text={client} max={120} />
              </span>{' '}
              <span className="text-soft">
                What it would ask for is denied until {clockText(endsAt)}. What a rule allows goes on.
              </span>
            </span>
            <Button disabled={busy} onClick={() => onResume(client)}>
              Ask again
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
