import type { ReactElement } from 'react';
import { Card } from '../ui/card.tsx';
import { VisibleText } from '../ui/visible-text.tsx';
import type { Leaving } from './leaving.ts';
import { useArmed } from './use-armed.ts';

const WHOLE = Number.POSITIVE_INFINITY;

/** An address outside, whole, and one click to it: no script in the interface can go there by itself. */
export function LeavePage({ leaving }: { leaving: Leaving }): ReactElement {
  const armed = useArmed(['leave']) > 0;
  const address = leaving.kind === 'to' ? leaving.url.href : leaving.address;
  return (
    <main className="grid min-h-dvh place-items-center p-6">
      <Card className="w-full max-w-lg p-6">
        <h1 className="text-lg font-semibold tracking-tight">
          {leaving.kind === 'to' ? (
            <>
              Open <VisibleText text={leaving.url.host} max={WHOLE} />?
            </>
          ) : (
            'This address is not opened'
          )}
        </h1>
        <p className="mt-1 text-soft">
          {leaving.kind === 'to'
            ? 'This page is not part of Runlayer Companion. Go there only if you expect it.'
            : 'Only addresses of web pages are. Close this tab.'}
        </p>
        <p className="mt-4 rounded-md border border-line bg-sunk px-3 py-2 font-mono text-xs/5 break-all">
          <VisibleText text={address} max={WHOLE} />
        </p>
        {leaving.kind === 'to' ? (
          <a
            // Without an address it goes nowhere: a second click of a double one must not.
            href={armed ? leaving.url.href : undefined}
            aria-disabled={!armed}
            rel="noreferrer"
            className={`mt-4 inline-block rounded-md bg-accent px-3 py-1.5 font-medium text-white ${armed ? '' : 'opacity-50'}`}
          >
            Open this page
          </a>
        ) : null}
      </Card>
    </main>
  );
}
